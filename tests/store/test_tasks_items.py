"""What an agent can make of its task's items: nothing that does not fit, and nobody else's."""

from dataclasses import replace
from typing import Any

import pytest

from parley.core.tasks.task import Cost, FileStat, Flag, FlagKind, TaskOutcome, TaskState
from tests.fakes.dynamodb import InMemoryDynamoDB
from tests.store.desk import ACP, DONE, LEASE_UNTIL, NOW, SNAPSHOT, Desk, change, delta

ODD = 'a\n"b"\udcff\t/🦜 ß.txt'


@pytest.mark.parametrize(
    "cost",
    [
        None,
        Cost(),
        Cost(0, 0.0, "EUR"),
        Cost(None, 0.1 + 0.2),
        Cost(10**12, 1e-12, "USD"),
        Cost(7, 1e22),
    ],
    ids=str,
)
def test_money_is_kept_exactly_and_the_unknown_is_not_nothing(
    desk: Desk, cost: Cost | None
) -> None:
    assert desk.ended(outcome=TaskOutcome(TaskState.FAILED, "", cost)).cost == cost


def test_odd_names_of_files_are_kept(desk: Desk) -> None:
    odd = replace(
        SNAPSHOT, files=(FileStat(ODD, "A", 1, 0),), flags=(Flag(FlagKind.LARGE, ODD),), count=1
    )
    held = desk.claimed()
    desk.tasks.checkpoint(held, odd)
    assert desk.task().checkpoint == odd


def test_a_huge_diff_fits_and_every_kind_of_flag_is_told(desk: Desk) -> None:
    files = tuple(FileStat(f"{n}/{'x' * 4_000}", "A", 1, 0) for n in range(500))
    flags = tuple(Flag(FlagKind.BINARY, f"{n}/{'x' * 4_000}") for n in range(500))
    last = Flag(FlagKind.CREDENTIAL, "zz/key.pem")
    huge = replace(SNAPSHOT, files=files, flags=(*flags, last), count=500)
    held = desk.claimed()
    desk.tasks.checkpoint(held, huge)
    desk.tasks.outcome(held, replace(DONE, snapshot=huge))
    assert desk.tasks.end(desk.task(), replace(DONE, snapshot=huge), change(snapshot=huge), NOW)
    kept = desk.change().snapshot
    assert (kept.count, kept.files) == (500, files[: len(kept.files)])
    assert len(kept.files) > 10
    assert kept.flags[:2] == (flags[0], last)


def test_half_a_character_does_not_stop_a_task(desk: Desk) -> None:
    held = desk.claimed()
    desk.tasks.doing("one", "Reading \ud83d")
    desk.tasks.append(held, [delta("\ud83d")])
    desk.end(held, TaskOutcome(TaskState.FAILED, "\ud83d broke", agent_session="\ud83d"))
    assert desk.task().summary == "? broke"
    assert desk.tasks.frames("one", 0) == [(1, delta("\ud83d"))]


def test_a_runner_touches_nothing_but_its_task_and_needs_three_actions() -> None:
    """What whoever runs an agent may do is confined by the keys: `TASK#` and no more."""
    touched: set[tuple[str, str]] = set()

    def note(operation: str, call: Any) -> None:
        place = call.get("Key") or call["Item"]
        touched.add((operation, place["pk"]["S"]))

    client = InMemoryDynamoDB()
    desk = Desk.on(client, "tasks")
    assert desk.begun(prompt="long " * 5_000, session="earlier").chosen_agent == ACP.agent
    client.before = note
    held = desk.claim()
    desk.tasks.get("one")
    desk.tasks.renew(held, NOW, LEASE_UNTIL)
    desk.tasks.agent_starts(held)
    desk.tasks.checkpoint(held, SNAPSHOT)
    desk.tasks.doing("one", "Reading")
    desk.tasks.append(held, [delta("a")])
    desk.tasks.outcome(held, DONE)
    assert touched == {
        (operation, "TASK#one") for operation in ("get_item", "put_item", "update_item")
    }

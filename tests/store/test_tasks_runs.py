"""What runners do under their fence, and which outcome stands."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from parley.adapters.dynamodb.task_store import open_task_store
from parley.core.limits import MINUTE
from parley.core.tasks.task import Task
from parley.errors import Fenced
from tests.store.desk import DONE, FAILED, LEASE_UNTIL, NATIVE, NOW, SNAPSHOT, Desk, delta, task

LATER = LEASE_UNTIL + 1
FENCED: dict[str, Callable[[Desk, Task], object]] = {
    "renew": lambda desk, held: desk.tasks.renew(held, LATER, LATER + MINUTE),
    "agent_starts": lambda desk, held: desk.tasks.agent_starts(held),
    "checkpoint": lambda desk, held: desk.tasks.checkpoint(held, SNAPSHOT),
    "append": lambda desk, held: desk.tasks.append(held, [delta("x")]),
}
each_fenced = pytest.mark.parametrize("write", list(FENCED))


def test_a_claim_takes_a_fence_and_a_lease(desk: Desk) -> None:
    running = desk.begun()
    assert desk.tasks.claim("one", NOW, LEASE_UNTIL) == replace(
        running, fence=1, lease_until=LEASE_UNTIL
    )


def test_no_claim_while_a_runner_lives(desk: Desk) -> None:
    desk.claimed()
    assert desk.tasks.claim("one", LEASE_UNTIL, LATER) is None
    assert desk.task().fence == 1


def test_a_lapsed_lease_is_taken_over(desk: Desk) -> None:
    first = desk.claimed()
    desk.tasks.agent_starts(first)
    desk.tasks.checkpoint(first, SNAPSHOT)
    second = desk.claim(now=LATER)
    assert (second.fence, second.agent_started, second.checkpoint) == (2, True, SNAPSHOT)


class LosesAnswers:
    """The client's own repetition: the call had its effect, and nobody heard of it."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def update_item(self, **call: Any) -> Any:
        self._client.update_item(**call)
        return self._client.update_item(**call)


def test_a_claim_whose_answer_was_lost_is_known_again(desk: Desk) -> None:
    running = desk.begun()
    forgetful = open_task_store(LosesAnswers(desk.client), desk.table)
    assert forgetful.tasks.claim("one", NOW, LEASE_UNTIL) == replace(
        running, fence=1, lease_until=LEASE_UNTIL
    )


def test_what_has_not_begun_is_not_claimed(desk: Desk) -> None:
    desk.pending()
    assert desk.tasks.claim("one", NOW, LEASE_UNTIL) is None


def test_what_is_not_there_is_not_claimed(desk: Desk) -> None:
    assert desk.tasks.claim("one", NOW, LEASE_UNTIL) is None
    assert desk.tasks.get("one") is None


def test_what_is_over_is_not_claimed(desk: Desk) -> None:
    desk.ended(outcome=FAILED)
    assert desk.tasks.claim("one", LATER, LATER + 1) is None


def test_a_native_task_is_not_claimed(desk: Desk) -> None:
    desk.begun(choice=NATIVE)
    assert desk.tasks.claim("one", NOW, LEASE_UNTIL) is None


def test_what_has_its_outcome_is_not_claimed(desk: Desk) -> None:
    desk.tasks.outcome(desk.claimed(), DONE)
    assert desk.tasks.claim("one", LATER, LATER + 1) is None


def test_a_runner_that_lives_on_learns_that_it_is_to_end(desk: Desk) -> None:
    held = desk.claimed()
    assert desk.tasks.renew(held, NOW, LATER).cancel_at is None
    desk.tasks.cancel(held, NOW + 7)
    renewed = desk.tasks.renew(held, NOW, LATER)
    assert (renewed.cancel_at, renewed.lease_until) == (NOW + 7, LATER)
    assert renewed == desk.task()


def test_a_lapsed_lease_that_nobody_took_is_renewed(desk: Desk) -> None:
    held = desk.claimed()
    assert desk.tasks.renew(held, LATER, LATER + MINUTE).lease_until == LATER + MINUTE


@each_fenced
def test_the_holder_writes(desk: Desk, write: str) -> None:
    held = desk.claimed()
    before = desk.task()
    FENCED[write](desk, held)
    assert desk.task() != before


@each_fenced
def test_a_runner_that_was_given_up_writes_nothing_more(desk: Desk, write: str) -> None:
    first = desk.claimed()
    desk.claim(now=LATER)
    before = desk.task()
    with pytest.raises(Fenced):
        FENCED[write](desk, first)
    assert desk.task() == before


@each_fenced
def test_a_runner_of_what_is_over_writes_nothing_more(desk: Desk, write: str) -> None:
    held = desk.claimed()
    desk.end(held, FAILED)
    before = desk.task()
    with pytest.raises(Fenced):
        FENCED[write](desk, held)
    assert desk.task() == before


def test_what_the_agent_does_is_told_while_it_runs(desk: Desk) -> None:
    desk.claimed()
    desk.tasks.doing("one", "Reading a.txt")
    assert desk.task().doing == "Reading a.txt"


def test_nothing_is_done_by_a_task_that_is_over(desk: Desk) -> None:
    desk.ended()
    desk.tasks.doing("one", "Reading a.txt")
    assert desk.task().doing == ""


def test_nothing_is_done_by_a_task_that_is_not_there(desk: Desk) -> None:
    desk.tasks.doing("one", "Reading a.txt")
    assert desk.tasks.get("one") is None


def test_the_first_outcome_stands(desk: Desk) -> None:
    held = desk.claimed()
    desk.tasks.outcome(held, DONE)
    desk.tasks.outcome(held, FAILED)
    assert desk.task() == replace(held, outcome=DONE)


def test_an_outcome_of_a_given_up_runner_is_refused(desk: Desk) -> None:
    first = desk.claimed()
    desk.claim(now=LATER)
    with pytest.raises(Fenced):
        desk.tasks.outcome(first, DONE)
    assert desk.task().outcome is None


def test_an_outcome_without_a_claim_is_refused(desk: Desk) -> None:
    running = desk.begun()
    desk.claim()
    with pytest.raises(Fenced):
        desk.tasks.outcome(running, DONE)


def test_an_outcome_of_what_is_not_there_is_refused(desk: Desk) -> None:
    for absent in (task(fence=1), task(path=NATIVE.path)):
        with pytest.raises(Fenced):
            desk.tasks.outcome(absent, DONE)
    assert desk.tasks.get("one") is None


def test_an_outcome_that_comes_after_the_end_changes_nothing(desk: Desk) -> None:
    held = desk.claimed()
    desk.end(held, FAILED)
    over = desk.task()
    desk.tasks.outcome(held, DONE)
    assert desk.task() == over


def test_a_native_task_gets_its_outcome_by_its_state(desk: Desk) -> None:
    running = desk.begun(choice=NATIVE)
    desk.tasks.outcome(running, DONE)
    desk.tasks.outcome(running, FAILED)
    assert desk.task().outcome == DONE

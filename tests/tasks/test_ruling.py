"""Who may rule on a change, and what comes of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from parley.core.configuration import Configuration
from parley.core.message import Sender
from parley.core.tasks.change import ChangeState, Ruling
from parley.core.tasks.task import API, Requester, TaskState
from parley.errors import ExecutionsUnavailable, StoreUnavailable
from parley.services.tasks.ruling import Came, Ruled
from tests.protocol.parts import configured
from tests.tasks.simulation import ADA, TaskSimulation

BEN = Requester("slack", "U2", "Ben", "T1")
DAY = 24 * 3_600_000


def reviewed(by: Requester = ADA) -> TaskSimulation:
    simulation = TaskSimulation()
    simulation.ask("demo @stub fix the test", by=by)
    simulation.settle()
    return simulation


def rule(
    simulation: TaskSimulation,
    way: Ruling,
    words: str = "",
    *,
    by: str = "U1",
    channel: str = "slack",
    sha256: str = "",
    **parts: Any,
) -> Ruled:
    person = Sender(by, f"name of {by}")
    ruling = replace(simulation.parts.ruling, **parts)
    return ruling.rule(channel, person, "t1", way, words, sha256)


def listing(*approvers: str) -> Callable[[], Configuration]:
    return lambda: configured(slack={"approvers": list(approvers)})


def test_a_decision_is_told_to_whoever_made_it() -> None:
    ruled = rule(reviewed(), Ruling.APPLY)
    assert (ruled.came, ruled.said) == (
        Came.RULED,
        "Recorded. ✅ Approved by name of U1, and being published.",
    )
    assert ruled.change is not None
    assert ruled.change.state is ChangeState.APPROVED


def test_a_reason_is_kept_with_a_rejection() -> None:
    ruled = rule(reviewed(), Ruling.REJECT, " not like this ")
    assert ruled.said == "Recorded. ❌ Rejected by name of U1: not like this."


def test_the_requester_may_rule_where_the_configuration_says_so() -> None:
    assert rule(reviewed(BEN), Ruling.APPLY, by="U2").came is Came.RULED


@pytest.mark.parametrize(("by", "channel"), [("U3", "slack"), ("U1", "telegram")])
def test_nobody_else_may(by: str, channel: str) -> None:
    simulation = reviewed()
    ruled = rule(simulation, Ruling.APPLY, by=by, channel=channel)
    assert ruled.came is Came.REFUSED
    assert ruled.said == "You can't decide this. Those who can: `U1`."
    assert simulation.change_state() is ChangeState.PENDING


def test_who_was_struck_from_the_list_since_may_no_longer() -> None:
    simulation = reviewed(BEN)
    for person in ("U1", "U2"):
        ruled = rule(simulation, Ruling.APPLY, by=person, configuration=listing("U9"))
        assert ruled.came is Came.REFUSED


def test_who_was_added_since_may_not_yet() -> None:
    ruled = rule(reviewed(), Ruling.APPLY, by="U9", configuration=listing("U1", "U9"))
    assert ruled.came is Came.REFUSED


def test_an_operator_may_by_the_api() -> None:
    assert rule(reviewed(), Ruling.APPLY, by="ops", channel=API).came is Came.RULED


def test_a_change_that_is_not_there_is_unknown() -> None:
    simulation = TaskSimulation()
    assert rule(simulation, Ruling.APPLY).came is Came.UNKNOWN
    simulation.ask("demo @stub fix the test")
    assert rule(simulation, Ruling.APPLY).said == "I don't know this change. It may be long over."


def test_a_decision_is_on_the_patch_that_was_looked_at() -> None:
    simulation = reviewed()
    ruled = rule(simulation, Ruling.APPLY, sha256="0" * 64)
    assert ruled.came is Came.CHANGED
    assert simulation.change_state() is ChangeState.PENDING
    patch = simulation.change().snapshot.patch_sha256
    assert rule(simulation, Ruling.APPLY, sha256=patch).came is Came.RULED


def test_a_repeat_by_the_same_person_tells_the_same() -> None:
    simulation = reviewed()
    first = rule(simulation, Ruling.APPLY)
    assert rule(simulation, Ruling.APPLY).said == first.said


def test_a_repeat_after_it_was_applied_tells_where() -> None:
    simulation = reviewed()
    rule(simulation, Ruling.APPLY)
    simulation.settle()
    ruled = rule(simulation, Ruling.APPLY)
    assert ruled.said == "Recorded. ✅ Applied by name of U1 as https://forge.test/1."


@pytest.mark.parametrize("way", [Ruling.APPLY, Ruling.REJECT])
def test_whoever_is_late_is_told_how_it_stands(way: Ruling) -> None:
    simulation = reviewed(BEN)
    rule(simulation, Ruling.REJECT)
    ruled = rule(simulation, way, by="U2")
    assert ruled.came is Came.BEFORE
    assert ruled.said == "This was settled before. ❌ Rejected by name of U1."


def test_one_may_not_change_ones_mind() -> None:
    simulation = reviewed()
    rule(simulation, Ruling.REJECT)
    assert rule(simulation, Ruling.APPLY).came is Came.BEFORE
    assert simulation.change_state() is ChangeState.REJECTED


@pytest.mark.parametrize("settled", [True, False])
def test_after_its_time_a_change_is_not_applied(settled: bool) -> None:
    simulation = reviewed()
    if settled:
        simulation.machine.run(horizon=8 * DAY)
    else:
        simulation.clock.advance(8 * DAY)
    ruled = rule(simulation, Ruling.REVISE)
    assert (ruled.came, ruled.said) == (
        Came.EXPIRED,
        "This change has expired. Nothing of it was applied.",
    )


def test_a_revision_without_words_is_told_how_to_write_it() -> None:
    simulation = reviewed()
    ruled = rule(simulation, Ruling.REVISE, "  ")
    assert ruled.came is Came.WORDLESS
    assert "`/parley revise t1 what to do differently`" in ruled.said
    assert simulation.change_state() is ChangeState.PENDING


def test_a_revision_is_asked_for_by_whoever_ruled() -> None:
    simulation = reviewed(BEN)
    ruled = rule(simulation, Ruling.REVISE, "also that")
    assert ruled.task is not None
    assert ruled.task.prompt == "also that"
    assert ruled.task.requester == Requester("slack", "U1", "name of U1", "T1")
    assert ruled.task.delivery == simulation.task().delivery
    assert f"task `{ruled.task.id}` goes on from it" in ruled.said


def test_an_operators_revision_is_the_apis() -> None:
    ruled = rule(reviewed(), Ruling.REVISE, "also that", by="ops", channel=API)
    assert ruled.task is not None
    assert ruled.task.requester == Requester(API, "ops", "name of ops")


def test_the_same_revision_twice_is_one_task() -> None:
    simulation = reviewed()
    first = rule(simulation, Ruling.REVISE, "also that")
    second = rule(simulation, Ruling.REVISE, "also that")
    assert first.task is not None
    assert second.task is not None
    assert (second.task.id, second.said) == (first.task.id, first.said)


def test_another_revision_of_the_same_change_is_late() -> None:
    simulation = reviewed()
    rule(simulation, Ruling.REVISE, "also that")
    ruled = rule(simulation, Ruling.REVISE, "no, this")
    assert (ruled.came, ruled.task) == (Came.BEFORE, None)


def test_a_revision_that_died_before_its_task_is_finished_by_its_repeat() -> None:
    simulation = died_before_the_task()
    ruled = rule(simulation, Ruling.REVISE, "also that")
    assert ruled.came is Came.RULED
    assert ruled.task is not None


def test_a_revision_that_died_before_its_task_is_finished_by_the_machine() -> None:
    simulation = died_before_the_task()
    simulation.sweep_until_quiet()
    follow_up = simulation.task(simulation.change().follow_up)
    assert (follow_up.prompt, follow_up.state) == ("also that", TaskState.COMPLETED)


def died_before_the_task() -> TaskSimulation:
    simulation = reviewed()

    def die(call: str) -> None:
        if call == "before tasks.create":
            raise StoreUnavailable("gone")

    simulation.hook = die
    with pytest.raises(StoreUnavailable):
        rule(simulation, Ruling.REVISE, "also that")
    simulation.hook = lambda _call: None
    assert simulation.change_state() is ChangeState.SUPERSEDED
    return simulation


class Unreachable:
    def call_back(self, token: str) -> bool:
        raise ExecutionsUnavailable("throttled")


def test_a_machine_that_is_not_reached_is_only_late() -> None:
    simulation = reviewed()
    assert rule(simulation, Ruling.APPLY, executions=Unreachable()).came is Came.RULED
    assert simulation.telemetry.told("call_back_failed") == [{"task": "t1"}]
    simulation.sweep_until_quiet()
    assert simulation.change_state() is ChangeState.APPLIED

"""Cancelling a task, whatever it is at."""

import pytest

from parley.core.tasks.heard import Said
from parley.core.tasks.task import TaskState
from tests.tasks.simulation import TaskSimulation
from tests.tasks.work import Work, Write

FIVE_SECONDS = 5_000
LONG = (Write("a.txt", "half"), Said("Working."), Work(600))


def cancelled_after(seconds: int) -> TaskSimulation:
    simulation = TaskSimulation()
    simulation.agents.script = LONG
    simulation.clock.after(seconds, lambda: simulation.cancel("t1"))
    simulation.ask("demo @stub fix it")
    simulation.settle()
    return simulation


def test_what_waits_is_over_at_once() -> None:
    simulation = TaskSimulation(at_once=1)
    simulation.agents.script = LONG
    simulation.ask("demo @stub first")
    simulation.ask("demo @stub second")

    simulation.cancel("t2")

    assert simulation.task("t2").state is TaskState.CANCELLED
    assert simulation.task("t2").started_at is None


def test_what_no_runner_has_is_over_at_once_and_gives_its_slot_back() -> None:
    simulation = TaskSimulation(at_once=1)
    simulation.ask("demo @stub first")
    simulation.ask("demo @stub second")

    simulation.cancel("t1")

    assert simulation.states("t1", "t2") == [TaskState.CANCELLED, TaskState.RUNNING]
    simulation.settle()
    assert [job.prompt for job in simulation.agents.jobs] == ["second"]


def test_what_is_prepared_is_over_at_once_and_no_agent_begins() -> None:
    """Fetching a large repository takes minutes, and asks nobody meanwhile."""
    simulation = TaskSimulation(at_once=1)
    simulation.bench.meanwhile = lambda: simulation.clock.advance(60_000)
    simulation.clock.after(20, lambda: simulation.cancel("t1"))
    simulation.ask("demo @stub fix it")
    simulation.settle()

    task = simulation.task()
    assert (task.state, task.ended_at) == (TaskState.CANCELLED, task.cancel_at)
    [told] = simulation.channel.posts
    assert ("was cancelled" in told.chunk, told.at) == (True, task.cancel_at)
    assert simulation.agents.jobs == []
    assert simulation.bench.trees == {}


def test_a_native_task_that_waits_for_its_turn_is_over_at_once() -> None:
    simulation = TaskSimulation(at_once=1)
    simulation.ask("demo first")
    simulation.ask("demo @stub second")
    simulation.machine.run(horizon=1_000)
    assert simulation.task("t1").token

    simulation.cancel("t1")

    assert simulation.states("t1", "t2") == [TaskState.CANCELLED, TaskState.RUNNING]


def test_what_runs_ends_within_five_seconds_and_keeps_what_it_did() -> None:
    simulation = cancelled_after(30)

    task = simulation.task()
    assert task.state is TaskState.CANCELLED
    assert task.cancel_at is not None
    assert task.ended_at is not None
    assert task.ended_at - task.cancel_at <= FIVE_SECONDS
    assert simulation.change().snapshot.partial


def test_a_second_cancel_changes_nothing() -> None:
    simulation = cancelled_after(30)
    before = simulation.task()

    simulation.cancel("t1")

    assert simulation.task() == before


def test_what_is_over_stays_as_it_is() -> None:
    simulation = TaskSimulation()
    simulation.ask("demo @stub fix it")
    simulation.settle()

    simulation.cancel("t1")

    assert simulation.task().state is TaskState.COMPLETED


def test_an_unknown_task_is_none_to_cancel() -> None:
    assert TaskSimulation().parts.cancelling.cancel("nobody") is None


@pytest.mark.parametrize("seconds", [0, 1, 2, 10])
def test_people_are_told_once(seconds: int) -> None:
    simulation = cancelled_after(seconds)

    assert sum("was cancelled" in text for text in simulation.said) == 1


def test_a_runner_that_is_lost_after_a_cancel_is_no_failure() -> None:
    simulation = TaskSimulation()
    simulation.agents.script = LONG
    simulation.ask("demo @stub fix it")
    task = simulation.store.tasks.claim("t1", simulation.clock.now(), simulation.clock.now() + 9)
    assert task is not None
    simulation.store.tasks.agent_starts(task)
    simulation.cancel("t1")

    simulation.sweep_until_quiet(3)

    assert simulation.task().state is TaskState.CANCELLED
    assert simulation.agents.jobs == []

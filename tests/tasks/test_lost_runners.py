"""Runners that cannot be started, or that cannot say what came of their work."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from parley.core.tasks.heard import Said
from parley.core.tasks.task import TaskState
from parley.errors import StoreUnavailable
from parley.services.tasks.ending import NO_RUNNER
from parley.services.tasks.running import LOST_AT_WORK
from tests.core.tasks.builders import STUB
from tests.machine.interpreter import ProcessDied
from tests.tasks.simulation import BEGINS, MINUTE, TaskSimulation
from tests.tasks.work import Act, Work, Write

ASKED = "demo @stub fix the test"


def without_machines(failures: int) -> TaskSimulation:
    """The first invocations of the runner's function fail before it begins."""
    simulation = TaskSimulation()
    works, left = simulation.machine.functions["RunWorktree"], iter(range(failures))

    def run(event: dict[str, Any]) -> Any:
        if next(left, None) is not None:
            raise RuntimeError("no such image")
        return works(event)

    simulation.machine.functions["RunWorktree"] = run
    simulation.ask(ASKED)
    return simulation


def test_a_machine_that_starts_no_runner_is_tried_again_after_a_pause() -> None:
    simulation = without_machines(failures=3)

    simulation.settle()

    task = simulation.task()
    assert task.state is TaskState.COMPLETED
    assert task.ended_at is not None
    assert task.started_at is not None
    assert task.ended_at - task.started_at >= 30_000


def test_one_that_never_starts_a_runner_is_given_up() -> None:
    simulation = without_machines(failures=10_000)

    for _ in range(8):
        simulation.machine.run(horizon=10 * MINUTE)

    assert simulation.task().state is TaskState.FAILED
    assert NO_RUNNER in simulation.said[-1]
    assert simulation.machine.failed == []


def removed(script: Sequence[Act]) -> TaskSimulation:
    """The agent removes its worktree after twenty seconds."""
    simulation = TaskSimulation()
    simulation.agents.script = script
    simulation.clock.after(20, lambda: simulation.bench.unreadable.add("t1"))
    simulation.ask(ASKED)
    simulation.settle()
    return simulation


def test_a_worktree_that_the_agent_removed_is_a_stated_failure() -> None:
    simulation = removed((Work(30), Said("All gone.")))

    task = simulation.task()
    assert (task.state, task.summary) == (TaskState.FAILED, "The worktree is gone")
    assert "All gone." in simulation.said[-1]
    assert task.fence == 1


def test_what_was_saved_before_the_worktree_was_removed_is_kept() -> None:
    simulation = removed((Write("a.txt", "half"), Work(30)))

    assert simulation.change().snapshot.partial
    assert simulation.change().snapshot.count == 1


@dataclass
class DiesAfterTheAgent:
    """Once; the next invocation lives."""

    done: bool = False
    dead: bool = False

    def __call__(self, call: str) -> None:
        if call == BEGINS:
            self.dead = False
        elif call == "after agents.run" and not self.done:
            self.done = self.dead = True
        if self.dead:
            raise ProcessDied(call)


def test_a_broken_worktree_of_a_lost_runner_leaves_what_was_saved() -> None:
    simulation = TaskSimulation(hook=DiesAfterTheAgent())
    simulation.agents.script = (Write("a.txt", "half"), Work(30))
    simulation.clock.after(20, lambda: simulation.bench.unreadable.add("t1"))
    simulation.ask(ASKED)
    simulation.sweep_until_quiet(3)

    assert simulation.task().summary == LOST_AT_WORK
    assert simulation.change().snapshot.partial


@pytest.mark.parametrize("file", ["transcript.json", "session.tar.gz"])
def test_work_that_is_done_stays_done_without_the_words_about_it(file: str) -> None:
    simulation = TaskSimulation(agents_known=(replace(STUB, keeps=("sessions",)),))
    simulation.depot.refuses = file
    simulation.ask(ASKED)
    simulation.settle()

    assert simulation.task().state is TaskState.COMPLETED
    assert not simulation.change().snapshot.partial
    assert "I did it." in simulation.said[0]


def test_an_outcome_that_the_table_does_not_take_at_once_is_not_lost() -> None:
    refusals = iter(range(3))

    def refuse(call: str) -> None:
        if call == "before tasks.outcome" and next(refusals, None) is not None:
            raise StoreUnavailable("not now")

    simulation = TaskSimulation(hook=refuse)
    simulation.ask(ASKED)
    simulation.settle()

    assert simulation.task().state is TaskState.COMPLETED
    assert not simulation.change().snapshot.partial

"""Runners that cannot be started, or that cannot say what came of their work."""

from typing import Any

from parley.core.tasks.task import TaskState
from parley.services.tasks.ending import NO_RUNNER
from tests.tasks.simulation import MINUTE, TaskSimulation

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

"""What the container's entry points need before there is a task."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from parley.adapters.agent_process.hygiene import end_strangers, is_containers_own
from parley.adapters.agent_process.leftovers import tidy
from parley.adapters.aws.attendance import Attendance
from parley.composition.world import World
from parley.settings import Assignment, from_environment, needed, runtime_api

__all__ = ["attendance", "runtime_api", "take_over"]


def take_over() -> None:
    """Before an event is taken: end and remove what the agent of an earlier process here may have
    left, where agents are of this process's own user."""
    if is_containers_own():
        end_strangers()
        tidy(Path(needed(from_environment().work_folder, "PARLEY_WORK_FOLDER")))


@contextmanager
def attendance() -> Iterator[tuple[str, Callable[[], None]]]:
    """The task that this container was started for, and what to call when its runner has ended. The
    machine is told all the while that the runner lives."""
    assigned = Assignment.from_environment()
    world = World.open()
    client = world.client("stepfunctions")
    with Attendance(client, assigned.token, world.telemetry.failure) as attending:
        yield assigned.task, lambda: attending.done({"task": assigned.task})

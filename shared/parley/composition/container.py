"""What the container's entry points need before there is a task."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from parley.adapters.aws.attendance import Attendance
from parley.composition.world import World
from parley.settings import Assignment, runtime_api

__all__ = ["attendance", "runtime_api"]


@contextmanager
def attendance() -> Iterator[tuple[str, Callable[[], None]]]:
    """The task that this container was started for, and what to call when its runner has ended. The
    machine is told all the while that the runner lives."""
    assigned = Assignment.from_environment()
    world = World.open()
    client = world.client("stepfunctions")
    with Attendance(client, assigned.token, world.telemetry.failure) as attending:
        yield assigned.task, lambda: attending.done({"task": assigned.task})

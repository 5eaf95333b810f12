"""What the states of the task machine have in common: the task's id in, what is next out."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from parley.composition.world import World
from parley.core.tasks.steps import Step

TaskEvent = Mapping[str, Any]
T = TypeVar("T")


def run(world: World, event: TaskEvent, work: Callable[[str], Step]) -> dict[str, str | int]:
    """Do the state's work; what the machine does next. What goes wrong is raised, and the machine
    retries."""
    step = attend(world, event, work)
    return {"next": step.next, "seconds": step.seconds}


def attend(world: World, event: TaskEvent, work: Callable[[str], T]) -> T:
    task = str(event["task"])
    world.telemetry.begin(task=task)
    try:
        return work(task)
    finally:
        world.telemetry.flush()

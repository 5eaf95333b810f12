"""RecordTask: the outcome becomes the task's state, and people are told."""

from functions.tasks.step import TaskEvent, run
from parley.composition.task_steps import TaskSteps
from parley.composition.world import World

world = World.open()
steps = TaskSteps.open(world)


def handler(event: TaskEvent, _context: object) -> dict[str, str | int]:
    return run(world, event, steps.advancing.record)

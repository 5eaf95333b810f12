"""RouteTask: what is next, read off the table."""

from functions.tasks.step import TaskEvent, run
from parley.composition.task_steps import TaskSteps
from parley.composition.world import World

world = World.open()
steps = TaskSteps.open(world)


def handler(event: TaskEvent, _context: object) -> dict[str, str | int]:
    return run(world, event, steps.advancing.route)

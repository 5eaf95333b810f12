"""ReviewChange: show the change, or find that it is decided. What it returns is dropped: the state
ends by the callback."""

from functions.tasks.step import TaskEvent, attend
from parley.composition.task_steps import TaskSteps
from parley.composition.world import World

world = World.open()
steps = TaskSteps.open(world)


def handler(event: TaskEvent, _context: object) -> None:
    attend(world, event, lambda task: steps.review_change.ask(task, str(event["token"])))

"""ReportTask: show people how a task goes. Invoked asynchronously, by whoever has news and may not,
or should not, talk to a chat itself."""

from functions.tasks.step import TaskEvent, attend
from parley.composition.task_steps import TaskSteps
from parley.composition.world import World

world = World.open()
steps = TaskSteps.open(world)


def handler(event: TaskEvent, _context: object) -> None:
    attend(world, event, steps.reporting.tell)

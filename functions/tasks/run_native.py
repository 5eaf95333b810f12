"""RunNative: hand the task to the conversation engine. What it returns is dropped: the state ends
by the callback."""

from functions.tasks.step import TaskEvent, attend
from parley.composition.task_steps import TaskSteps
from parley.composition.world import World

world = World.open()
steps = TaskSteps.open(world)


def handler(event: TaskEvent, _context: object) -> None:
    attend(world, event, lambda task: steps.run_native.run(task, str(event["token"])))

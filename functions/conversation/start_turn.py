"""StartTurn: claim the oldest queued messages, or resume the open turn, and send it."""

from functions.conversation.task import TaskEvent, TaskResult, run
from parley.composition.tasks import Tasks
from parley.composition.world import World

world = World.open()
tasks = Tasks.open(world)


def handler(event: TaskEvent, _context: object) -> TaskResult:
    return run(world, event, tasks.start_turn)

"""FailTurn: store the failure as the turn's outcome, so that DeliverReply can tell the chat."""

from functions.conversation.task import TaskEvent, TaskResult, run
from parley.composition.tasks import Tasks
from parley.composition.world import World

world = World.open()
tasks = Tasks.open(world)


def handler(event: TaskEvent, _context: object) -> TaskResult:
    return run(world, event, tasks.fail_turn)

"""FailTurn: store the failure as the turn's outcome, so that DeliverReply can tell the chat."""

from functions.conversation.step import TaskEvent, TaskResult, run
from parley.composition.conversation_steps import ConversationSteps
from parley.composition.world import World

world = World.open()
steps = ConversationSteps.open(world)


def handler(event: TaskEvent, _context: object) -> TaskResult:
    return run(world, event, steps.fail_turn)

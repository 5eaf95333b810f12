"""StartTurn: claim the oldest queued messages, or resume the open turn, and send it."""

from functions.conversation.step import TaskEvent, TaskResult, run
from parley.composition.conversation_steps import ConversationSteps
from parley.composition.world import World

world = World.open()
steps = ConversationSteps.open(world)


def handler(event: TaskEvent, _context: object) -> TaskResult:
    return run(world, event, steps.start_turn)

"""AskApproval: post the prompt, or find that the decision is there already. What it returns is
dropped: the state ends by the callback."""

from functions.conversation.step import TaskEvent, attend
from parley.composition.conversation_steps import ConversationSteps
from parley.composition.world import World

world = World.open()
steps = ConversationSteps.open(world)


def handler(event: TaskEvent, _context: object) -> None:
    attend(world, event, lambda holder: steps.ask_approval(holder, str(event["token"])))

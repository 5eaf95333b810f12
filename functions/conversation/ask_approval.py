"""AskApproval: post the prompt, or find that the decision is there already. What it returns is
dropped: the state ends by the callback."""

from functions.conversation.task import TaskEvent, attend
from parley.composition.tasks import Tasks
from parley.composition.world import World

world = World.open()
tasks = Tasks.open(world)


def handler(event: TaskEvent, _context: object) -> None:
    attend(world, event, lambda holder: tasks.ask_approval(holder, str(event["token"])))

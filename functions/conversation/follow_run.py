"""FollowRun: hold the run's event stream until it ends, or shortly before the invocation does."""

from functions.conversation.step import (
    Context,
    TaskEvent,
    TaskResult,
    handed_through,
    run,
    seconds_left,
)
from parley.composition.conversation_steps import ConversationSteps
from parley.composition.world import World
from parley.core.directive import Next

world = World.open()
steps = ConversationSteps.open(world)


def handler(event: TaskEvent, context: Context) -> TaskResult:
    if event["next"] != Next.FOLLOW:
        return handed_through(event)
    return run(world, event, lambda holder: steps.follow_run(holder, seconds_left(context)))

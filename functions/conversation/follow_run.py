"""FollowRun: hold the run's event stream until it ends, or shortly before the invocation does."""

from typing import Protocol

from functions.conversation.task import TaskEvent, TaskResult, handed_through, run
from parley.composition.tasks import Tasks
from parley.composition.world import World
from parley.core.directive import Next

world = World.open()
follow_run = Tasks(world).follow_run


class Context(Protocol):
    def get_remaining_time_in_millis(self) -> int: ...


def handler(event: TaskEvent, context: Context) -> TaskResult:
    if event["next"] != Next.FOLLOW:
        return handed_through(event)
    return run(
        world,
        event,
        lambda holder: follow_run(holder, lambda: context.get_remaining_time_in_millis() / 1000),
    )

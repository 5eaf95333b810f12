"""What the tasks of the conversation machine have in common: the event in, the directive out."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from parley.composition.world import World
from parley.core.directive import DONE, Directive
from parley.core.fence import Fence, Holder
from parley.errors import Superseded


class Context(Protocol):
    """What is used of Lambda's context object."""

    def get_remaining_time_in_millis(self) -> int: ...


TaskEvent = Mapping[str, Any]
TaskResult = dict[str, str | int]
T = TypeVar("T")


def holder_of(event: TaskEvent) -> Holder:
    fence = Fence(int(event["generation"]), int(event["step"]), int(event["retry"]))
    return Holder(str(event["conversation"]), fence)


def run(world: World, event: TaskEvent, task: Callable[[Holder], Directive]) -> TaskResult:
    """Run the task; what the machine does next. An execution whose generation has passed ends
    quietly."""
    directive = attend(world, event, task) or DONE
    return {"next": directive.next, "seconds": directive.seconds}


def attend(world: World, event: TaskEvent, task: Callable[[Holder], T]) -> T | None:
    """What the task answers; None where the execution's generation has passed. Everything else that
    goes wrong is raised, and the machine retries."""
    holder = holder_of(event)
    world.telemetry.begin(
        conversation=holder.conversation,
        generation=holder.generation,
        step=holder.fence.step,
        retry=holder.fence.retry,
    )
    try:
        return task(holder)
    except Superseded:
        world.telemetry.event("superseded")
        return None
    finally:
        world.telemetry.flush()


def seconds_left(context: Context) -> Callable[[], float]:
    return lambda: context.get_remaining_time_in_millis() / 1000


def handed_through(event: TaskEvent) -> TaskResult:
    """A directive that is not for this task. Passing it on costs a fortieth of a transition."""
    return {"next": str(event["next"]), "seconds": int(event.get("seconds", 0))}

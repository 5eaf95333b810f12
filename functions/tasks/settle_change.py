"""SettleChange: tell what became of the change."""

from functions.tasks.step import TaskEvent, run
from parley.composition.task_steps import TaskSteps
from parley.composition.world import World

world = World.open()
steps = TaskSteps.open(world)


def handler(event: TaskEvent, _context: object) -> dict[str, str | int]:
    """`failed` says that the function which publishes keeps failing."""
    failed = bool(event.get("failed"))
    return run(world, event, lambda task: steps.settle_change.settle(task, failed=failed))

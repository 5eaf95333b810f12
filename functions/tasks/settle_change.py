"""SettleChange: tell what became of the change."""

from functions.tasks.step import TaskEvent, run
from parley.composition.task_steps import TaskSteps
from parley.composition.world import World
from parley.core.tasks.steps import Step

world = World.open()
steps = TaskSteps.open(world)


def handler(event: TaskEvent, _context: object) -> dict[str, str | int]:
    """`failed` says that the function which publishes keeps failing."""

    def settle(task: str) -> Step:
        if event.get("failed"):
            steps.publishing_failed(task)
        return steps.settle_change.settle(task)

    return run(world, event, settle)

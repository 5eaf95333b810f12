"""The reconcilers: a sweep every minute, and the rule for executions that failed."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from parley.composition.reconcilers import sweeping, task_sweeping
from parley.composition.world import World
from parley.errors import ParleyError

world = World.open()
sweeper = sweeping(world)
tasks = task_sweeping(world)

FAILURE = "Step Functions Execution Status Change"


def handler(event: Mapping[str, Any], _context: object) -> dict[str, int]:
    """A failure event names one execution; anything else is the schedule. How many executions were
    started."""
    try:
        if event.get("detail-type") == FAILURE:
            return {"started": _failed(event["detail"])}
        return {"started": sum(_swept(each) for each in (sweeper.sweep, tasks.sweep))}
    finally:
        world.telemetry.flush()


def _swept(sweep: Callable[[], int]) -> int:
    """What keeps one kind of work from being looked at does not keep the other from it."""
    try:
        return sweep()
    except ParleyError as error:
        world.telemetry.failure("not_swept", error)
        return 0


def _failed(detail: Mapping[str, Any]) -> int:
    """A task is left to the sweep where it fails again and again: it looks once a minute."""
    started = json.loads(detail["input"])
    if "task" in started:
        return tasks.see_to(started["task"])
    return sweeper.execution_failed(started["conversation"], int(started["generation"]))

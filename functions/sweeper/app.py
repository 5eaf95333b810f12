"""The reconcilers: a sweep every minute, and the rule for executions that failed."""

import json
from collections.abc import Mapping
from typing import Any

from parley.composition.reconcilers import sweeping, task_sweeping
from parley.composition.world import World

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
        return {"started": sweeper.sweep() + tasks.sweep()}
    finally:
        world.telemetry.flush()


def _failed(detail: Mapping[str, Any]) -> int:
    """A task is left to the sweep where it fails again and again: it looks once a minute."""
    started = json.loads(detail["input"])
    if "task" in started:
        return tasks.see_to(started["task"])
    return sweeper.execution_failed(started["conversation"], int(started["generation"]))

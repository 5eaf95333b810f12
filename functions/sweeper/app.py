"""The reconcilers: a sweep every minute, and the rule for executions that failed."""

import json
from collections.abc import Mapping
from typing import Any

from parley.composition.reconcilers import sweeping
from parley.composition.world import World

world = World.open()
sweeper = sweeping(world)

FAILURE = "Step Functions Execution Status Change"


def handler(event: Mapping[str, Any], _context: object) -> dict[str, int]:
    """A failure event names one execution; anything else is the schedule. How many executions were
    started."""
    try:
        if event.get("detail-type") == FAILURE:
            return {"started": _failed(event["detail"])}
        return {"started": sweeper.sweep()}
    finally:
        world.telemetry.flush()


def _failed(detail: Mapping[str, Any]) -> int:
    started = json.loads(detail["input"])
    return sweeper.execution_failed(started["conversation"], int(started["generation"]))

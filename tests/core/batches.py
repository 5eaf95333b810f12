"""Batches of tool calls as the core's tests need them."""

from typing import Any

from parley.core.batch import Batch, BatchStatus, Ruling, ToolCall, Verdict
from parley.core.limits import HOUR

NOW = 1_800_000_000_000
ID = "abcdefgh1234"


def call(number: int, name: str = "stakpak__run_command", **arguments: Any) -> ToolCall:
    return ToolCall(f"c{number}", name, arguments or {"command": f"step {number}"})


def asking(*calls: ToolCall, status: BatchStatus = BatchStatus.OPEN, **fields: Any) -> Batch:
    """A batch about which a person is asked: all its calls, unless `verdicts` say otherwise."""
    verdicts = tuple(Verdict(each.id, Ruling.ASK) for each in calls)
    given: dict[str, Any] = {
        "verdicts": verdicts,
        "approval": ID,
        "approvers": ("slack:U1",),
        "expires_at": NOW + 24 * HOUR,
        **fields,
    }
    return Batch(key="k", turn="t", run="r", calls=calls, boot=0, status=status, **given)

"""A batch of tool calls that the agent proposed together, with a frozen verdict on each."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class ToolCall:
    id: str
    name: str
    arguments: Mapping[str, Any]


class Ruling(StrEnum):
    ALLOW = "allow"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided on one call. `reason` is what the agent is told of a denial."""

    call: str
    ruling: Ruling
    reason: str = ""


class BatchStatus(StrEnum):
    AUTO = "auto"  # decided by policy alone
    POSTED = "posted"


@dataclass(frozen=True, slots=True)
class Batch:
    """Protocol 20: the item that decides. Its key is the idempotency key of its decisions."""

    key: str
    turn: str
    run: str
    calls: tuple[ToolCall, ...]
    verdicts: tuple[Verdict, ...]
    boot: int
    status: BatchStatus


def batch_key(turn: str, server_turn: int, calls: Sequence[ToolCall]) -> str:
    """Turn, the server's turn number and a hash of the ordered calls.

    Call ids alone would not do: they repeat from batch to batch, and the server would replay an
    old answer while the run waits for ever.
    """
    exact = [[call.id, call.name, call.arguments] for call in calls]
    digest = hashlib.sha256(json.dumps(exact, sort_keys=True).encode()).hexdigest()
    return f"{turn}-{server_turn}-{digest[:24]}"


def repeated_ids(calls: Sequence[ToolCall], earlier: Sequence[Batch]) -> set[str]:
    """Call ids that occur twice in this batch, or were decided in an earlier one of the run."""
    known = {call.id for batch in earlier for call in batch.calls}
    repeated: set[str] = set()
    for call in calls:
        if call.id in known:
            repeated.add(call.id)
        known.add(call.id)
    return repeated

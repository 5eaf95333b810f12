"""A batch of tool calls that the agent proposed together, with a frozen verdict on each."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
    ASK = "ask"  # a person decides


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided on one call. `reason` is what the agent is told of a denial."""

    call: str
    ruling: Ruling
    reason: str = ""


class BatchStatus(StrEnum):
    AUTO = "auto"  # decided by policy alone
    OPEN = "open"  # a person is asked
    ALLOWED = "allowed"
    DENIED = "denied"
    EXPIRED = "expired"  # nobody decided in time: the turn ends
    SUPERSEDED = "superseded"  # a steering message goes to the agent instead of decisions
    CANCELLED = "cancelled"  # the turn ends before a decision


OVERTAKEN = "Not decided: a newer message from the user came first."
DECIDED = (BatchStatus.AUTO, BatchStatus.ALLOWED, BatchStatus.DENIED)


@dataclass(frozen=True, slots=True)
class Batch:
    """Protocol 20: the item that decides. Its key is the idempotency key of its decisions.

    `verdicts` are policy's, frozen; those that say ASK are settled by `status`. `posted` says that
    the agent has the decisions. Where a person is asked: `approval` is the id in the buttons,
    `approvers` who may decide, as channel:id, `expires_at` until when; `prompt`
    is the post that asks, `token` wakes the machine; `by`, `at` and `reason` tell who decided.
    `over` says that its calls have met their fate, as events told.
    """

    key: str
    turn: str
    run: str
    calls: tuple[ToolCall, ...]
    verdicts: tuple[Verdict, ...]
    boot: int
    status: BatchStatus
    posted: bool = False
    approval: str = ""
    approvers: tuple[str, ...] = ()
    expires_at: int = 0
    by: str = ""  # the approver's id
    by_name: str = ""
    at: int = 0
    reason: str = ""
    prompt: str | None = None
    token: str | None = None
    over: bool = False

    @property
    def asked(self) -> tuple[ToolCall, ...]:
        """The calls that a person decides on."""
        open_ids = {each.call for each in self.verdicts if each.ruling is Ruling.ASK}
        return tuple(call for call in self.calls if call.id in open_ids)

    @property
    def decided(self) -> bool:
        return self.status in DECIDED

    def final(self) -> tuple[Verdict, ...]:
        """Policy's verdicts and the person's together; of a batch that was superseded, a refusal.
        Only of a batch that is closed by one of them."""
        if not self.decided and self.status is not BatchStatus.SUPERSEDED:
            raise ValueError(f"{self.key} is {self.status}")
        return tuple(self._settled(verdict) for verdict in self.verdicts)

    def _settled(self, verdict: Verdict) -> Verdict:
        if verdict.ruling is not Ruling.ASK:
            return verdict
        if self.status is BatchStatus.ALLOWED:
            return replace(verdict, ruling=Ruling.ALLOW)
        if self.status is BatchStatus.SUPERSEDED:
            return replace(verdict, ruling=Ruling.DENY, reason=OVERTAKEN)
        who = self.by_name or self.by
        why = f": {self.reason}" if self.reason else "."
        return replace(verdict, ruling=Ruling.DENY, reason=f"Denied by {who}{why}")


def one_tool(calls: Sequence[ToolCall]) -> str:
    """The name that all the calls share (36), or nothing."""
    names = {call.name for call in calls}
    return names.pop() if len(names) == 1 else ""


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

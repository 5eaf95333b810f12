"""Batches of tool calls as items and back, and the write that closes one."""

import json

from parley.adapters.dynamodb import keys
from parley.adapters.dynamodb.codec import Fields, Item, Plain, marshal
from parley.adapters.dynamodb.items import seconds
from parley.adapters.dynamodb.large_texts import LargeTexts
from parley.adapters.dynamodb.table import Write, update
from parley.core.batch import Batch, BatchStatus, Ruling, ToolCall, Verdict
from parley.core.limits import TURN_TTL

CLOSE = "SET #status = :status, #at = :now"
# (27) Found by the sweeper until the machine has seen it.
UNCONSUMED = ", unsettled = :unconsumed, updated_at = :now"
CONSUME = "REMOVE unsettled, updated_at"


def batch_item(conversation: str, batch: Batch, texts: LargeTexts, now: int) -> Item:
    """Arguments are the model's own JSON: kept as text, exactly."""
    calls = [[call.id, call.name, call.arguments] for call in batch.calls]
    verdicts = [[verdict.call, verdict.ruling, verdict.reason] for verdict in batch.verdicts]
    return keys.batch(conversation, batch.key) | marshal(
        {
            "key": batch.key,
            "turn": batch.turn,
            "run": batch.run,
            "calls": texts.place(conversation, json.dumps(calls)),
            "verdicts": texts.place(conversation, json.dumps(verdicts)),
            "boot": batch.boot,
            "status": str(batch.status),
            "approval": batch.approval or None,
            "approvers": list(batch.approvers),
            "open_until": batch.expires_at,
            "expires_at": seconds(now + TURN_TTL),
        }
    )


def batch_of(fields: Fields, texts: LargeTexts) -> Batch:
    calls = json.loads(texts.fetch(fields["calls"]))
    verdicts = json.loads(texts.fetch(fields["verdicts"]))
    return Batch(
        key=fields["key"],
        turn=fields["turn"],
        run=fields["run"],
        calls=tuple(ToolCall(*call) for call in calls),
        verdicts=tuple(Verdict(call, Ruling(rule), reason) for call, rule, reason in verdicts),
        boot=fields["boot"],
        status=BatchStatus(fields["status"]),
        posted=fields.get("posted", False),
        approval=fields.get("approval", ""),
        approvers=tuple(fields.get("approvers", ())),
        expires_at=fields.get("open_until", 0),
        by=fields.get("by", ""),
        by_name=fields.get("by_name", ""),
        at=fields.get("at", 0),
        reason=texts.fetch(fields.get("reason")),
        prompt=fields.get("prompt"),
        token=fields.get("token"),
        over=fields.get("over", False),
    )


def closed_outside(
    conversation: str, batch: Batch, status: BatchStatus, condition: str, now: int
) -> Write:
    """By people, whom the machine does not watch: it has to be called back."""
    values = {**_closing(status, now), "unconsumed": keys.UNCONSUMED}
    return update(keys.batch(conversation, batch.key), CLOSE + UNCONSUMED, condition, values)


def closed_inside(
    conversation: str, batch: Batch, status: BatchStatus, condition: str, now: int
) -> Write:
    """By the machine itself."""
    key = keys.batch(conversation, batch.key)
    return update(key, CLOSE, condition, _closing(status, now))


def changed(conversation: str, batch: Batch, change: str, **values: Plain) -> Write:
    return update(keys.batch(conversation, batch.key), change, "", values)


def _closing(status: BatchStatus, now: int) -> dict[str, Plain]:
    return {"status": str(status), "open": str(BatchStatus.OPEN), "now": now}

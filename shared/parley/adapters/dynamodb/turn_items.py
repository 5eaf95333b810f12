"""Turns and batches as items and back."""

import json

from parley.adapters.dynamodb import keys
from parley.adapters.dynamodb.codec import Fields, Item, Plain, marshal
from parley.adapters.dynamodb.items import delivery_fields, delivery_of, seconds
from parley.adapters.dynamodb.large_texts import LargeTexts
from parley.core.batch import Batch, BatchStatus, Ruling, ToolCall, Verdict
from parley.core.limits import TURN_TTL
from parley.core.turn import Outcome, Post, Spell, Turn, Usage

OPEN = "open"
CLOSED = "closed"


def opened_turn(turn: Turn, messages: list[str], texts: LargeTexts) -> Item:
    """A turn at its claim: nothing has come of it yet."""
    return keys.turn(turn.conversation, turn.id) | marshal(
        {
            "status": OPEN,
            "messages": messages,
            "prompt": texts.place(turn.conversation, turn.prompt),
            "delivery": delivery_fields(turn.delivery),
            "correlation_id": turn.correlation_id,
            "created_at": turn.created_at,
            "notice": turn.notice or None,
            "delivered": 0,
        }
    )


def turn_of(fields: Fields, texts: LargeTexts) -> Turn:
    return Turn(
        id=fields["sk"].removeprefix("T#"),
        conversation=fields["pk"].removeprefix("C#"),
        messages=tuple(fields["messages"]),
        prompt=texts.fetch(fields["prompt"]),
        delivery=delivery_of(fields["delivery"]),
        correlation_id=fields["correlation_id"],
        created_at=fields["created_at"],
        run=fields.get("run"),
        post=Post(**fields["post"]) if "post" in fields else None,
        text=texts.fetch(fields.get("text")),
        gapped=fields.get("gapped", False),
        notice=fields.get("notice", ""),
        outcome=Outcome(fields["outcome"]) if "outcome" in fields else None,
        usage=Usage(**fields["usage"]) if "usage" in fields else None,
        reply=tuple(json.loads(texts.fetch(fields.get("reply")) or "[]")),
        delivered=fields["delivered"],
        sending=fields.get("sending"),
        sender=fields.get("sender"),
        sending_until=fields.get("sending_until"),
        undelivered=fields.get("undelivered"),
        waiting={cause: Spell(**each) for cause, each in fields.get("waiting", {}).items()},
        waits=fields.get("waits", 0),
        told=fields.get("told", False),
    )


def post_fields(post: Post) -> Plain:
    return {"session": post.session, "boot": post.boot, "history": post.history}


def spell_fields(spell: Spell) -> Plain:
    return {"since": spell.since, "count": spell.count}


def usage_fields(usage: Usage) -> Plain:
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.total_tokens,
    }


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
    )

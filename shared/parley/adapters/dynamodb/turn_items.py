"""Turns as items and back."""

import json
from collections.abc import Sequence
from typing import Any

from parley.adapters.dynamodb import keys
from parley.adapters.dynamodb.codec import Fields, Item, Plain, marshal
from parley.adapters.dynamodb.items import delivery_fields, delivery_of
from parley.adapters.dynamodb.large_texts import Fetching, LargeTexts
from parley.core.reply import Part
from parley.core.turn import Ending, Outcome, Post, Spell, Turn, Usage

OPEN = "open"
CLOSED = "closed"
NO_MORE_WAITING = "REMOVE waiting, waits, told"


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
            "images": _images(turn, texts),
            "senders": list(turn.senders),
        }
    )


def _images(turn: Turn, texts: LargeTexts) -> Plain | None:
    return texts.place(turn.conversation, json.dumps(turn.images)) if turn.images else None


def turn_of(fields: Fields, texts: Fetching) -> Turn:
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
        reply=tuple(Part(*part) for part in _parsed(texts.fetch(fields.get("reply")))),
        delivered=fields["delivered"],
        sending=fields.get("sending"),
        sender=fields.get("sender"),
        sending_until=fields.get("sending_until"),
        undelivered=fields.get("undelivered"),
        waiting={cause: Spell(**each) for cause, each in fields.get("waiting", {}).items()},
        waits=fields.get("waits", 0),
        told=fields.get("told", False),
        images=tuple(_parsed(texts.fetch(fields.get("images")))),
        senders=tuple(fields.get("senders", ())),
        asked=fields.get("asked"),
        ending=_ending_of(fields["ending"], texts) if "ending" in fields else None,
        progress=fields.get("progress"),
        steering=tuple(fields.get("steering", ())),
        passed=fields.get("passed", 0),
        posting=fields.get("posting"),
    )


def _parsed(text: str) -> Any:
    return json.loads(text) if text else ()


def _ending_of(fields: Fields, texts: Fetching) -> Ending:
    return Ending(Outcome(fields["outcome"]), texts.fetch(fields["reason"]), fields["at"])


def ending_fields(conversation: str, ending: Ending, texts: LargeTexts) -> Plain:
    reason = texts.place(conversation, ending.reason)
    return {"outcome": str(ending.outcome), "reason": reason, "at": ending.at}


def reply_text(reply: Sequence[Part]) -> str:
    return json.dumps([[part.text, part.file] for part in reply])


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

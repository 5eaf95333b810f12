"""Bodies of the Events API, turned into what they mean for Parley.

A mention in a channel arrives twice, as `message` and as `app_mention`, in either order: both give
one identity (installation, channel, ts).
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from parley.adapters.slack.limits import FILES_NAMED, MESSAGES_QUOTED
from parley.adapters.slack.mrkdwn import (
    first_word_mentions,
    mentioned,
    mentions,
    quoted,
    readable,
    without_mentions,
)
from parley.core.delivery import Chat, Delivery
from parley.core.message import Address, Inbound, MessageId, Sender
from parley.core.reading import Challenge, Ignored, Malformed, Reading, Received

CHANNEL = "slack"
SLACKBOT = "USLACKBOT"
ACCEPTED_SUBTYPES = (None, "file_share", "thread_broadcast")

Json = Mapping[str, Any]

_ID = re.compile(r"[A-Za-z0-9]{1,64}")
_TS = re.compile(r"(\d{1,12})\.(\d{1,6})")
_NAME = re.compile(r"[a-z0-9_.]{1,64}")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def parse(body: bytes) -> Reading:
    try:
        envelope = json.loads(body)
    except (ValueError, RecursionError):
        return Malformed("not JSON")
    if not isinstance(envelope, dict):
        return Malformed("not a JSON object")
    kind = envelope.get("type")
    if kind == "url_verification":
        return _challenge(envelope)
    if kind != "event_callback":
        return Ignored(f"envelope {_shown(kind)}")
    event = envelope.get("event")
    return _event(envelope, event if isinstance(event, dict) else {})


def _challenge(envelope: Json) -> Reading:
    challenge = envelope.get("challenge")
    return Challenge(challenge) if isinstance(challenge, str) else Malformed("no challenge")


def _event(envelope: Json, event: Json) -> Reading:
    bots = _own_users(envelope)
    refusal = _refusal(event, bots)
    if refusal:
        return Ignored(refusal)
    installation = _id(envelope, "team_id") or _id(envelope, "enterprise_id")
    channel, user, ts = _id(event, "channel"), _id(event, "user"), _ts(event, "ts")
    if not (installation and channel and user and ts):
        return Ignored("incomplete")
    text = _text(event, "text")
    bots = bots or _bot_mentioned(envelope, event, text)
    address, chat = _addressed(event, channel, ts, mentions(text, bots))
    if address is None:
        return Ignored("not addressed")
    said = _said(without_mentions(text, bots), event)
    if not said.strip():
        return Ignored("empty")
    return Received(
        Inbound(
            id=MessageId(CHANNEL, installation, channel, ts),
            sender=Sender(user, _display_name(event)),
            address=address,
            text=said,
            delivery=_delivery(chat, channel, user, _reply_thread(event, address, ts), ts),
            position=_position(ts),
            sent_at=_milliseconds(ts),
        )
    )


def _refusal(event: Json, bots: frozenset[str]) -> str | None:
    """Why this event is no message that somebody wrote to us just now."""
    kind, subtype, user = event.get("type"), event.get("subtype"), _id(event, "user")
    if kind not in ("message", "app_mention"):
        return f"event {_shown(kind)}"
    if subtype not in ACCEPTED_SUBTYPES:
        return f"subtype {_shown(subtype)}"
    if event.get("hidden"):
        return "hidden"
    if event.get("edited"):
        return "edited"  # an edit that adds a mention comes as an app_mention of the old message
    if event.get("bot_id") or user == SLACKBOT:
        return "bot"
    return "own message" if user in bots else None


def _addressed(event: Json, channel: str, ts: str, to_us: bool) -> tuple[Address | None, Chat]:
    kind = event.get("channel_type")
    if kind == "im" or (kind is None and channel.startswith("D")):
        return Address.DIRECT, Chat.direct()
    to_us = to_us or event.get("type") == "app_mention"
    if kind == "mpim":
        return Address.MENTION if to_us else None, Chat.of_group(channel)
    root = _root(event)
    chat = Chat.of_thread(channel, root or ts)
    if to_us:
        return Address.MENTION, chat
    return Address.OVERHEARD if root else None, chat


def _root(event: Json) -> str:
    """The thread that the message is a reply in; none for a message that begins one."""
    root = _ts(event, "thread_ts")
    return "" if root == _ts(event, "ts") else root


def _reply_thread(event: Json, address: Address, ts: str) -> str:
    root = _root(event)
    return root if address is Address.DIRECT else root or ts


def _delivery(chat: Chat, channel: str, user: str, thread: str, ts: str) -> Delivery:
    meta = {"channel": channel, "message_ts": ts}
    target = f"{CHANNEL}:channel:{channel}"
    if thread:
        meta["thread_ts"] = thread
        target += f":thread:{thread}"
    return Delivery(CHANNEL, user, chat, target, meta)


def _said(text: str, event: Json) -> str:
    parts = [readable(text), *map(_shared, _list(event, "attachments")[:MESSAGES_QUOTED])]
    if names := [_file_name(file) for file in _list(event, "files")[:FILES_NAMED]]:
        parts.append(f"[Files attached in Slack, which you cannot see: {', '.join(names)}]")
    return "\n\n".join(part for part in parts if part.strip())


def _shared(attachment: Json) -> str:
    """A message that was forwarded or linked, quoted; a preview of anything else is left out."""
    if not (attachment.get("is_share") or attachment.get("is_msg_unfurl")):
        return ""
    text = readable(_text(attachment, "text") or _text(attachment, "fallback"))
    if not text.strip():
        return ""
    author = " ".join(_text(attachment, "author_name").split())
    head = f"[Message from {author}, shared in Slack:]" if author else "[Message shared in Slack:]"
    return f"{head}\n{quoted(text)}"


def _file_name(file: Json) -> str:
    name = _text(file, "name") or _text(file, "title") or _text(file, "id") or "unnamed"
    return " ".join(name.split())


def _own_users(envelope: Json) -> frozenset[str]:
    """The bot's user ids, so that it knows itself without asking Slack."""
    return frozenset(
        user
        for entry in _list(envelope, "authorizations")
        if entry.get("is_bot") is not False and (user := _id(entry, "user_id"))
    )


def _bot_mentioned(envelope: Json, event: Json, text: str) -> frozenset[str]:
    """The bot, where Slack names only people who authorized it: an app_mention mentions it. It is
    the one mentioned who can be it, or of several the one whom the text begins with."""
    if event.get("type") != "app_mention":
        return frozenset()
    people = {_id(entry, "user_id") for entry in _list(envelope, "authorizations")}
    others = [user for user in mentioned(text) if user not in people | {_id(event, "user")}]
    known = len(set(others)) == 1 or (others and first_word_mentions(text, others[0]))
    return frozenset(others[:1]) if known else frozenset()


def _display_name(event: Json) -> str:
    profile = event.get("user_profile")
    if not isinstance(profile, dict):
        return ""
    return _text(profile, "display_name") or _text(profile, "real_name")


def _position(ts: str) -> str:
    """Fixed width, so that text order is time order."""
    seconds, fraction = ts.split(".")
    return f"{seconds:0>12}.{fraction:0<6}"


def _milliseconds(ts: str) -> int:
    seconds, fraction = ts.split(".")
    return int(seconds) * 1000 + int(f"{fraction:0<6}") // 1000


def _id(source: Json, name: str) -> str:
    value = source.get(name)
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def _ts(source: Json, name: str) -> str:
    value = source.get(name)
    return value if isinstance(value, str) and value.isascii() and _TS.fullmatch(value) else ""


def _text(source: Json, name: str) -> str:
    """A text that can be stored: JSON may escape half a character, which UTF-8 cannot hold."""
    value = source.get(name)
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) else ""


def _list(source: Json, name: str) -> list[Json]:
    value = source.get(name)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _shown(value: object) -> str:
    """A name from outside, fit for the log."""
    return value if isinstance(value, str) and _NAME.fullmatch(value) else "unknown"

"""Slack's requests, turned into what they mean for Parley. Events come as JSON, interactions and
commands as forms, all signed alike, so that one address could take them all."""

import json
import re
from urllib.parse import parse_qsl

from parley.adapters.slack.commands import command
from parley.adapters.slack.events import event
from parley.adapters.slack.fields import Json, object_of, shown
from parley.adapters.slack.interactions import interaction
from parley.adapters.slack.limits import FORM_FIELDS
from parley.core.reading import Answer, Ignored, Immediate, Malformed, Reading, Verdict

_FORM = re.compile(rb"[A-Za-z_]+=")  # which no JSON begins with


def parse(body: bytes, now: int, require_mention: bool = True) -> Reading:
    """`now` is the time of what has none of its own."""
    if _FORM.match(body):
        return _form(body, now)
    envelope = _object(body)
    return (
        Malformed("not a JSON object") if envelope is None else _envelope(envelope, require_mention)
    )


def _envelope(envelope: Json, require_mention: bool) -> Reading:
    kind = envelope.get("type")
    if kind == "url_verification":
        return _challenge(envelope)
    if kind != "event_callback":
        return Ignored(f"envelope {shown(kind)}")
    return event(envelope, object_of(envelope, "event"), require_mention)


def _challenge(envelope: Json) -> Reading:
    challenge = envelope.get("challenge")
    if not isinstance(challenge, str):
        return Malformed("no challenge")
    return Immediate(Answer(Verdict.DONE, challenge))


def _form(body: bytes, now: int) -> Reading:
    try:
        fields = dict(parse_qsl(body.decode(), max_num_fields=FORM_FIELDS))
    except ValueError:
        return Malformed("not a form")
    if "payload" in fields:
        payload = _object(fields["payload"].encode(errors="replace"))
        return Malformed("no payload") if payload is None else interaction(payload, now)
    if fields.get("ssl_check"):
        return Immediate(Answer(Verdict.DONE))
    return command(fields, now) if "command" in fields else Malformed("no command")


def _object(text: bytes) -> Json | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None

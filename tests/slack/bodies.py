"""Bodies of requests made from the samples, and what is read of them."""

import json
from typing import Any

from parley.adapters.slack.parse import parse
from parley.core.limits import SECOND
from parley.core.message import Inbound
from parley.core.reading import Reading, Received
from tests.slack.signing import NOW, as_command, as_interaction, sample

ADA = "U0ADA00001"
BOT = "U0PARLEYBOT"
CHANNEL = "C0GENERAL1"
DM = "D0ADA00000"
TEAM = "T0PARLEY01"


def read(envelope: object) -> Reading:
    return parse(json.dumps(envelope).encode(), NOW * SECOND)


def received(envelope: object) -> Inbound:
    return taken(read(envelope)).inbound


def taken(reading: Reading) -> Received:
    assert isinstance(reading, Received), reading
    return reading


def pressed(payload: object) -> Reading:
    """What is read of an interaction."""
    return parse(as_interaction(payload), NOW * SECOND)


def ordered(**fields: str) -> Reading:
    """What is read of a slash command with these fields."""
    return parse(as_command({**sample("slash-command"), **fields}), NOW * SECOND)


def changed(name: str, **fields: Any) -> dict[str, Any]:
    """A sample with some of its event's fields replaced; None takes one away."""
    envelope = sample(name)
    event = {**envelope["event"], **fields}
    envelope["event"] = {key: value for key, value in event.items() if value is not None}
    return envelope


def in_channel(text: str) -> str:
    return received(changed("channel-mention", text=text)).text

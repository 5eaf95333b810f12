"""Bodies of the Events API made from the samples, and what is read of them."""

import json
from typing import Any

from parley.adapters.slack.parse import parse
from parley.core.limits import SECOND
from parley.core.message import Inbound
from parley.core.reading import Reading, Received
from tests.slack.signing import NOW, sample

ADA = "U0ADA00001"
BOT = "U0PARLEYBOT"
CHANNEL = "C0GENERAL1"
DM = "D0ADA00000"
TEAM = "T0PARLEY01"


def read(envelope: object) -> Reading:
    return parse(json.dumps(envelope).encode(), NOW * SECOND)


def received(envelope: object) -> Inbound:
    reading = read(envelope)
    assert isinstance(reading, Received), reading
    return reading.inbound


def changed(name: str, **fields: Any) -> dict[str, Any]:
    """A sample with some of its event's fields replaced; None takes one away."""
    envelope = sample(name)
    event = {**envelope["event"], **fields}
    envelope["event"] = {key: value for key, value in event.items() if value is not None}
    return envelope


def in_channel(text: str) -> str:
    return received(changed("channel-mention", text=text)).text

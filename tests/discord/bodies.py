"""Bodies made from the samples, and what is read of them."""

import json
from typing import Any

from parley.adapters.discord.parse import parse_interaction
from parley.core.message import Inbound
from parley.core.reading import Ignored, Reading, Received
from tests.discord.signing import sample

ADA = "1190000000000001001"
APPLICATION = "1190000000000000001"
SERVER = "1190000000000000100"
CHANNEL = "1190000000000000101"


def read(interaction: object) -> Reading:
    return parse_interaction(json.dumps(interaction).encode())


def received(interaction: object) -> Inbound:
    reading = read(interaction)
    assert isinstance(reading, Received), reading
    return reading.inbound


def ignored(interaction: object) -> Ignored:
    reading = read(interaction)
    assert isinstance(reading, Ignored), reading
    return reading


def changed(name: str, /, **fields: Any) -> dict[str, Any]:
    """A sample with some of its fields replaced; None takes one away."""
    interaction = {**sample(name), **fields}
    return {key: value for key, value in interaction.items() if value is not None}


def with_data(name: str, /, **fields: Any) -> dict[str, Any]:
    """The same with fields of its data."""
    return changed(name, data={**sample(name)["data"], **fields})


def pointing_at(**message: Any) -> dict[str, Any]:
    """The message command, used on a message with some of its fields replaced."""
    interaction = sample("ask-about-message")
    messages = interaction["data"]["resolved"]["messages"]
    target = interaction["data"]["target_id"]
    messages[target] = {**messages[target], **message}
    return interaction

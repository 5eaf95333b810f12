"""Bodies of real webhooks. They lie outside the project and are not always there."""

import json
from typing import Any

import pytest

from parley.adapters.slack.parse import parse
from parley.adapters.slack.verify import verify
from parley.core.delivery import Chat
from parley.core.message import Address, Inbound
from parley.core.reading import Ignored, Reading, Received
from tests.slack.signing import NOW, RECORDED, SECRET, signed

CHANNEL = "C00FAKECHAN1"


def recorded(file: str, member: str) -> Reading:
    path = RECORDED / file
    if not path.exists():
        pytest.skip(f"no recordings at {RECORDED}")
    body = json.dumps(json.loads(path.read_bytes())[member]).encode()
    assert verify(SECRET, signed(body), body, NOW)
    return parse(body)


def message(file: str, member: str) -> Inbound:
    reading = recorded(file, member)
    assert isinstance(reading, Received), reading
    return reading.inbound


def test_an_app_mention() -> None:
    inbound = message("slack-actions.json", "mention")
    assert inbound.text == "Test"
    assert inbound.address is Address.MENTION
    assert inbound.delivery.chat == Chat.of_thread(CHANNEL, "1767326125.870439")


def test_a_mention_as_a_message() -> None:
    inbound = message("slack-channel-mention.json", "mention")
    assert inbound.text == "Can you see the name of this channel: #C00FAKECHAN2?"
    assert inbound.address is Address.MENTION


def test_a_mention_and_its_follow_up_are_one_thread() -> None:
    """Neither body carries a channel_type."""
    mention = message("slack-mention-and-follow-up.json", "mention")
    follow_up = message("slack-mention-and-follow-up.json", "followUp")
    assert (mention.text, follow_up.text) == ("Hey", "Hi")
    assert mention.delivery.chat == follow_up.delivery.chat
    assert mention.delivery.target == follow_up.delivery.target
    assert (mention.address, follow_up.address) == (Address.MENTION, Address.OVERHEARD)
    assert mention.position < follow_up.position


@pytest.mark.parametrize(
    ("member", "reason"),
    [("reaction", "event reaction_added"), ("action", "envelope block_actions")],
)
def test_what_is_no_message(member: str, reason: Any) -> None:
    assert recorded("slack-actions.json", member) == Ignored(reason)

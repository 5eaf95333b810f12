"""Bodies of real webhooks. They lie outside the project and are not always there."""

import json
from typing import Any

import pytest

from parley.adapters.slack.parse import parse
from parley.adapters.slack.verify import verify
from parley.core.approval import Choice, Click
from parley.core.delivery import Chat
from parley.core.limits import SECOND
from parley.core.message import Address, Inbound
from parley.core.reading import Clicked, Ignored, Reading, Received
from tests.slack.signing import NOW, RECORDED, SECRET, as_interaction, signed

CHANNEL = "C00FAKECHAN1"


def body(file: str, member: str) -> dict[str, Any]:
    path = RECORDED / file
    if not path.exists():
        pytest.skip(f"no recordings at {RECORDED}")
    content: dict[str, Any] = json.loads(path.read_bytes())[member]
    return content


def recorded(file: str, member: str) -> Reading:
    content = body(file, member)
    is_event = content["type"] == "event_callback"
    raw = json.dumps(content).encode() if is_event else as_interaction(content)
    assert verify(SECRET, signed(raw), raw, NOW)
    return parse(raw, NOW * SECOND)


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


def test_a_reaction_is_no_message() -> None:
    assert recorded("slack-actions.json", "reaction") == Ignored("event reaction_added")


@pytest.mark.parametrize("member", ["action", "staticSelectAction", "radioButtonsAction"])
def test_actions_of_other_apps_are_none_of_ours(member: str) -> None:
    assert recorded("slack-actions.json", member) == Ignored("foreign action")


def test_a_recorded_click_with_our_payload_is_ours() -> None:
    payload = body("slack-actions.json", "action")
    payload["actions"][0]["value"] = "a:k3v9q2m8x1c7:deny"
    reading = parse(as_interaction(payload), NOW * SECOND)
    assert isinstance(reading, Clicked)
    assert isinstance(reading.click, Click)
    assert reading.click.choice is Choice.DENY
    mention = message("slack-actions.json", "mention")
    assert reading.click.delivery.target == mention.delivery.target
    assert reading.click.delivery.chat == mention.delivery.chat
    assert reading.click.installation == mention.id.installation
    assert reading.place == {"response_url": payload["response_url"]}

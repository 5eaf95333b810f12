"""Bodies of real webhooks. They lie outside the project and are not always there."""

import json

import pytest

from parley.adapters.telegram.parse import TelegramOptions
from parley.adapters.telegram.webhook import TelegramWebhook
from parley.core.delivery import Chat
from parley.core.message import Address, Inbound
from parley.core.reading import Received
from tests.telegram.bodies import RECORDED
from tests.telegram.doubles import NamedValues
from tests.telegram.test_verify import NAME, SECRET


def message(member: str) -> Inbound:
    path = RECORDED / "telegram-private.json"
    if not path.exists():
        pytest.skip(f"no recordings at {RECORDED}")
    recorded = json.loads(path.read_bytes())
    options = TelegramOptions(recorded["botName"])
    webhook = TelegramWebhook(NamedValues({"secret": [SECRET]}), "secret", options)
    reading = webhook.read({NAME: SECRET}, json.dumps(recorded[member]).encode())
    assert isinstance(reading, Received), reading
    return reading.inbound


def test_a_private_message_that_mentions_the_bot() -> None:
    inbound = message("mention")
    assert inbound.text == "hi"
    assert inbound.address is Address.DIRECT
    assert inbound.delivery.chat == Chat.direct()
    assert inbound.sender.name == "Test User"


def test_the_next_one_comes_after_it_in_the_same_chat() -> None:
    first, second = message("mention"), message("followUp")
    assert second.text == "how are you"
    assert first.delivery.target == second.delivery.target
    assert first.position < second.position
    assert first.id != second.id

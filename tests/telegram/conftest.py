"""A channel at a stand-in for the Bot API, made once: an HTTP client costs more than a test."""

from collections.abc import Iterator

import pytest

from parley.adapters.telegram.client import TelegramChannel
from tests.telegram.doubles import TOKEN, TOKEN_NAME, NamedValues, Telegram, telegram

Running = tuple[Telegram, NamedValues, TelegramChannel, TelegramChannel]


@pytest.fixture(name="running", scope="module")
def running_telegram() -> Iterator[Running]:
    secrets = NamedValues({})
    with telegram() as api:
        channels = [TelegramChannel(api.url, TOKEN_NAME, secrets, rich) for rich in (True, False)]
        yield api, secrets, channels[0], channels[1]
        for channel in channels:
            channel.close()


@pytest.fixture(name="api")
def fresh_api(running: Running) -> Telegram:
    api = running[0]
    api.requests.clear()
    api.answers.clear()
    return api


@pytest.fixture(name="secrets")
def fresh_secrets(running: Running) -> NamedValues:
    secrets = running[1]
    secrets.values = {TOKEN_NAME: [TOKEN]}
    secrets.down = secrets.down_for_fresh = False
    return secrets


@pytest.fixture(name="rich")
def rich_channel(running: Running, api: Telegram, secrets: NamedValues) -> TelegramChannel:
    """It sends rich messages."""
    return running[2]


@pytest.fixture(name="bot")
def ordinary_channel(running: Running, api: Telegram, secrets: NamedValues) -> TelegramChannel:
    """It sends ordinary messages only."""
    return running[3]

"""A channel at a stand-in for Discord's API, made once: an HTTP client costs more than a test."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from parley.adapters.discord.client import DiscordChannel
from tests.discord.doubles import NAME, TOKEN, Api, NamedValues, discord_api
from tests.fakes.world import START, FakeClock


@dataclass(frozen=True, slots=True)
class Running:
    api: Api
    secrets: NamedValues
    clock: FakeClock
    channel: DiscordChannel


@pytest.fixture(name="running", scope="module")
def running_discord() -> Iterator[Running]:
    secrets, clock = NamedValues({}), FakeClock()
    with discord_api() as api:
        channel = DiscordChannel(api.url, NAME, secrets, clock)
        yield Running(api, secrets, clock, channel)
        channel.close()


@pytest.fixture(name="api")
def fresh_api(running: Running) -> Api:
    running.api.requests.clear()
    running.api.answers.clear()
    return running.api


@pytest.fixture(name="secrets")
def fresh_secrets(running: Running) -> NamedValues:
    running.secrets.values = {NAME: [TOKEN]}
    running.secrets.down = False
    return running.secrets


@pytest.fixture(name="clock")
def clock_at_the_interaction(running: Running) -> FakeClock:
    running.clock.now_ms = START
    return running.clock


@pytest.fixture(name="discord")
def channel(running: Running, api: Api, secrets: NamedValues, clock: FakeClock) -> DiscordChannel:
    return running.channel

"""A channel at a stand-in for Slack's Web API, made once: an HTTP client costs more than a test."""

from collections.abc import Iterator

import pytest

from parley.adapters.slack.client import SlackChannel
from tests.slack.doubles import NAME, TOKEN, NamedValues, WebApi, web_api


@pytest.fixture(name="running", scope="module")
def running_slack() -> Iterator[tuple[WebApi, NamedValues, SlackChannel]]:
    """One channel for all: to make an HTTP client costs more than a test."""
    secrets = NamedValues({})
    with web_api() as api:
        slack = SlackChannel(api.url, NAME, secrets)
        yield api, secrets, slack
        slack.close()


@pytest.fixture(name="api")
def fresh_api(running: tuple[WebApi, NamedValues, SlackChannel]) -> WebApi:
    api = running[0]
    api.clear()
    return api


@pytest.fixture(name="secrets")
def fresh_secrets(running: tuple[WebApi, NamedValues, SlackChannel]) -> NamedValues:
    secrets = running[1]
    secrets.values = {NAME: [TOKEN]}
    secrets.down = secrets.down_for_fresh = False
    return secrets


@pytest.fixture(name="slack")
def channel(
    running: tuple[WebApi, NamedValues, SlackChannel], api: WebApi, secrets: NamedValues
) -> SlackChannel:
    return running[2]

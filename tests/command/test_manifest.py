"""The Slack app's manifest, made from the deployment's address."""

import json
from typing import Any

import pytest

from parley.adapters.slack.interactions import ASK
from parley.command.address import base_of
from parley.errors import SettingsError
from tests.command.servers import command

BASE = "https://abc.execute-api.eu-central-1.amazonaws.com"


def made(url: str = BASE, *more: str) -> dict[str, Any]:
    ended = command("manifest", "--url", url, *more)
    assert (ended.code, ended.errors) == (0, "")
    manifest: dict[str, Any] = json.loads(ended.out)
    return manifest


def test_it_has_the_three_addresses() -> None:
    manifest = made()
    settings = manifest["settings"]
    [slash] = manifest["features"]["slash_commands"]
    assert settings["event_subscriptions"]["request_url"] == f"{BASE}/webhooks/slack/events"
    assert settings["interactivity"]["request_url"] == f"{BASE}/webhooks/slack/interactions"
    assert (slash["command"], slash["url"]) == ("/parley", f"{BASE}/webhooks/slack/commands")


def test_the_shortcut_is_the_one_that_the_adapter_knows() -> None:
    [shortcut] = made()["features"]["shortcuts"]
    assert (shortcut["type"], shortcut["callback_id"]) == ("message", ASK)
    assert len(shortcut["name"]) <= 24


def test_each_event_has_its_scope() -> None:
    manifest = made()
    scopes = manifest["oauth_config"]["scopes"]["bot"]
    needed = {
        "app_mention": "app_mentions:read",
        "message.channels": "channels:history",
        "message.groups": "groups:history",
        "message.im": "im:history",
        "message.mpim": "mpim:history",
        "agent_session_stopped": "assistant:write",
    }
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert {needed[event] for event in events} <= set(scopes)
    assert {"chat:write", "commands", "files:read", "files:write", "reactions:write"} <= set(scopes)
    assert "users:read" in scopes


def test_the_bot_may_have_another_name() -> None:
    manifest = made(BASE, "--name", "Builder")
    assert manifest["display_information"]["name"] == "Builder"
    assert manifest["features"]["bot_user"]["display_name"] == "Builder"


@pytest.mark.parametrize(
    "url",
    [
        BASE,
        f"{BASE}/",
        f"{BASE}/webhooks/slack/events",
        f" {BASE}/webhooks/telegram\n",
    ],
)
def test_any_of_the_deployments_addresses_will_do(url: str) -> None:
    assert base_of(url) == BASE


def test_a_stage_stays_in_the_address() -> None:
    assert base_of(f"{BASE}/prod/webhooks/discord/events") == f"{BASE}/prod"


@pytest.mark.parametrize(
    "url",
    ["", "parley.example", "http://parley.example", "https://", f"{BASE}?a=1", "ftp://127.0.0.1"],
)
def test_what_the_platforms_could_not_reach_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="it must begin with https://"):
        base_of(url)


def test_loopback_may_do_without_https() -> None:
    assert base_of("http://127.0.0.1:8000/") == "http://127.0.0.1:8000"

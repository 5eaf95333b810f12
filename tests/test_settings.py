"""Settings are read once; whatever is missing or makes no sense is named."""

import pytest

from parley.core.batch import Ruling, ToolCall
from parley.core.policy import ApprovalMode
from parley.core.routing import DmScope
from parley.errors import SettingsError
from parley.settings import (
    DISCORD_API,
    SLACK_API,
    TELEGRAM_API,
    DiscordSettings,
    Settings,
    SlackSettings,
    TelegramSettings,
    needed,
)

LEAST = {"PARLEY_TABLE": "conversations"}


def settings(**env: str) -> Settings:
    return Settings.from_env(LEAST | env)


def allowed(policy_call: str, **env: str) -> bool:
    [verdict] = settings(**env).policy_of("slack").decide([ToolCall("c", policy_call, {})])
    return verdict.ruling is Ruling.ALLOW


def test_the_table_is_needed_by_name() -> None:
    with pytest.raises(SettingsError, match="PARLEY_TABLE is not set"):
        Settings.from_env({})


def test_a_setting_that_a_function_needs_is_named_when_it_is_missing() -> None:
    with pytest.raises(SettingsError, match="PARLEY_AGENT_URL is not set"):
        needed(settings().agent_url, "PARLEY_AGENT_URL")


def test_tools_are_denied_unless_listed_by_default() -> None:
    assert settings().policy_of("slack").mode is ApprovalMode.ALLOWLIST
    assert not allowed("stakpak__run_command")


def test_a_listed_tool_is_allowed_with_and_without_the_prefix() -> None:
    for listed in ("view", "stakpak__view"):
        assert allowed("stakpak__view", PARLEY_APPROVAL_ALLOWLIST=listed)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PARLEY_APPROVAL_MODE", "sometimes"),
        ("PARLEY_DM_SCOPE", "everybody"),
        ("PARLEY_BINDINGS", "{"),
        ("PARLEY_BINDINGS", '[{"channel": "slack"}]'),
        ("PARLEY_TITLE_TEMPLATE", "{nobody}"),
        ("PARLEY_CHANNEL_OVERRIDES", "nonsense"),
        ("PARLEY_CHANNEL_OVERRIDES", "[]"),
        ("PARLEY_CHANNEL_OVERRIDES", '{"slack": {"colour": "red"}}'),
        ("PARLEY_CHANNEL_OVERRIDES", '{"slack": {"approval_mode": "sometimes"}}'),
        ("PARLEY_CHANNEL_OVERRIDES", '{"slack": {"approval_mode": ["allow_all"]}}'),
        ("PARLEY_CHANNEL_OVERRIDES", '{"slak": {"approval_mode": "deny_all"}}'),
        ("PARLEY_CHANNEL_OVERRIDES", '{"Slack": {}}'),
        ("PARLEY_CHANNEL_OVERRIDES", '{"slack": {"allowlist": "view"}}'),
        ("PARLEY_CHANNEL_OVERRIDES", '{"slack": {"allowlist": {"view": false}}}'),
        ("PARLEY_CHANNEL_OVERRIDES", '{"slack": {"allowlist": ["view", 7]}}'),
        ("PARLEY_CHANNEL_OVERRIDES", '{"slack": {"allowlist": null}}'),
        ("PARLEY_CHANNEL_OVERRIDES", '{"slack": {"model": 7}}'),
        ("PARLEY_CHANNEL_OVERRIDES", '{"slack": {"model": null, "allowlist": []}}'),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        settings(**{name: value})


def test_a_channel_overrides_model_and_policy() -> None:
    overrides = '{"slack": {"model": "a/b", "approval_mode": "allow_all"}}'
    found = settings(PARLEY_MODEL="c/d", PARLEY_CHANNEL_OVERRIDES=overrides)
    assert (found.model_of("slack"), found.model_of("telegram")) == ("a/b", "c/d")
    assert found.policy_of("slack").mode is ApprovalMode.ALLOW_ALL
    assert found.policy_of("telegram").mode is ApprovalMode.ALLOWLIST


def test_a_channel_overrides_the_allowlist_alone() -> None:
    overrides = '{"slack": {"allowlist": ["stakpak__view"]}}'
    env = {"PARLEY_CHANNEL_OVERRIDES": overrides, "PARLEY_APPROVAL_ALLOWLIST": "search_docs"}
    assert allowed("stakpak__view", **env)
    assert not allowed("search_docs", **env)


def test_where_the_configuration_is_and_who_posts_notices() -> None:
    found = settings(PARLEY_CONFIGURATION="ssm:/a", PARLEY_NOTICES_FUNCTION="notices")
    assert (found.configuration, found.notices_function) == ("ssm:/a", "notices")


def test_each_platform_has_its_own_settings() -> None:
    found = settings(
        PARLEY_SLACK_SIGNING_SECRET="ssm:/a",
        PARLEY_SLACK_BOT_TOKEN="ssm:/b",
        PARLEY_SLACK_API_URL="http://127.0.0.1:1",
        PARLEY_TELEGRAM_SECRET="ssm:/c",
        PARLEY_TELEGRAM_BOT_TOKEN="ssm:/d",
        PARLEY_TELEGRAM_API_URL="http://127.0.0.1:2",
        PARLEY_DISCORD_PUBLIC_KEY="ab",
        PARLEY_DISCORD_APPLICATION="7",
        PARLEY_DISCORD_BOT_TOKEN="ssm:/e",
        PARLEY_DISCORD_API_URL="http://127.0.0.1:3",
    )
    assert found.slack == SlackSettings("ssm:/a", "ssm:/b", "http://127.0.0.1:1")
    assert found.telegram == TelegramSettings("ssm:/c", "ssm:/d", "http://127.0.0.1:2")
    assert found.discord == DiscordSettings("ab", "7", "ssm:/e", "http://127.0.0.1:3")


def test_defaults_are_those_of_the_template() -> None:
    found = settings()
    assert found.slack.api_url == SLACK_API
    assert found.telegram.api_url == TELEGRAM_API
    assert found.discord.api_url == DISCORD_API
    assert found.routing.dm_scope is DmScope.PER_CHANNEL_PEER
    assert found.model is None

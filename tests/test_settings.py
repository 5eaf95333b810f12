"""Settings are read once; whatever is missing is named."""

import pytest

from parley.errors import SettingsError
from parley.settings import (
    DISCORD_API,
    SLACK_API,
    TELEGRAM_API,
    DiscordSettings,
    Settings,
    SlackSettings,
    TelegramSettings,
    from_environment,
    needed,
)

LEAST = {"PARLEY_TABLE": "conversations"}


def settings(**env: str) -> Settings:
    return Settings.from_env(LEAST | env)


def test_the_table_is_needed_by_name() -> None:
    with pytest.raises(SettingsError, match="PARLEY_TABLE is not set"):
        Settings.from_env({})


def test_a_setting_that_a_function_needs_is_named_when_it_is_missing() -> None:
    with pytest.raises(SettingsError, match="PARLEY_AGENT_URL is not set"):
        needed(settings().agent_url, "PARLEY_AGENT_URL")


def test_a_setting_that_is_there_is_given() -> None:
    found = settings(PARLEY_AGENT_URL="http://127.0.0.1:1")
    assert needed(found.agent_url, "PARLEY_AGENT_URL") == "http://127.0.0.1:1"


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


def test_the_platforms_own_addresses_are_the_default() -> None:
    found = settings(PARLEY_SLACK_API_URL="")
    assert found.slack.api_url == SLACK_API
    assert found.telegram.api_url == TELEGRAM_API
    assert found.discord.api_url == DISCORD_API


def test_they_come_from_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_TABLE", "of this process")
    assert from_environment().table == "of this process"

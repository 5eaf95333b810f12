"""The environment, read once. A missing or senseless setting refuses to start, by name."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from parley.core.access import Access
from parley.core.policy import ApprovalMode, ToolPolicy
from parley.core.routing import DEFAULT_TITLE, DmScope, Routing, TitleTemplate, parse_bindings
from parley.errors import SettingsError

SLACK_API = "https://slack.com/api"
TELEGRAM_API = "https://api.telegram.org"
DISCORD_API = "https://discord.com/api/v10"
CHANNELS = ("slack",)


@dataclass(frozen=True, slots=True)
class ChannelOverride:
    """What one channel does otherwise than the rest; None keeps the general setting."""

    model: str | None = None
    policy: ToolPolicy | None = None


@dataclass(frozen=True, slots=True)
class SlackSettings:
    signing_secret: str  # secrets are held by name
    bot_token: str
    api_url: str


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    secret: str  # secrets are held by name
    bot_token: str
    api_url: str


@dataclass(frozen=True, slots=True)
class DiscordSettings:
    public_key: str  # the key itself: it is no secret
    application: str
    bot_token: str  # by name
    api_url: str


@dataclass(frozen=True, slots=True)
class Settings:
    table: str
    bucket: str
    machine_arn: str
    agent_url: str
    agent_token: str
    configuration: str  # where the configuration document is: ssm:NAME or file:PATH
    notices_function: str
    slack: SlackSettings
    telegram: TelegramSettings
    discord: DiscordSettings
    access: Access
    routing: Routing
    title: TitleTemplate
    model: str | None
    policy: ToolPolicy
    overrides: Mapping[str, ChannelOverride] = field(default_factory=dict)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        policy = _policy(
            env.get("PARLEY_APPROVAL_MODE", ApprovalMode.ALLOWLIST),
            _names(env.get("PARLEY_APPROVAL_ALLOWLIST", "")),
            "PARLEY_APPROVAL_MODE",
        )
        return cls(
            table=_required(env, "PARLEY_TABLE"),
            bucket=env.get("PARLEY_BUCKET", ""),
            machine_arn=env.get("PARLEY_MACHINE_ARN", ""),
            agent_url=env.get("PARLEY_AGENT_URL", ""),
            agent_token=env.get("PARLEY_AGENT_TOKEN", ""),
            slack=SlackSettings(
                signing_secret=env.get("PARLEY_SLACK_SIGNING_SECRET", ""),
                bot_token=env.get("PARLEY_SLACK_BOT_TOKEN", ""),
                api_url=env.get("PARLEY_SLACK_API_URL", "") or SLACK_API,
            ),
            configuration=env.get("PARLEY_CONFIGURATION", ""),
            notices_function=env.get("PARLEY_NOTICES_FUNCTION", ""),
            telegram=TelegramSettings(
                secret=env.get("PARLEY_TELEGRAM_SECRET", ""),
                bot_token=env.get("PARLEY_TELEGRAM_BOT_TOKEN", ""),
                api_url=env.get("PARLEY_TELEGRAM_API_URL", "") or TELEGRAM_API,
            ),
            discord=DiscordSettings(
                public_key=env.get("PARLEY_DISCORD_PUBLIC_KEY", ""),
                application=env.get("PARLEY_DISCORD_APPLICATION", ""),
                bot_token=env.get("PARLEY_DISCORD_BOT_TOKEN", ""),
                api_url=env.get("PARLEY_DISCORD_API_URL", "") or DISCORD_API,
            ),
            access=Access({"slack": _names(env.get("PARLEY_SLACK_ALLOWED_USERS", ""))}),
            routing=_routing(env),
            title=_title(env),
            model=env.get("PARLEY_MODEL") or None,
            policy=policy,
            overrides=_overrides(env, policy),
        )

    def policy_of(self, channel: str) -> ToolPolicy:
        override = self.overrides.get(channel)
        return override.policy if override and override.policy else self.policy

    def model_of(self, channel: str) -> str | None:
        override = self.overrides.get(channel)
        return override.model if override and override.model else self.model


def from_environment() -> Settings:
    return Settings.from_env(os.environ)


def needed(value: str, name: str) -> str:
    """A setting that this function cannot do without."""
    if not value:
        raise SettingsError(f"{name} is not set")
    return value


def _required(env: Mapping[str, str], name: str) -> str:
    return needed(env.get(name, ""), name)


def _names(text: str) -> frozenset[str]:
    return frozenset(name.strip() for name in text.split(",") if name.strip())


def _policy(mode: str, allowlist: frozenset[str], name: str) -> ToolPolicy:
    try:
        return ToolPolicy(ApprovalMode(mode), allowlist)
    except ValueError:
        modes = ", ".join(ApprovalMode)
        raise SettingsError(f"{name} is {mode!r}; it must be one of {modes}") from None


def _routing(env: Mapping[str, str]) -> Routing:
    scope = env.get("PARLEY_DM_SCOPE", "") or DmScope.PER_CHANNEL_PEER
    try:
        dm_scope = DmScope(scope)
    except ValueError:
        scopes = ", ".join(DmScope)
        raise SettingsError(f"PARLEY_DM_SCOPE is {scope!r}; it must be one of {scopes}") from None
    try:
        return Routing(dm_scope, parse_bindings(env.get("PARLEY_BINDINGS", "")))
    except ValueError as error:
        raise SettingsError(f"PARLEY_BINDINGS: {error}") from error


def _title(env: Mapping[str, str]) -> TitleTemplate:
    try:
        return TitleTemplate(env.get("PARLEY_TITLE_TEMPLATE", "") or DEFAULT_TITLE)
    except ValueError as error:
        raise SettingsError(f"PARLEY_TITLE_TEMPLATE: {error}") from error


def _overrides(env: Mapping[str, str], policy: ToolPolicy) -> Mapping[str, ChannelOverride]:
    name = "PARLEY_CHANNEL_OVERRIDES"
    table = _json(env, name, {})
    if not isinstance(table, dict):
        raise SettingsError(f"{name} must be a JSON object by channel")
    # A channel's name misspelt would leave it the general policy, which may allow more.
    if unknown := sorted(set(table) - set(CHANNELS)):
        channels = ", ".join(CHANNELS)
        raise SettingsError(f"{name} has {', '.join(unknown)}; channels are {channels}")
    return {channel: _override(channel, entry, policy, name) for channel, entry in table.items()}


def _override(channel: str, entry: Any, policy: ToolPolicy, name: str) -> ChannelOverride:
    known = {"model", "approval_mode", "allowlist"}
    if not isinstance(entry, dict) or not known.issuperset(entry):
        raise SettingsError(f"{name}: {channel} may have {', '.join(sorted(known))}")
    model, listed = entry.get("model", ""), entry.get("allowlist", [])
    if not isinstance(model, str):
        raise SettingsError(f"{name}: the model of {channel} must be a string")
    if not isinstance(listed, list) or not all(isinstance(tool, str) for tool in listed):
        raise SettingsError(f"{name}: the allowlist of {channel} must be a list of strings")
    if "approval_mode" not in entry and "allowlist" not in entry:
        return ChannelOverride(model or None)
    allowlist = frozenset(listed) if "allowlist" in entry else policy.allowlist
    mode = entry.get("approval_mode", policy.mode)
    return ChannelOverride(model or None, _policy(mode, allowlist, name))


def _json(env: Mapping[str, str], name: str, default: Any) -> Any:
    text = env.get(name, "").strip()
    if not text:
        return default
    try:
        return json.loads(text)
    except ValueError as error:
        raise SettingsError(f"{name} is not JSON: {error}") from error

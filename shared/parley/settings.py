"""The environment, read once: where this deployment's parts are. What an operator decides is in the
configuration document. A missing setting refuses to start, by name."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from parley.errors import SettingsError

SLACK_API = "https://slack.com/api"
TELEGRAM_API = "https://api.telegram.org"
DISCORD_API = "https://discord.com/api/v10"
GITHUB_API = "https://api.github.com"


@dataclass(frozen=True, slots=True)
class SlackSettings:
    signing_secret: str  # secrets are held by name
    bot_token: str
    api_url: str


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    secret: str
    bot_token: str
    api_url: str


@dataclass(frozen=True, slots=True)
class DiscordSettings:
    public_key: str  # the key itself: it is no secret
    application: str
    bot_token: str
    api_url: str


@dataclass(frozen=True, slots=True)
class Settings:
    table: str
    bucket: str
    machine_arn: str
    agent_url: str
    agent_token: str
    configuration: str  # where the document is: ssm:NAME or file:PATH
    notices_function: str
    task_machine_arn: str
    news_function: str  # has people told how a task stands
    depot_function: str  # hands out addresses for a runner's files
    api_token: str  # of the API under /v1, by name
    github_api_url: str
    work_folder: str  # where worktrees are made
    slack: SlackSettings
    telegram: TelegramSettings
    discord: DiscordSettings

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        return cls(
            table=_required(env, "PARLEY_TABLE"),
            bucket=env.get("PARLEY_BUCKET", ""),
            machine_arn=env.get("PARLEY_MACHINE_ARN", ""),
            agent_url=env.get("PARLEY_AGENT_URL", ""),
            agent_token=env.get("PARLEY_AGENT_TOKEN", ""),
            configuration=env.get("PARLEY_CONFIGURATION", ""),
            notices_function=env.get("PARLEY_NOTICES_FUNCTION", ""),
            task_machine_arn=env.get("PARLEY_TASK_MACHINE_ARN", ""),
            news_function=env.get("PARLEY_NEWS_FUNCTION", ""),
            depot_function=env.get("PARLEY_DEPOT_FUNCTION", ""),
            api_token=env.get("PARLEY_API_TOKEN", ""),
            github_api_url=env.get("PARLEY_GITHUB_API_URL", "") or GITHUB_API,
            work_folder=env.get("PARLEY_WORK_FOLDER", ""),
            slack=SlackSettings(
                signing_secret=env.get("PARLEY_SLACK_SIGNING_SECRET", ""),
                bot_token=env.get("PARLEY_SLACK_BOT_TOKEN", ""),
                api_url=env.get("PARLEY_SLACK_API_URL", "") or SLACK_API,
            ),
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
        )


def from_environment() -> Settings:
    return Settings.from_env(os.environ)


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a container on Fargate was started for."""

    task: str
    token: str = field(repr=False)  # what the task machine waits with

    @classmethod
    def from_environment(cls) -> "Assignment":
        return cls(_required(os.environ, "PARLEY_TASK"), _required(os.environ, "PARLEY_TASK_TOKEN"))


@dataclass(frozen=True, slots=True)
class ApiAccess:
    """What an operator's terminal knows of the API. Both may be empty: arguments say it, then."""

    url: str = ""
    token: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls) -> "ApiAccess":
        env = os.environ
        return cls(env.get("PARLEY_URL", ""), env.get("PARLEY_API_TOKEN", ""))


def runtime_api() -> str:
    """Where Lambda hands a container its events: host and port."""
    return _required(os.environ, "AWS_LAMBDA_RUNTIME_API")


def needed(value: str, name: str) -> str:
    """A setting that this function cannot do without."""
    if not value:
        raise SettingsError(f"{name} is not set")
    return value


def _required(env: Mapping[str, str], name: str) -> str:
    return needed(env.get(name, ""), name)

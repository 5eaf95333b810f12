"""Everything at once: the emulated account with template.yaml in it, the agent, the platforms."""

import contextlib
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.agent.server import AgentServer
from local.agent.settings import Settings
from local.discord.rooms import APPLICATION
from local.discord.rooms import PEOPLE as DISCORD_PEOPLE
from local.emulator.account import Account
from local.emulator.deploy import Stack, deploy, store_configuration, store_secrets
from local.emulator.process import REGION, ROOT, Emulator, emulator
from local.executions import Executions
from local.platforms import Platforms, Tokens, platforms
from local.ports import loopback_port
from local.registration import register
from local.slack.app import SlackStandIn
from local.slack.workspace import PEOPLE as SLACK_PEOPLE
from local.telegram.chats import BOT_USERNAME
from local.telegram.chats import PEOPLE as TELEGRAM_PEOPLE
from local.workshop import Workshop, lacking, workshop

TEMPLATE = ROOT / "template.yaml"
PACKAGES = ROOT / ".build" / "local"
WEBHOOK_PATH = "/webhooks/slack/events"


def _admitted(people: Any) -> dict[str, Any]:
    """All but the last, who has to pair; the first may let others in."""
    ids = [each.id for each in people]
    return {"users": ids[:-1], "operators": ids[:1]}


# What the scripted agent's tools do is harmless.
CONFIGURATION: Mapping[str, Any] = {
    "channels": {
        "slack": _admitted(SLACK_PEOPLE),
        "telegram": {**_admitted(TELEGRAM_PEOPLE), "bot_username": BOT_USERNAME},
        "discord": _admitted(DISCORD_PEOPLE),
    },
}


@dataclass(frozen=True, slots=True)
class Ports:
    """Preferred ones; where one is None or taken, any free one is used."""

    page: int | None = None
    agent: int | None = None
    emulator: int | None = None


@dataclass(frozen=True)
class Runtime:
    emulator: Emulator
    stack: Stack
    platforms: Platforms
    agent: AgentServer
    executions: Executions
    task_executions: Executions
    workshop: Workshop | None = None  # None where something is lacking for coding tasks

    @property
    def account(self) -> Account:
        return self.stack.account

    @property
    def slack(self) -> SlackStandIn:
        return self.platforms.slack


@contextlib.contextmanager
def runtime(
    ports: Ports | None = None, *, parameters: Mapping[str, str] | None = None
) -> Iterator[Runtime]:
    """A runtime that answers. At the end of the context no process and no folder of it is left.
    Where something is lacking for coding tasks, it is one without them.

    `parameters` are the template's, beside those that lead to the stand-ins.
    """
    wanted = ports or Ports()
    tokens, agent_token = Tokens.new(), secrets.token_hex(32)
    packages = built_packages()
    with contextlib.ExitStack() as running:
        shop = None if lacking() else running.enter_context(workshop())
        account_process = running.enter_context(emulator(wanted.emulator))
        account = Account(account_process.url, REGION)
        executions, task_executions = Executions(account), Executions(account)
        agent = AgentServer(Settings(token=agent_token), port=loopback_port(wanted.agent))
        running.enter_context(agent)
        made = running.enter_context(
            platforms(
                loopback_port(wanted.page),
                tokens,
                executions=lambda: [*task_executions.newest(), *executions.newest()],
            )
        )
        store_secrets(account, named(tokens, agent_token) | (shop.secrets if shop else {}))
        store_configuration(account, CONFIGURATION)
        led_here = {"AgentUrl": agent.url, **addresses(made), **(shop.parameters if shop else {})}
        stack = deploy(
            account,
            TEMPLATE,
            packages,
            led_here | dict(parameters or {}),
            work_folder=shop.folder if shop else None,
        )
        executions.machine = stack.of("ConversationMachine")
        task_executions.machine = stack.of("TaskMachine")
        register(made, tokens, stack.api_url)
        if shop:
            shop.open(stack.api_url)
        yield Runtime(account_process, stack, made, agent, executions, task_executions, shop)


def built_packages() -> Mapping[str, Path]:
    """The functions as `make build` left them, by logical id."""
    found = {each.name: each for each in sorted(PACKAGES.glob("*Function")) if each.is_dir()}
    if not found:
        raise SystemExit("The functions are not built. Run `make build`, or `make dev`.")
    return found


def named(tokens: Tokens, agent_token: str) -> dict[str, str]:
    """Under the names that the template's parameters have by default."""
    return {
        "ssm:/parley/agent-token": agent_token,
        "ssm:/parley/slack-signing-secret": tokens.slack_signing,
        "ssm:/parley/slack-bot-token": tokens.slack,
        "ssm:/parley/telegram-secret": tokens.telegram_secret,
        "ssm:/parley/telegram-bot-token": tokens.telegram,
        "ssm:/parley/discord-bot-token": tokens.discord,
    }


def addresses(made: Platforms) -> dict[str, str]:
    """The template's parameters that lead to the stand-ins."""
    return {
        "SlackApiUrl": made.slack.api_url,
        "TelegramApiUrl": made.telegram.api_url,
        "DiscordApiUrl": made.discord.api_url,
        "DiscordApplicationId": APPLICATION,
        "DiscordPublicKey": made.discord.application.public_key,
    }

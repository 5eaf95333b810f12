"""Everything at once: the emulated account with template.yaml in it, the agent, and Slack."""

import contextlib
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.agent.server import AgentServer
from local.agent.settings import Settings
from local.emulator.account import Account
from local.emulator.deploy import Stack, deploy, store_configuration, store_secrets
from local.emulator.process import REGION, ROOT, Emulator, emulator
from local.executions import Executions
from local.ports import loopback_port
from local.slack.app import SlackStandIn, slack_stand_in

TEMPLATE = ROOT / "template.yaml"
PACKAGES = ROOT / ".build" / "local"
WEBHOOK_PATH = "/webhooks/slack/events"

# Only loopback can reach it: everybody is let in. What the scripted agent's tools do is harmless.
CONFIGURATION: Mapping[str, Any] = {
    "approval_mode": "allowlist",
    "channels": {"slack": {"users": ["*"]}},
}


@dataclass(frozen=True, slots=True)
class Ports:
    """Preferred ones; where one is None or taken, any free one is used."""

    page: int | None = None
    agent: int | None = None
    emulator: int | None = None


@dataclass(frozen=True, slots=True)
class Secrets:
    """Made anew for each runtime: what leaks from one opens no other."""

    signing: str
    bot_token: str
    agent_token: str

    @classmethod
    def new(cls) -> "Secrets":
        make = secrets.token_hex
        return cls(make(16), f"xoxb-local-{make(12)}", make(32))


@dataclass(frozen=True)
class Runtime:
    emulator: Emulator
    stack: Stack
    slack: SlackStandIn
    agent: AgentServer
    executions: Executions

    @property
    def account(self) -> Account:
        return self.stack.account


@contextlib.contextmanager
def runtime(
    ports: Ports | None = None, *, parameters: Mapping[str, str] | None = None
) -> Iterator[Runtime]:
    """A runtime that answers. At the end of the context no process and no folder of it is left.

    `parameters` are the template's, beside those that lead to the stand-ins.
    """
    wanted = ports or Ports()
    made = Secrets.new()
    packages = built_packages()
    with contextlib.ExitStack() as running:
        account_process = running.enter_context(emulator(wanted.emulator))
        account = Account(account_process.url, REGION)
        executions = Executions(account)
        agent = AgentServer(Settings(token=made.agent_token), port=loopback_port(wanted.agent))
        running.enter_context(agent)
        slack = running.enter_context(
            slack_stand_in(
                loopback_port(wanted.page),
                token=made.bot_token,
                signing_secret=made.signing,
                executions=executions.newest,
            )
        )
        led_here = {
            "AgentUrl": agent.url,
            "SlackApiUrl": slack.api_url,
        }
        store_secrets(account, _named(made))
        store_configuration(account, CONFIGURATION)
        stack = deploy(account, TEMPLATE, packages, led_here | dict(parameters or {}))
        executions.machine = stack.of("ConversationMachine")
        slack.webhooks.url = stack.api_url + WEBHOOK_PATH
        yield Runtime(account_process, stack, slack, agent, executions)


def built_packages() -> Mapping[str, Path]:
    """The functions as `make build` left them, by logical id."""
    found = {each.name: each for each in sorted(PACKAGES.glob("*Function")) if each.is_dir()}
    if not found:
        raise SystemExit("The functions are not built. Run `make build`, or `make dev`.")
    return found


def _named(made: Secrets) -> dict[str, str]:
    """Under the names that the template's parameters have by default."""
    return {
        "ssm:/parley/slack-signing-secret": made.signing,
        "ssm:/parley/slack-bot-token": made.bot_token,
        "ssm:/parley/agent-token": made.agent_token,
    }

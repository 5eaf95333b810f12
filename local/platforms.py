"""The three stand-ins and their page, on one port."""

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from starlette.applications import Starlette

from local.discord.app import DiscordStandIn, make_discord
from local.discord.desk import DiscordDesk
from local.page.server import Executions, Page
from local.serving import serving
from local.slack.app import SlackStandIn, make_slack
from local.slack.desk import SlackDesk
from local.telegram.app import TelegramStandIn, make_telegram
from local.telegram.desk import TelegramDesk

# Telegram tolerates short bursts, and nobody here should wait as long as its groups would.
BURST = 30


@dataclass(frozen=True, slots=True)
class Tokens:
    """Made anew for each runtime: what leaks from one opens no other."""

    slack: str
    slack_signing: str
    telegram: str
    telegram_secret: str
    discord: str

    @classmethod
    def new(cls) -> "Tokens":
        make = secrets.token_hex
        return cls(f"xoxb-local-{make(12)}", make(16), f"7000000001:{make(17)}", make(16), make(32))


@dataclass(frozen=True, slots=True)
class Platforms:
    slack: SlackStandIn
    telegram: TelegramStandIn
    discord: DiscordStandIn
    url: str = ""


def make_platforms(tokens: Tokens) -> Platforms:
    return Platforms(
        make_slack(token=tokens.slack, signing_secret=tokens.slack_signing, burst=BURST),
        make_telegram(token=tokens.telegram, burst=BURST),
        make_discord(token=tokens.discord),
    )


@contextlib.contextmanager
def platforms(port: int, tokens: Tokens, *, executions: Executions = list) -> Iterator[Platforms]:
    made = make_platforms(tokens)
    slack, telegram, discord = made.slack, made.telegram, made.discord
    page = Page([SlackDesk(slack), TelegramDesk(telegram), DiscordDesk(discord)], executions)
    routes = [*slack.routes, *telegram.api.routes, *discord.api.routes, *page.routes]
    try:
        with serving(Starlette(routes=routes), port) as url:
            slack.served_at(url)
            telegram.url = url
            discord.served_at(url)
            yield Platforms(slack, telegram, discord, url)
    finally:
        page.close()
        for each in (slack.webhooks, telegram.webhooks, discord.webhooks):
            each.close()

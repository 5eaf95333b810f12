"""The bots made known to their platforms, by the very commands that an operator uses."""

from local.platforms import Platforms, Tokens
from parley.command import discord, telegram
from parley.errors import ChannelMisconfigured

SLACK_EVENTS = "/webhooks/slack/events"
TRIES = 3


def register(platforms: Platforms, tokens: Tokens, api_url: str) -> None:
    """Where each platform sends to, and which commands it shows."""
    platforms.slack.webhooks.url = api_url + SLACK_EVENTS
    telegram.setup(api_url, platforms.telegram.api_url, tokens.telegram, tokens.telegram_secret)
    # Discord tries the address while it is told of it, and a cold start may take too long for it.
    for attempt in range(1, TRIES + 1):
        try:
            discord.setup(api_url, "", platforms.discord.api_url, tokens.discord)
        except ChannelMisconfigured:
            if attempt == TRIES:
                raise
        else:
            return

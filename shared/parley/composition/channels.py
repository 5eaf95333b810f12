"""The chat platforms, as turns and notices need them. A token is read when it is used."""

from parley.adapters.discord.client import DiscordChannel
from parley.adapters.silent import SilentChannel
from parley.adapters.slack.client import SlackChannel
from parley.adapters.telegram.client import TelegramChannel
from parley.composition.world import World
from parley.core.tasks.task import API
from parley.ports import Channels


def channels(world: World) -> Channels:
    """All of them: what is switched off today may still have a turn to finish."""
    settings, secrets = world.settings, world.secrets
    slack, telegram, discord = settings.slack, settings.telegram, settings.discord
    return {
        "slack": SlackChannel(slack.api_url, slack.bot_token, secrets),
        "telegram": TelegramChannel(
            telegram.api_url,
            telegram.bot_token,
            secrets,
            rich=world.configuration.telegram.rich_messages,
        ),
        "discord": DiscordChannel(discord.api_url, discord.bot_token, secrets, world.clock),
        API: SilentChannel(),
    }

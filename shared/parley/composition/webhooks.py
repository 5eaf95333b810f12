"""The webhooks: receive, accept, wake. What a channel alone needs is imported when it is served:
each module here is on the cold start of all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from parley.adapters.aws.notices import LambdaNotices
from parley.adapters.dynamodb.front import Front as Table
from parley.adapters.dynamodb.front import open_front
from parley.composition.world import World
from parley.core.reading import Answer, Verdict
from parley.ports import WebhookReader
from parley.services.admission import Admission
from parley.services.approving import Approving
from parley.services.commanding import Commanding
from parley.services.intake import Intake
from parley.services.reception import Front, Reception
from parley.services.stopping import Stopping
from parley.services.waking import Waking
from parley.settings import Settings, needed

Receive = Callable[[Mapping[str, str], bytes, str], Answer]
Reader = Callable[["Webhooks"], WebhookReader]

ABSENT = Answer(Verdict.ABSENT)


@dataclass(frozen=True)
class Webhooks:
    world: World

    @classmethod
    def open(cls, world: World) -> "Webhooks":
        """Everything that a request needs, made before one comes. Raises SettingsError,
        SecretMissing or SecretUnavailable, with the name: it refuses to serve unverified, and
        Lambda starts it anew for the next request."""
        webhooks = cls(world)
        for channel in world.configuration.channels:
            for address in READERS[channel]:
                webhooks.reader(address)
            if channel in SECRETS:
                # A request reads it for itself, and can say that it is not there now.
                world.secrets.get(SECRETS[channel](world.settings))
        _ = webhooks.table, webhooks.notices, world.executions
        return webhooks

    def receiver(self, address: str) -> Receive:
        """Receives at one address, by the configuration of that moment. Nothing is there while its
        channel is switched off."""
        channel = CHANNEL_OF[address]

        def receive(headers: Mapping[str, str], body: bytes, correlation_id: str) -> Answer:
            if channel not in self.world.configuration.channels:
                return ABSENT
            reception = Reception(
                channel, self.reader(address), self.front, self.notices, self.world.telemetry
            )
            return reception.receive(headers, body, correlation_id)

        return receive

    def reader(self, address: str) -> WebhookReader:
        return READERS[CHANNEL_OF[address]][address](self)

    @cached_property
    def table(self) -> Table:
        return open_front(self.world.dynamodb, self.world.settings.table, self.world.texts)

    @cached_property
    def notices(self) -> LambdaNotices:
        function = needed(self.world.settings.notices_function, "PARLEY_NOTICES_FUNCTION")
        return LambdaNotices(self.world.client, function)

    @property
    def front(self) -> Front:
        world, table, configuration = self.world, self.table, self.world.configuration
        clock, telemetry = world.clock, world.telemetry
        waking = Waking(table.inbox, world.executions, clock, telemetry)
        stopping = Stopping(table.inbox, table.controls, table.approvals, waking, clock, telemetry)
        approving = Approving(
            table.inbox, table.approvals, waking, clock, telemetry, configuration.approvers_of
        )
        return Front(
            admission=Admission(
                table.inbox, table.pairings, configuration.access, clock, world.ids, telemetry
            ),
            intake=Intake(
                inbox=table.inbox,
                controls=table.controls,
                approvals=table.approvals,
                waking=waking,
                stopping=stopping,
                clock=clock,
                telemetry=telemetry,
                routing=configuration.routing,
                title=configuration.title_of,
                busy_mode=configuration.busy_mode_of,
            ),
            commanding=Commanding(
                inbox=table.inbox,
                controls=table.controls,
                pairings=table.pairings,
                approving=approving,
                stopping=stopping,
                clock=clock,
                telemetry=telemetry,
                configuration=configuration,
            ),
            approving=approving,
        )


def _slack(webhooks: Webhooks) -> WebhookReader:
    from parley.adapters.slack.webhook import SlackWebhook

    world = webhooks.world
    name = needed(world.settings.slack.signing_secret, "PARLEY_SLACK_SIGNING_SECRET")
    require_mention = world.configuration.require_mention("slack")
    return SlackWebhook(world.secrets, name, world.clock, require_mention)


def _telegram(webhooks: Webhooks) -> WebhookReader:
    from parley.adapters.telegram.parse import TelegramOptions
    from parley.adapters.telegram.webhook import TelegramWebhook

    world = webhooks.world
    name = needed(world.settings.telegram.secret, "PARLEY_TELEGRAM_SECRET")
    configuration = world.configuration
    options = TelegramOptions(
        configuration.telegram.bot_username, configuration.require_mention("telegram")
    )
    return TelegramWebhook(world.secrets, name, options)


def _discord_interactions(webhooks: Webhooks) -> WebhookReader:
    from parley.adapters.discord.webhook import DiscordInteractions

    return DiscordInteractions(_discord_key(webhooks), webhooks.world.clock)


def _discord_events(webhooks: Webhooks) -> WebhookReader:
    from parley.adapters.discord.webhook import DiscordEvents

    return DiscordEvents(_discord_key(webhooks), webhooks.world.clock)


def _discord_key(webhooks: Webhooks) -> str:
    return needed(webhooks.world.settings.discord.public_key, "PARLEY_DISCORD_PUBLIC_KEY")


# Addresses by channel. What Slack sends to its three is told apart by its body.
READERS: Mapping[str, Mapping[str, Reader]] = {
    "slack": {"slack": _slack},
    "telegram": {"telegram": _telegram},
    "discord": {"discord": _discord_interactions, "discord_events": _discord_events},
}
SECRETS: Mapping[str, Callable[[Settings], str]] = {
    "slack": lambda settings: settings.slack.signing_secret,
    "telegram": lambda settings: settings.telegram.secret,
}
CHANNEL_OF = {address: channel for channel, each in READERS.items() for address in each}

"""The webhooks: receive, accept, wake.

Each module imported here is on the cold start of every request: what only one channel needs, or
only commands and clicks, comes with the first of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from parley.adapters.aws.notices import LambdaNotices
from parley.adapters.dynamodb.front import Front as Table
from parley.adapters.dynamodb.front import open_front
from parley.composition.later import later
from parley.composition.world import World
from parley.core.reading import Answer, Verdict
from parley.services.admission import Admission
from parley.services.intake import Intake
from parley.services.reception import Front, Reception
from parley.services.waking import Waking
from parley.settings import Settings, needed

if TYPE_CHECKING:
    from parley.ports import WebhookReader


Receive = Callable[[Mapping[str, str], bytes, str], Answer]
Reader = Callable[["Webhooks"], "WebhookReader"]

ABSENT = Answer(Verdict.ABSENT)


@dataclass(frozen=True)
class Webhooks:
    world: World

    @classmethod
    def open(cls, world: World) -> Webhooks:
        """Everything that a request needs, made before one comes. Raises SettingsError,
        SecretMissing or SecretUnavailable, with the name: it refuses to serve unverified, and
        Lambda starts it anew for the next request."""
        webhooks = cls(world)
        for channel in world.configuration.channels:
            if channel in SECRETS:
                # A request reads it for itself, and can say that it is not there now.
                world.secrets.get(SECRETS[channel](world.settings))
        if "discord" in world.configuration.channels:
            _discord_key(webhooks)
        _ = webhooks.table.inbox, webhooks.notices, world.executions
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
        waking = Waking(table.inbox, world.executions, world.clock, world.telemetry)
        return Front(
            admission=Admission(
                table.inbox,
                later(lambda: table.pairings),
                later(lambda: table.moves),
                configuration.access,
                world.clock,
                world.ids,
                world.telemetry,
            ),
            intake=Intake(
                inbox=table.inbox,
                controls=later(lambda: table.controls),
                approvals=later(lambda: table.approvals),
                waking=waking,
                stopping=later(lambda: self._stopping(waking)),
                clock=world.clock,
                telemetry=world.telemetry,
                routing=configuration.routing,
                title=configuration.title_of,
                busy_mode=configuration.busy_mode_of,
            ),
            commanding=later(lambda: self._commanding(waking)),
            approving=later(lambda: self._approving(waking)),
            moving=later(self._moving),
            tasks=later(self._tasks),
        )

    def _stopping(self, waking: Waking) -> Any:
        from parley.services.stopping import Stopping

        world, table = self.world, self.table
        return Stopping(
            table.inbox, table.controls, table.approvals, waking, world.clock, world.telemetry
        )

    def _approving(self, waking: Waking) -> Any:
        from parley.services.approving import Approving

        world, table = self.world, self.table
        return Approving(
            inbox=table.inbox,
            approvals=table.approvals,
            waking=waking,
            clock=world.clock,
            telemetry=world.telemetry,
            approvers=world.configuration.approvers_of,
        )

    def _moving(self) -> Any:
        from parley.services.moving import Moving

        world, configuration = self.world, self.world.configuration
        return Moving(
            self.table.moves,
            configuration.access,
            configuration.routing,
            world.clock,
            world.telemetry,
        )

    def _commanding(self, waking: Waking) -> Any:
        from parley.services.commanding import Commanding

        world, table = self.world, self.table
        return Commanding(
            inbox=table.inbox,
            controls=table.controls,
            pairings=table.pairings,
            approving=self._approving(waking),
            stopping=self._stopping(waking),
            tasks=later(self._tasks),
            clock=world.clock,
            telemetry=world.telemetry,
            configuration=world.configuration,
        )

    def _tasks(self) -> Any:
        from parley.composition.tasks import TaskParts
        from parley.services.tasks.commanding import TaskCommanding

        parts = TaskParts(self.world)
        return TaskCommanding(
            submitting=parts.submitting,
            cancelling=later(lambda: parts.cancelling),
            ruling=parts.ruling,
            tasks=parts.store.tasks,
            changes=parts.store.changes,
            clock=self.world.clock,
        )


def _slack(webhooks: Webhooks) -> WebhookReader:
    from parley.adapters.slack.webhook import SlackWebhook

    world = webhooks.world
    name = SECRETS["slack"](world.settings)
    require_mention = world.configuration.require_mention("slack")
    return SlackWebhook(world.secrets, name, world.clock, require_mention)


def _telegram(webhooks: Webhooks) -> WebhookReader:
    from parley.adapters.telegram.parse import TelegramOptions
    from parley.adapters.telegram.webhook import TelegramWebhook

    world = webhooks.world
    name = SECRETS["telegram"](world.settings)
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
    "slack": lambda settings: needed(settings.slack.signing_secret, "PARLEY_SLACK_SIGNING_SECRET"),
    "telegram": lambda settings: needed(settings.telegram.secret, "PARLEY_TELEGRAM_SECRET"),
}
CHANNEL_OF = {address: channel for channel, each in READERS.items() for address in each}

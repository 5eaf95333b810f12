"""The webhooks: receive, accept, wake."""

from parley.adapters.dynamodb.inbox import open_inbox
from parley.adapters.slack.webhook import SlackWebhook
from parley.composition.world import World
from parley.services.intake import Intake
from parley.services.reception import Reception
from parley.settings import needed


def slack(world: World) -> Reception:
    """Raises SettingsError, SecretMissing or SecretUnavailable, with the name: it refuses to serve
    unsigned, and Lambda starts it anew for the next request."""
    secret_name = needed(world.settings.slack.signing_secret, "PARLEY_SLACK_SIGNING_SECRET")
    world.secrets.get(secret_name)
    reader = SlackWebhook(world.secrets, secret_name, world.clock)
    return Reception("slack", reader, intake(world), world.telemetry)


def intake(world: World) -> Intake:
    settings = world.settings
    return Intake(
        inbox=open_inbox(world.dynamodb, settings.table, world.texts),
        executions=world.executions,
        clock=world.clock,
        telemetry=world.telemetry,
        routing=settings.routing,
        title=settings.title,
        access=settings.access,
    )

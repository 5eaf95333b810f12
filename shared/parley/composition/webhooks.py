"""The webhooks: receive, accept, wake."""

from parley.composition.world import World
from parley.services.intake import Intake


def intake(world: World) -> Intake:
    settings = world.settings
    return Intake(
        inbox=world.store.inbox,
        executions=world.executions,
        clock=world.clock,
        telemetry=world.telemetry,
        routing=settings.routing,
        title=settings.title,
        access=settings.access,
    )

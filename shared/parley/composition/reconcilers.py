"""The reconcilers."""

from parley.adapters.dynamodb.store import open_store
from parley.composition.world import World
from parley.services.sweeping import Sweeping


def sweeping(world: World) -> Sweeping:
    store = open_store(world.dynamodb, world.settings.table, world.texts)
    return Sweeping(
        inbox=store.inbox,
        repairs=store.repairs,
        executions=world.executions,
        clock=world.clock,
        telemetry=world.telemetry,
    )

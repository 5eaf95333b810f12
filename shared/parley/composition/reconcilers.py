"""The reconcilers."""

from parley.composition.world import World
from parley.services.sweeping import Sweeping


def sweeping(world: World) -> Sweeping:
    return Sweeping(
        inbox=world.store.inbox,
        repairs=world.store.repairs,
        executions=world.executions,
        clock=world.clock,
        telemetry=world.telemetry,
    )

"""The function that hands out addresses for a runner's files."""

from parley.composition.tasks import TaskParts
from parley.composition.world import World
from parley.services.tasks.depot_keeping import DepotKeeping


def keeper(world: World) -> DepotKeeping:
    parts = TaskParts(world)
    store = parts.store
    return DepotKeeping(store.tasks, store.changes, parts.depot, world.telemetry)

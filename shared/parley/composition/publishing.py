"""The function that publishes changes: git and the forge, and no agent anywhere near."""

from pathlib import Path

from parley.adapters.git.publisher import GitPublisher
from parley.adapters.github.forge import GitHub
from parley.composition.tasks import TaskParts
from parley.composition.world import World
from parley.services.tasks.publishing import PublishChange
from parley.settings import needed


def publish_change(change: str) -> None:
    """Publish an approved change; a repeat finishes what another began."""
    world = World.open()
    world.telemetry.begin(task=change)
    try:
        _publishing(world).publish(change)
    finally:
        world.telemetry.flush()


def _publishing(world: World) -> PublishChange:
    parts = TaskParts(world)
    store = parts.store
    # Its own, which it closes to others: where runners share the machine, agents go through theirs.
    folder = Path(needed(world.settings.work_folder, "PARLEY_WORK_FOLDER")) / "publishing"
    return PublishChange(
        tasks=store.tasks,
        registry=store.registry,
        changes=store.changes,
        depot=parts.depot,
        publisher=GitPublisher(folder),
        forge=GitHub(world.settings.github_api_url, world.clock),
        secrets=world.secrets,
        telemetry=world.telemetry,
    )

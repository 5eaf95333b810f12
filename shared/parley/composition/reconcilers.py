"""The reconcilers."""

from parley.adapters.agent_server.client import AgentServer
from parley.adapters.dynamodb.store import open_store
from parley.composition.tasks import TaskParts
from parley.composition.world import World
from parley.services.parked_sweeping import ParkedSweeping
from parley.services.sweeping import Sweeping
from parley.services.tasks.sweeping_tasks import TaskSweeping
from parley.settings import needed


def sweeping(world: World) -> Sweeping:
    settings = world.settings
    store = open_store(world.dynamodb, settings.table, world.texts)
    agent = AgentServer(
        needed(settings.agent_url, "PARLEY_AGENT_URL"),
        needed(settings.agent_token, "PARLEY_AGENT_TOKEN"),
        world.secrets,
        world.clock,
    )
    parked = ParkedSweeping(
        inbox=store.inbox,
        approvals=store.approvals,
        repairs=store.repairs,
        agent=agent,
        executions=world.executions,
        clock=world.clock,
        telemetry=world.telemetry,
    )
    return Sweeping(
        inbox=store.inbox,
        repairs=store.repairs,
        executions=world.executions,
        clock=world.clock,
        telemetry=world.telemetry,
        parked=parked,
    )


def task_sweeping(world: World) -> TaskSweeping:
    parts = TaskParts(world)
    return TaskSweeping(
        tasks=parts.store.tasks,
        changes=parts.store.changes,
        executions=parts.executions,
        dispatching=parts.dispatching,
        native=parts.native.ending,
        clock=world.clock,
        telemetry=world.telemetry,
    )

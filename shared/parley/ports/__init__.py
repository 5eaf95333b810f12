"""What Parley needs of the world. Each port is named for the need, never for the vendor."""

from parley.ports.agent import Agent, EventStream
from parley.ports.chat import Channel, Channels, Notices, WebhookReader
from parley.ports.front import Approvals, Controls, Inbox, Moves, Pairings
from parley.ports.store import (
    Batches,
    Leases,
    Outbox,
    Repairs,
    Steering,
    Store,
    Texts,
    Turns,
)
from parley.ports.surroundings import Clock, Executions, Ids, Secrets, Started, Telemetry
from parley.ports.tasks import Begun, Changes, Registry, Tasks, TaskStore

__all__ = [
    "Agent",
    "Approvals",
    "Batches",
    "Begun",
    "Changes",
    "Channel",
    "Channels",
    "Clock",
    "Controls",
    "EventStream",
    "Executions",
    "Ids",
    "Inbox",
    "Leases",
    "Moves",
    "Notices",
    "Outbox",
    "Pairings",
    "Registry",
    "Repairs",
    "Secrets",
    "Started",
    "Steering",
    "Store",
    "TaskStore",
    "Tasks",
    "Telemetry",
    "Texts",
    "Turns",
    "WebhookReader",
]

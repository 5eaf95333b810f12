"""The use cases as the composition root puts them together, over simulated surroundings."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from parley.composition.conversation_steps import ConversationSteps
from parley.composition.webhooks import Webhooks
from parley.composition.world import World
from parley.core.configuration import Configuration, parse
from parley.core.policy import ToolPolicy
from parley.core.reading import Answer, Clicked, Notice, Reading, Received, Told, Verdict
from parley.services.parked_sweeping import ParkedSweeping
from parley.services.reception import Reception
from parley.services.sweeping import Sweeping

EVERYBODY = {"users": ["*"]}
DOCUMENT: Mapping[str, Any] = {
    "approval_mode": "allow_all",
    "progress": False,
    "channels": {"slack": EVERYBODY, "telegram": EVERYBODY, "discord": EVERYBODY},
}


def configured(policy: ToolPolicy | None = None, **more: Any) -> Configuration:
    """What an operator would write for this. `more` are general keys, or `slack`, the channel's."""
    slack = {**EVERYBODY, **more.pop("slack", {})}
    document = {**DOCUMENT, **more, "channels": {**DOCUMENT["channels"], "slack": slack}}
    if policy is not None:
        document["approval_mode"] = str(policy.mode)
        document["allowlist"] = sorted(policy.allowlist)
    return parse(json.dumps(document))


@dataclass
class Surroundings:
    """What stands for parley.composition.world.World."""

    configuration: Configuration
    executions: Any
    clock: Any
    ids: Any
    telemetry: Any

    def as_world(self) -> World:
        return cast(World, self)


class SimulatedTasks(ConversationSteps):
    """The machine's tasks; store, channels and agent are given."""

    def __init__(self, world: World, store: Any, channels: Any, agent: Any) -> None:
        super().__init__(world)
        self.__dict__.update(store=store, channels=channels, agent=agent)


class SimulatedWebhooks(Webhooks):
    def __init__(self, world: World, table: Any, notices: Any) -> None:
        super().__init__(world)
        self.__dict__.update(table=table, notices=notices)


@dataclass
class Said:
    """A platform's webhooks, verified and read. What is told at once is kept."""

    reading: Reading
    told: Told | None = None

    def read(self, headers: Mapping[str, str], body: bytes) -> Reading:
        return self.reading

    def answer(self, reading: Received | Clicked, told: Told) -> tuple[Answer, Notice | None]:
        self.told = told
        notice = Notice("slack", reading.place, told.text) if told.text else None
        return Answer(Verdict.DONE), notice


def receive(webhooks: Webhooks, reading: Reading) -> tuple[Answer, Told | None]:
    said = Said(reading)
    world = webhooks.world
    reception = Reception("slack", said, webhooks.front, webhooks.notices, world.telemetry)
    return reception.receive({}, b"", "correlation"), said.told


def sweeping(world: World, store: Any, agent: Any) -> Sweeping:
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
        store.inbox, store.repairs, world.executions, world.clock, world.telemetry, parked
    )

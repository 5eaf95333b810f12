"""The API: an operator's door to projects, agents, tasks and changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from parley.composition.later import later
from parley.composition.tasks import TaskParts
from parley.composition.world import World
from parley.core.tasks.task import Task
from parley.ports import TaskStore, Telemetry
from parley.services.operator_access import OperatorAccess
from parley.services.tasks.ordering import Ordering
from parley.services.tasks.ruling import Ruling


class Cancels(Protocol):
    def cancel(self, id: str) -> Task | None: ...


class Files(Protocol):
    """Tasks' files in the bucket."""

    def get(self, key: str, most: int) -> bytes:
        """Raises LookupError where there is none, or it is longer than `most` bytes."""
        ...

    def address(self, verb: str, key: str) -> str:
        """Where a file can be had without Parley, for a quarter of an hour."""
        ...


@dataclass(frozen=True)
class Gateway:
    store: TaskStore
    ordering: Ordering
    cancelling: Cancels
    ruling: Ruling
    files: Files
    access: OperatorAccess
    telemetry: Telemetry

    @classmethod
    def open(cls, world: World) -> Gateway:
        """Parts are made by the first request that needs them."""
        parts = TaskParts(world)
        return cls(
            store=parts.store,
            ordering=later(lambda: Ordering(parts.store.tasks, parts.submitting)),
            cancelling=later(lambda: parts.cancelling),
            ruling=later(lambda: parts.ruling),
            files=later(lambda: parts.depot),
            access=OperatorAccess(world.secrets, world.settings.api_token, world.clock),
            telemetry=world.telemetry,
        )

"""The states of the task machine, put together by the configuration of the moment."""

from dataclasses import dataclass
from functools import cached_property

from parley.composition.channels import channels
from parley.composition.tasks import TaskParts
from parley.composition.world import World
from parley.ports import Channels
from parley.services.tasks.native import RunNative
from parley.services.tasks.recording import Advancing
from parley.services.tasks.reporting import Reporting
from parley.services.tasks.reviewing import ReviewChange, SettleChange


@dataclass(frozen=True)
class TaskSteps:
    world: World
    parts: TaskParts

    @classmethod
    def open(cls, world: World) -> "TaskSteps":
        """What every invocation needs, made while the function is imported: Lambda gives more CPU
        then. Raises SettingsError, with the name."""
        parts = TaskParts(world)
        _ = parts.store
        return cls(world, parts)

    @cached_property
    def channels(self) -> Channels:
        return channels(self.world)

    @property
    def advancing(self) -> Advancing:
        parts = self.parts
        return Advancing(
            tasks=parts.store.tasks,
            changes=parts.store.changes,
            ending=parts.ending,
            native=parts.native.ending,
            reporting=self.reporting,
            depot=parts.depot,
            clock=self.world.clock,
            telemetry=self.world.telemetry,
        )

    @property
    def reporting(self) -> Reporting:
        world = self.world
        return Reporting(
            self.parts.store.tasks, self.parts.depot, self.channels, world.clock, world.telemetry
        )

    @property
    def run_native(self) -> RunNative:
        return self.parts.native.run

    @property
    def review_change(self) -> ReviewChange:
        world, parts = self.world, self.parts
        return ReviewChange(
            tasks=parts.store.tasks,
            changes=parts.store.changes,
            depot=parts.depot,
            channels=self.channels,
            executions=parts.executions,
            clock=world.clock,
            telemetry=world.telemetry,
        )

    @property
    def settle_change(self) -> SettleChange:
        world, parts = self.world, self.parts
        return SettleChange(
            tasks=parts.store.tasks,
            changes=parts.store.changes,
            channels=self.channels,
            ruling=parts.ruling,
            clock=world.clock,
            telemetry=world.telemetry,
        )

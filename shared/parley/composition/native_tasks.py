"""Native tasks: where the task machine and the conversation engine meet."""

from dataclasses import dataclass
from typing import Any

from parley.composition.later import later
from parley.composition.world import World
from parley.ports import Store
from parley.services.stopping import Stopping
from parley.services.tasks.native import (
    NativeEnding,
    NativeOutcomes,
    NativeStopping,
    NativeTurns,
    RunNative,
)
from parley.services.waking import Waking


@dataclass(frozen=True)
class NativeTasks:
    """`parts` is parley.composition.tasks.TaskParts, perhaps made later: a chat's turn needs none
    of it."""

    world: World
    store: Store
    parts: Any

    @classmethod
    def open(cls, world: World, store: Store) -> "NativeTasks":
        return cls(world, store, later(lambda: _parts(world)))

    @property
    def run(self) -> RunNative:
        world = self.world
        return RunNative(
            tasks=self._tasks,
            inbox=self.store.inbox,
            waking=self._waking,
            outcomes=self._outcomes,
            clock=world.clock,
            telemetry=world.telemetry,
        )

    @property
    def stopping(self) -> NativeStopping:
        world, store = self.world, self.store
        stopping = Stopping(
            inbox=store.inbox,
            controls=store.controls,
            approvals=store.approvals,
            waking=self._waking,
            clock=world.clock,
            telemetry=world.telemetry,
        )
        return NativeStopping(store.inbox, stopping, self._waking, self._outcomes)

    @property
    def ending(self) -> NativeEnding:
        store = self.store
        return NativeEnding(self._tasks, store.inbox, store.turns, self.stopping, self._outcomes)

    @property
    def turns(self) -> NativeTurns:
        return NativeTurns(self._tasks, later(lambda: self.parts.store.registry))

    @property
    def _outcomes(self) -> NativeOutcomes:
        executions = later(lambda: self.parts.executions)
        return NativeOutcomes(self._tasks, executions, self.world.telemetry)

    @property
    def _waking(self) -> Waking:
        world = self.world
        executions = later(lambda: world.executions)
        return Waking(self.store.inbox, executions, world.clock, world.telemetry)

    @property
    def _tasks(self) -> Any:
        return later(lambda: self.parts.store.tasks)


def _parts(world: World) -> Any:
    # Few turns are tasks': their parts are not on the cold start of all.
    from parley.composition.tasks import TaskParts

    return TaskParts(world)

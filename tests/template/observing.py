"""Conversations and native tasks with a note of which function asked AWS for what."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from parley.core.fence import Fence, Holder
from parley.core.limits import INLINE_BYTES, LEASE
from parley.core.policy import ApprovalMode, ToolPolicy
from parley.core.reading import Received
from parley.errors import ExecutionsUnavailable
from tests.protocol.native_simulation import NativeSimulation, TaskMachine
from tests.protocol.simulation import Delivered, inbound
from tests.template.task_play import OPERATIONS, TRANSACTED

LONG = "long " * INLINE_BYTES
CALLS = {
    "texts.get": "s3:GetObject",
    "texts.put": "s3:PutObject",
    "executions.start": "states:StartExecution",
    "executions.call_back": "states:SendTaskSuccess",
    "task_executions.call_back": "states:SendTaskSuccess",
}
ASK = ToolPolicy(ApprovalMode.ASK, frozenset({"view"}))
Task = Callable[[dict[str, Any]], dict[str, Any]]


class ObservedMachine(TaskMachine):
    """The functions of the task machine that have to do with native tasks."""

    def _look(self, id: str) -> None:
        with acting(self.simulation, "RouteTaskFunction"):
            super()._look(id)

    def _wait(self, id: str) -> None:
        with acting(self.simulation, "RunNativeTaskFunction"):
            super()._wait(id)


def acting(simulation: NativeSimulation, actor: str) -> AbstractContextManager[None]:
    assert isinstance(simulation, Observed)
    return simulation.acting(actor)


class Observed(NativeSimulation):
    """Notes who asks AWS for what."""

    machine_as = ObservedMachine

    def __init__(self) -> None:
        self.actor = "nobody"
        self.done: defaultdict[str, set[str]] = defaultdict(set)
        self.broken: Counter[str] = Counter()  # how often a task still fails
        self.deaf_to_webhooks = False  # whether Step Functions is, when they call back
        super().__init__(policy=ASK, busy_mode="steer")

    @contextmanager
    def acting(self, actor: str) -> Iterator[None]:
        """Webhooks come while a task is at work."""
        before, self.actor = self.actor, actor
        try:
            yield
        finally:
            self.actor = before

    def _before_data(self, operation: str, request: Any) -> None:
        if operation in OPERATIONS:
            self.done[self.actor].add(f"dynamodb:{OPERATIONS[operation]}")
        if operation == "transact_write_items":
            kinds = (kind for action in request["TransactItems"] for kind in action)
            self.done[self.actor].update(f"dynamodb:{TRANSACTED[kind]}" for kind in kinds)
        super()._before_data(operation, request)

    def _watched(self, name: str, inner: Any) -> Any:
        return Noting(self, name, super()._watched(name, inner))

    def _tasks(self) -> dict[str, Task]:
        return {name: self._as(name, task) for name, task in super()._tasks().items()}

    def _as(self, name: str, task: Task) -> Task:
        def invoke(event: dict[str, Any]) -> dict[str, Any]:
            with self.acting(f"{name}Function"):
                if self.broken[name]:
                    self.broken[name] -= 1
                    if name == "FollowRun":
                        self._write_partly(event)
                    raise RuntimeError("broken")
                return task(event)

        return invoke

    def _write_partly(self, event: dict[str, Any]) -> None:
        """Some of a long reply, before the task breaks."""
        fence = Fence(event["generation"], event["step"], event["retry"])
        holder, until = Holder(event["conversation"], fence), self.clock.now() + LEASE
        turn = self.store.leases.acquire(holder, until).turn
        assert turn is not None
        self.store.turns.save_progress(holder, turn, 1, LONG, False, until)

    def _deliver(self, delivery: Any) -> None:
        with self.acting("WebhooksFunction"):
            super()._deliver(delivery)

    def sweep(self) -> None:
        with self.acting("SweeperFunction"):
            super().sweep()

    def heed_failures(self) -> None:
        with self.acting("SweeperFunction"):
            super().heed_failures()

    def at(self, seconds: float, number: int, text: str) -> None:
        """A message that comes while the run is at work."""
        delivered = Delivered(Received(inbound(number, text)), 0)
        self.clock.after(seconds, lambda: self._deliver(delivered))


class Noting:
    def __init__(self, simulation: Observed, name: str, inner: Any) -> None:
        self._simulation, self._name, self._inner = simulation, name, inner

    def __getattr__(self, method: str) -> Any:
        permission = CALLS.get(f"{self._name}.{method}")
        if permission:
            self._simulation.done[self._simulation.actor].add(permission)
        webhook = self._simulation.actor == "WebhooksFunction"
        if method == "call_back" and webhook and self._simulation.deaf_to_webhooks:
            raise ExecutionsUnavailable("no answer")
        return getattr(self._inner, method)

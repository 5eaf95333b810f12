"""A task's whole path in one process: real use cases, real conditions, the real machine.

The table is the real adapter on an in-memory DynamoDB that evaluates the real expressions. Only
git, the agent, the bucket, the chat and the clock are played.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from parley.adapters.dynamodb.store import open_store
from parley.adapters.dynamodb.task_conditions import TASKS, TaskConditions
from parley.adapters.dynamodb.task_store import open_task_store
from parley.composition.task_steps import TaskSteps
from parley.composition.tasks import TaskParts
from parley.core.delivery import Delivery
from parley.core.message import Sender
from parley.core.tasks.change import Change, ChangeState, Ruling
from parley.core.tasks.coding_agent import CodingAgent
from parley.core.tasks.request import parse
from parley.core.tasks.task import Requester, Task, TaskState
from parley.ports import TaskStore
from parley.services.tasks.preparing import Preparing
from parley.services.tasks.ruling import Ruled
from parley.services.tasks.running import Running
from parley.services.tasks.sweeping_tasks import TaskSweeping
from parley.services.tasks.watching import WatchTools
from tests.core.tasks.builders import DELIVERY, PROJECT, STUB
from tests.fakes.channel import ScriptedChannel
from tests.fakes.dynamodb import InMemoryDynamoDB
from tests.fakes.dynamodb_cases import TABLE as KEYS_AND_INDEX
from tests.fakes.world import CountingIds, FakeClock, InMemoryTexts, RecordingTelemetry
from tests.protocol.parts import Surroundings, configured
from tests.tasks.machine import TaskMachine
from tests.tasks.work import (
    Agents,
    AskingHeart,
    Bench,
    Hook,
    KnownSecrets,
    MemoryDepot,
    MemoryHomes,
    Spreading,
    StillConversations,
    Watched,
    quiet,
)

TABLE = "tasks"
BEGINS = "a process begins"
ADA = Requester("slack", "U1", "Ada", "T1")
INVOCATION = 900.0  # seconds
MINUTE = 60_000


class GivenParts(TaskParts):
    def __init__(self, world: Any, **given: Any) -> None:
        super().__init__(world)
        self.__dict__.update(given)


@dataclass
class TaskSimulation:
    """`hook` hears of every call that the functions make; what it raises stops them there."""

    hook: Hook = quiet
    conditions: TaskConditions = TASKS
    at_once: int = 4
    agents_known: tuple[CodingAgent, ...] = (STUB,)
    clock: FakeClock = field(default_factory=FakeClock)
    telemetry: RecordingTelemetry = field(default_factory=RecordingTelemetry)
    client: InMemoryDynamoDB = field(default_factory=InMemoryDynamoDB)
    texts: InMemoryTexts = field(default_factory=InMemoryTexts)
    depot: MemoryDepot = field(default_factory=MemoryDepot)
    bench: Bench = field(default_factory=Bench)
    homes: MemoryHomes = field(default_factory=MemoryHomes)
    secrets: dict[str, str] = field(default_factory=dict)
    approvers: list[str] = field(default_factory=lambda: ["U1", "requester"])

    def __post_init__(self) -> None:
        self.client.create_table(**{**KEYS_AND_INDEX, "TableName": TABLE})
        self.store = self._open()
        self.conversations = open_store(self.client, TABLE, self.texts, now=self.clock.now)
        self.channel = ScriptedChannel(self.clock)
        self.agents = Agents(self.clock, self.bench)
        self.machine = TaskMachine(self.clock, self._functions())
        self.news = Spreading(lambda task: self.steps.reporting.tell(task))
        self.requests = 0
        self.published: Callable[[str], None] = self._apply
        self.store.registry.put_project(PROJECT)
        for agent in self.agents_known:
            self.store.registry.put_agent(agent)

    # -- Parts

    def _open(self) -> TaskStore:
        return open_task_store(self.client, TABLE, self.conditions, self.clock.now)

    @property
    def parts(self) -> GivenParts:
        return GivenParts(
            self._world(),
            store=self._watched_store(),
            conversations=self.conversations,
            executions=self.machine,
            news=self.news,
            depot=Watched(self.depot, "depot", self._hear),
        )

    @property
    def steps(self) -> TaskSteps:
        steps = TaskSteps(self._world(), self.parts)
        steps.__dict__["channels"] = {"slack": Watched(self.channel, "channel", self._hear)}
        return steps

    def _world(self) -> Any:
        configuration = configured(tasks_at_once=self.at_once, slack={"approvers": self.approvers})
        return Surroundings(
            configuration, StillConversations(), self.clock, CountingIds(), self.telemetry
        ).as_world()

    def _watched_store(self) -> TaskStore:
        store = self.store
        return TaskStore(
            Watched(store.registry, "registry", self._hear),
            Watched(store.tasks, "tasks", self._hear),
            Watched(store.changes, "changes", self._hear),
        )

    def _hear(self, call: str) -> None:
        self.hook(call)

    @property
    def running(self) -> Running:
        world, store = self._world(), self._watched_store()
        bench: Any = Watched(self.bench, "bench", self._hear)
        return Running(
            tasks=store.tasks,
            registry=store.registry,
            workbench=bench,
            agents=Watched(self.agents, "agents", self._hear),
            preparing=Preparing(
                store.tasks,
                store.changes,
                bench,
                self.homes,
                KnownSecrets(self.secrets),
                world.telemetry,
            ),
            depot=lambda _task: Watched(self.depot, "depot", self._hear),
            heart=lambda task: AskingHeart(self.store.tasks, task, self.clock),
            watching=WatchTools(store.tasks, self.news, self.clock, self.telemetry),
            clock=self.clock,
            telemetry=self.telemetry,
        )

    def _functions(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        def stepped(event: dict[str, Any], work: Callable[[str], Any]) -> dict[str, Any]:
            step = work(event["task"])
            return {"next": str(step.next), "seconds": step.seconds}

        def begun(function: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
            def run(event: dict[str, Any]) -> Any:
                self.hook(BEGINS)
                return function(event)

            return run

        functions: dict[str, Callable[[dict[str, Any]], Any]] = {
            "RouteTask": lambda event: stepped(event, self.steps.advancing.route),
            "RecordTask": lambda event: stepped(event, self.steps.advancing.record),
            "RunNative": lambda event: self.steps.run_native.run(event["task"], event["token"]),
            "RunWorktree": self._run_worktree,
            "ReviewChange": lambda event: self.steps.review_change.ask(
                event["task"], event["token"]
            ),
            "PublishChange": lambda event: self.published(event["task"]),
            "SettleChange": lambda event: stepped(
                event,
                lambda task: self.steps.settle_change.settle(task, failed=event["failed"]),
            ),
        }
        return {name: begun(function) for name, function in functions.items()}

    def _run_worktree(self, event: dict[str, Any]) -> dict[str, str]:
        end = self.clock.monotonic() + INVOCATION
        self.running.run(event["task"], lambda: end - self.clock.monotonic())
        return {"task": "forged by the agent"}

    def _apply(self, change: str) -> None:
        self.store.changes.published(change, f"parley/{change}", "f" * 40, "https://forge.test/1")

    # -- What people do

    def ask(
        self, text: str, id: str = "", delivery: Delivery | None = DELIVERY, by: Requester = ADA
    ) -> str:
        """A request; the task's id."""
        self.hook(BEGINS)
        self.requests += 1
        id = id or f"t{self.requests}"
        return self.parts.submitting.submit(parse(text), id, by, delivery).id

    def rule(self, change: str, way: Ruling, words: str = "") -> Ruled:
        self.hook(BEGINS)
        return self.parts.ruling.rule("slack", Sender("U1", "Ada"), change, way, words)

    def cancel(self, task: str) -> None:
        self.hook(BEGINS)
        self.parts.cancelling.cancel(task)

    def sweep(self) -> int:
        self.hook(BEGINS)
        parts = self.parts
        return TaskSweeping(
            tasks=parts.store.tasks,
            changes=parts.store.changes,
            executions=self.machine,
            dispatching=parts.dispatching,
            native=parts.native.ending,
            clock=self.clock,
            telemetry=self.telemetry,
        ).sweep()

    # -- Time

    def settle(self) -> None:
        """Until nothing moves but what waits for people."""
        self.machine.run(horizon=2 * 60 * MINUTE)

    def sweep_until_quiet(self, minutes: int = 12) -> None:
        for _ in range(minutes):
            self.machine.run(horizon=MINUTE)
            self.sweep()
        self.settle()

    # -- What is seen

    def task(self, id: str = "t1") -> Task:
        found = self.store.tasks.get(id)
        assert found is not None
        return found

    def change(self, id: str = "t1") -> Change:
        found = self.store.changes.get(id)
        assert found is not None
        return found

    def states(self, *ids: str) -> list[TaskState]:
        return [self.task(id).state for id in ids]

    def change_state(self, id: str = "t1") -> ChangeState:
        return self.change(id).state

    @property
    def said(self) -> list[str]:
        """What stands in the chat: posts, with those that a progress post became."""
        return [post.chunk for post in self.channel.posts]

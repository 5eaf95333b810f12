"""The store of coding tasks on a fresh table, and tasks brought so far as a test needs them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from parley.adapters.dynamodb import keys
from parley.adapters.dynamodb.codec import Fields, Item, unmarshal
from parley.adapters.dynamodb.task_conditions import TASKS, TaskConditions
from parley.adapters.dynamodb.task_store import open_task_store
from parley.core.delivery import Chat, Delivery
from parley.core.limits import DAY, MINUTE
from parley.core.message import Sender
from parley.core.tasks.change import Change, ChangeState
from parley.core.tasks.choosing import Choice
from parley.core.tasks.frames import Frame, FrameKind
from parley.core.tasks.task import (
    Cost,
    ExecutionPath,
    FileStat,
    Flag,
    FlagKind,
    Requester,
    Snapshot,
    Task,
    TaskOutcome,
    TaskState,
)
from parley.ports.tasks import Begun, Changes, Registry, Tasks
from tests.fakes.world import START, FakeClock
from tests.store.endpoints import create_table

NOW = START
LEASE_UNTIL = NOW + MINUTE
ACP = Choice(ExecutionPath.ACP, "opencode", "fake/one")
NATIVE = Choice(ExecutionPath.NATIVE, note="so the agent server worked on it")
ADA = Sender("U1", "Ada")
GRACE = Sender("U2", "Grace")
CHAT = Delivery("slack", "U1", Chat.of_group("C7"), "slack:group:C7", {"channel": "C7"})
SNAPSHOT = Snapshot(
    base="b" * 40,
    base_ref="main",
    tree="t" * 40,
    commit="c" * 40,
    patch_key="tasks/one/1/change.patch",
    patch_sha256="d" * 64,
    patch_bytes=321,
    bundle_key="tasks/one/1/change.bundle",
    files=(FileStat("a.txt", "M", 3, 1), FileStat("logo.png", "A", None, None)),
    count=2,
    flags=(Flag(FlagKind.BINARY, "logo.png"),),
)
DONE = TaskOutcome(
    TaskState.COMPLETED,
    "It is done",
    cost=Cost(1234, 0.1, "USD"),
    snapshot=SNAPSHOT,
    transcript="tasks/one/1/transcript.json",
    session_files="tasks/one/1/session.tar.gz",
    agent_session="ses_1",
)
FAILED = TaskOutcome(TaskState.FAILED, "It broke")


def task(id: str = "one", **fields: Any) -> Task:
    asked = Task(
        id=id,
        project="web",
        prompt=f"Please do {id}",
        session=id,
        requester=Requester("slack", "U1", "Ada", "T1"),
        delivery=CHAT,
        created_at=NOW,
    )
    return replace(asked, **fields)


def change(id: str = "one", **fields: Any) -> Change:
    made = Change(
        id=id,
        project="web",
        snapshot=SNAPSHOT,
        created_at=NOW,
        expires_at=NOW + DAY,
        delivery=CHAT,
        approvers=("slack:U1", "slack:U2"),
    )
    return replace(made, **fields)


def delta(text: str) -> Frame:
    return Frame(FrameKind.DELTA, {"text": text})


@dataclass(frozen=True, slots=True)
class Desk:
    client: Any
    table: str
    clock: FakeClock
    registry: Registry
    tasks: Tasks
    changes: Changes

    @classmethod
    def on(cls, client: Any, table: str, conditions: TaskConditions = TASKS) -> "Desk":
        create_table(client, table)
        clock = FakeClock()
        store = open_task_store(client, table, conditions, clock.now)
        return cls(client, table, clock, store.registry, store.tasks, store.changes)

    def task(self, id: str = "one") -> Task:
        found = self.tasks.get(id)
        assert found is not None
        return found

    def change(self, id: str = "one") -> Change:
        found = self.changes.get(id)
        assert found is not None
        return found

    def pending(self, id: str = "one", **fields: Any) -> Task:
        return self.tasks.create(task(id, **fields))

    def begin(self, pending: Task, choice: Choice = ACP, stage: int = 4, project: int = 4) -> Begun:
        return self.tasks.begin(pending, choice, stage, project, NOW)

    def begun(self, id: str = "one", choice: Choice = ACP, **fields: Any) -> Task:
        assert self.begin(self.pending(id, **fields), choice) is Begun.BEGUN
        return self.task(id)

    def claimed(self, id: str = "one", **fields: Any) -> Task:
        self.begun(id, **fields)
        return self.claim(id)

    def claim(self, id: str = "one", now: int = NOW) -> Task:
        found = self.tasks.claim(id, now, now + MINUTE)
        assert found is not None
        return found

    def ended(self, id: str = "one", outcome: TaskOutcome = DONE, **fields: Any) -> Task:
        running = self.claimed(id, **fields)
        self.end(running, outcome)
        return self.task(id)

    def end(self, running: Task, outcome: TaskOutcome = DONE) -> None:
        made = change(running.id) if outcome.snapshot else None
        assert self.tasks.end(running, outcome, made, NOW)

    def changed(self, **fields: Any) -> Change:
        """A change that waits for a decision."""
        running = self.claimed()
        assert self.tasks.end(running, DONE, change(**fields), NOW)
        return self.change()

    def approved(self) -> Change:
        return self.changes.decide(self.changed(), ChangeState.APPROVED, ADA, "", NOW)

    def taken(self) -> tuple[int, int]:
        """Slots of the stage and of the project."""
        places = (keys.stage_slots(), keys.project_slots("web"))
        stage, project = (self.fields(place).get("taken", 0) for place in places)
        return stage, project

    def fields(self, key: Item) -> Fields:
        """An item as it is stored; empty where there is none."""
        answer = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True)
        return unmarshal(answer.get("Item", {}))

    def live(self) -> Sequence[str]:
        return list(self.tasks.live())


def at_work(desk: Desk, id: str = "one") -> Task:
    """Claimed, and its agent has started."""
    held = desk.claim(id)
    desk.tasks.agent_starts(held)
    return replace(held, agent_started=True)

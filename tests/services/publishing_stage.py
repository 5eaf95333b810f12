"""A change on its way to a branch and a pull request, where anything can be broken."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from parley.adapters.dynamodb.task_store import open_task_store
from parley.core.message import Sender
from parley.core.tasks.change import Change, ChangeState
from parley.core.tasks.choosing import Choice
from parley.core.tasks.task import ExecutionPath, TaskOutcome, TaskState
from parley.errors import SecretMissing
from parley.ports import TaskStore
from parley.ports.work import Merged, Source
from parley.services.tasks.publishing import PublishChange
from tests.core.tasks.builders import PROJECT, change, snapshot, task
from tests.fakes.dynamodb import InMemoryDynamoDB
from tests.fakes.dynamodb_cases import TABLE
from tests.fakes.world import FakeClock, RecordingTelemetry
from tests.protocol.points import Points, Watched

CREDENTIAL = "the-forge-token"
BUNDLE = b"bundle"
ADDRESS = "https://forge.test/o/demo/pull/1"


@dataclass
class FakeDepot:
    files: dict[str, bytes]

    def put(self, key: str, content: bytes) -> None:
        self.files[key] = content

    def get(self, key: str, most: int) -> bytes:
        if key not in self.files:
            raise LookupError(key)
        return self.files[key]


@dataclass
class FakePublisher:
    """Merges into what is there, and pushes a branch once."""

    merged: Merged = field(default_factory=lambda: Merged("parley/t1", "c" * 40))
    pushed: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    pushes: int = 0

    def publish(
        self,
        source: Source,
        bundle: bytes,
        commit: str,
        base: str,
        patch_sha256: str,
        branch: str,
        message: str,
    ) -> Merged:
        if self.merged.conflicts:
            return self.merged
        if branch not in self.pushed:
            self.pushes += 1
            self.pushed[branch] = (source, bundle, commit, base, patch_sha256, message)
        return replace(self.merged, branch=branch)


@dataclass
class FakeForge:
    opened: dict[str, tuple[str, ...]] = field(default_factory=dict)
    requests: int = 0

    def open_pull_request(
        self, repository: str, credential: str, branch: str, base: str, title: str, body: str
    ) -> str:
        if branch not in self.opened:
            self.requests += 1
            self.opened[branch] = (repository, credential, base, title, body)
        return ADDRESS


@dataclass
class FakeSecrets:
    values: Mapping[str, str]

    def get(self, name: str, *, fresh: bool = False) -> str:
        if name not in self.values:
            raise SecretMissing(f"the secret {name} has no value")
        return self.values[name]


class Stage:
    """A change that somebody has to decide on, or has approved."""

    def __init__(self, *, approved: bool = True, **of_snapshot: Any) -> None:
        self.points = Points()
        self.store = stored(**of_snapshot)
        if approved:
            self.decide(ChangeState.APPROVED)
        self.depot = FakeDepot({self.change.snapshot.bundle_key: BUNDLE})
        self.publisher = FakePublisher()
        self.forge = FakeForge()
        self.secrets = FakeSecrets({"forge": CREDENTIAL})
        self.telemetry = RecordingTelemetry()

    def decide(self, state: ChangeState) -> None:
        self.store.changes.decide(self.change, state, Sender("U2", "Grace"), "", FakeClock().now())

    @property
    def change(self) -> Change:
        found = self.store.changes.get("t1")
        assert found is not None
        return found

    def publish(self) -> None:
        self.publishing.publish("t1")

    @property
    def publishing(self) -> PublishChange:
        return PublishChange(
            tasks=self.watched("tasks", self.store.tasks),
            registry=self.watched("registry", self.store.registry),
            changes=self.watched("changes", self.store.changes),
            depot=self.watched("depot", self.depot),
            publisher=self.watched("publisher", self.publisher),
            forge=self.watched("forge", self.forge),
            secrets=self.watched("secrets", self.secrets),
            telemetry=self.telemetry,
        )

    def watched(self, name: str, inner: object) -> Any:
        return Watched(name, inner, self.points)

    def raise_at(self, place: str, error: BaseException) -> None:
        """From now on, each time this place is reached."""

        class Raising(Points):
            def reach(self, name: str) -> None:
                super().reach(name)
                if name == place:
                    raise error

        self.points = Raising()


def stored(**of_snapshot: Any) -> TaskStore:
    dynamodb, now = InMemoryDynamoDB(), FakeClock().now()
    dynamodb.create_table(**TABLE)
    store = open_task_store(cast(Any, dynamodb), TABLE["TableName"], now=lambda: now)
    store.registry.put_project(replace(PROJECT, credential="forge"))
    asked = store.tasks.create(task())
    store.tasks.begin(asked, Choice(ExecutionPath.ACP, "stub"), 4, 4, now)
    begun = store.tasks.claim("t1", now, now + 1)
    assert begun is not None
    made = change(created_at=now, expires_at=now + 1_000, snapshot=snapshot(**of_snapshot))
    outcome = TaskOutcome(TaskState.COMPLETED, "Done as asked.", snapshot=made.snapshot)
    assert store.tasks.end(begun, outcome, made, now)
    return store

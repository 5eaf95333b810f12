"""Publishing an approved change: whatever breaks and wherever, there is one branch, one pull
request, and one word on how it went."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from parley.adapters.dynamodb.task_store import open_task_store
from parley.core.message import Sender
from parley.core.tasks.change import Change, ChangeState
from parley.core.tasks.choosing import Choice
from parley.core.tasks.task import ExecutionPath, TaskOutcome, TaskState
from parley.errors import (
    ForgeError,
    ForgeUnavailable,
    ParleyError,
    SecretMissing,
    SecretUnavailable,
    StoreUnavailable,
    WorkbenchError,
)
from parley.ports import TaskStore
from parley.ports.work import Merged, Source
from parley.services.tasks.publishing import PublishChange
from tests.core.tasks.builders import PROJECT, change, snapshot, task
from tests.fakes.dynamodb import InMemoryDynamoDB
from tests.fakes.dynamodb_cases import TABLE
from tests.fakes.world import FakeClock, RecordingTelemetry
from tests.machine.interpreter import ProcessDied
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


def test_a_change_becomes_a_branch_and_a_pull_request() -> None:
    stage = Stage()
    stage.publish()
    source, bundle, commit, base, patch, message = stage.publisher.pushed["parley/t1"]
    snapshot = stage.change.snapshot
    assert (source.repository, source.branch, source.credential) == (
        PROJECT.repository,
        snapshot.base_ref,
        CREDENTIAL,
    )
    assert (bundle, commit, base, patch) == (
        BUNDLE,
        snapshot.commit,
        snapshot.base,
        snapshot.patch_sha256,
    )
    repository, credential, into, title, body = stage.forge.opened["parley/t1"]
    assert (repository, credential, into) == (PROJECT.repository, CREDENTIAL, snapshot.base_ref)
    assert title in message
    assert "Done as asked." in body
    done = stage.change
    assert (done.state, done.branch, done.commit, done.url) == (
        ChangeState.APPLIED,
        "parley/t1",
        "c" * 40,
        ADDRESS,
    )


@pytest.mark.parametrize(
    "state", [None, ChangeState.REJECTED, ChangeState.SUPERSEDED], ids=lambda state: str(state)
)
def test_nothing_leaves_that_is_not_approved(state: ChangeState | None) -> None:
    stage = Stage(approved=False)
    if state is not None:
        stage.decide(state)
    stage.publish()
    assert not stage.publisher.pushed
    assert not stage.forge.opened
    assert stage.change.state is (state or ChangeState.PENDING)


def test_what_was_published_is_not_published_again() -> None:
    stage = Stage()
    stage.publish()
    stage.points = Points()
    stage.publish()
    assert [place for place in stage.points.reached if "publisher" in place] == []


def test_an_unknown_change_is_nothing_to_publish() -> None:
    Stage().publishing.publish("none")


def test_files_that_do_not_merge_are_told_and_nothing_is_opened() -> None:
    stage = Stage()
    stage.publisher.merged = Merged(conflicts=("a.py", "b.py"))
    stage.publish()
    assert stage.change.state is ChangeState.CONFLICTED
    assert stage.change.conflicts == ("a.py", "b.py")
    assert not stage.forge.opened


def test_wherever_the_process_dies_a_repeat_makes_it_one() -> None:
    undisturbed = Stage()
    undisturbed.publish()
    places = undisturbed.points.reached
    assert {"after publisher.publish", "after forge.open_pull_request"} <= set(places)
    for index, place in enumerate(places):
        stage = Stage()
        stage.points = Points({index: died})
        with pytest.raises(ProcessDied):
            stage.publish()
        stage.publish()
        assert (stage.publisher.pushes, stage.forge.requests) == (1, 1), place
        assert stage.change.state is ChangeState.APPLIED, place
        assert stage.change.url == ADDRESS


def died() -> None:
    raise ProcessDied


@pytest.mark.parametrize(
    ("place", "error"),
    [
        ("before depot.get", StoreUnavailable("the bucket did not answer")),
        ("before secrets.get", SecretUnavailable("throttled")),
        ("before forge.open_pull_request", ForgeUnavailable("GitHub answered 502")),
        ("before changes.published", StoreUnavailable("throttled")),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_may_be_over_soon_is_raised_and_leaves_the_change_approved(
    place: str, error: ParleyError
) -> None:
    stage = Stage()
    stage.raise_at(place, error)
    with pytest.raises(type(error)):
        stage.publish()
    left = stage.change
    stage.points = Points()
    stage.publish()
    assert (stage.publisher.pushes, stage.forge.requests) == (1, 1)
    assert (left.state, stage.change.state) == (ChangeState.APPROVED, ChangeState.APPLIED)


class Forgetful:
    """The table has expired the task, and its change not yet."""

    def get(self, id: str) -> None:
        return None


def no_task(stage: Stage) -> None:
    stage.store = replace(stage.store, tasks=cast(Any, Forgetful()))


def no_project(stage: Stage) -> None:
    stage.store.registry.remove_project("demo")


def no_repository(stage: Stage) -> None:
    stage.store.registry.put_project(replace(PROJECT, repository=""))


def no_credential(stage: Stage) -> None:
    stage.store.registry.put_project(PROJECT)


def no_secret(stage: Stage) -> None:
    stage.secrets.values = {}


def no_files(stage: Stage) -> None:
    stage.depot.files.clear()


def no_push(stage: Stage) -> None:
    stage.raise_at("before publisher.publish", WorkbenchError("The patch is another one"))


def no_right(stage: Stage) -> None:
    stage.raise_at("before forge.open_pull_request", ForgeError("It may not"))


@pytest.mark.parametrize(
    ("disturb", "trouble"),
    [
        (no_task, "The task that made it is no longer there"),
        (no_project, "Project `demo` is no longer there"),
        (no_repository, "Project `demo` has no repository any more"),
        (no_credential, "names no credential"),
        (no_secret, "the secret forge has no value"),
        (no_files, "The files of the change are gone"),
        (no_push, "The patch is another one"),
        (no_right, "It may not. Its branch `parley/t1` is pushed"),
    ],
)
def test_what_stays_wrong_makes_the_change_pending_again_with_the_reason(
    disturb: Callable[[Stage], None], trouble: str
) -> None:
    stage = Stage()
    disturb(stage)
    stage.publish()
    assert stage.change.state is ChangeState.PENDING
    assert trouble in stage.change.trouble
    assert CREDENTIAL not in stage.change.trouble


def test_a_change_that_was_withdrawn_can_be_approved_and_published() -> None:
    stage = Stage()
    no_right(stage)
    stage.publish()
    stage.points = Points()
    stage.decide(ChangeState.APPROVED)
    stage.publish()
    assert stage.change.state is ChangeState.APPLIED
    assert stage.publisher.pushes == 1

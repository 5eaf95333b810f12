"""A change on its way to a forge: real git, over HTTP with a token, and GitHub's stand-in."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.applications import Starlette

from local.faults import Fault
from local.git_server import GitServer, git_is_here
from local.github.app import GitHubStandIn
from local.github.pulls import Pulls
from local.ports import loopback_port
from local.serving import serving
from parley.adapters.dynamodb.task_store import open_task_store
from parley.adapters.git.publisher import GitPublisher
from parley.adapters.git.workbench import GitWorkbench
from parley.adapters.github.forge import GitHub
from parley.core.message import Sender
from parley.core.tasks.change import Change, ChangeState
from parley.core.tasks.choosing import Choice
from parley.core.tasks.task import ExecutionPath, Snapshot, TaskOutcome, TaskState
from parley.errors import ForgeUnavailable
from parley.ports import TaskStore
from parley.ports.work import Diff, Source
from parley.services.tasks.publishing import PublishChange
from tests.core.tasks.builders import PROJECT, change, task
from tests.fakes.dynamodb import InMemoryDynamoDB
from tests.fakes.dynamodb_cases import TABLE
from tests.fakes.world import FakeClock, RecordingTelemetry

pytestmark = pytest.mark.skipif(not git_is_here(), reason="git is not on this machine")

TOKEN = "the-forge-token"
FILES = {"README.md": b"Hello\n", "main.py": b"print('one')\nprint('two')\nprint('three')\n"}
CHANGED = b"print('one')\nprint('two')\nprint('THREE')\n"
BUNDLE = "tasks/t1/1/change.bundle"


@dataclass
class Forge:
    git: GitServer
    github: GitHubStandIn
    folder: Path

    def approved(self, name: str) -> "Play":
        """A change of a new repository's, that somebody has approved."""
        self.git.create(name, FILES)
        self.github.pulls.repositories.add(name)
        source = Source(self.git.url_of(name), "main", TOKEN)
        bench = GitWorkbench(self.folder / "work", None)
        worktree = bench.prepare("t1", source)
        Path(worktree.path, "main.py").write_bytes(CHANGED)
        diff = bench.diff(worktree)
        bench.clear()
        return Play(self, name, diff, stored(source.repository, _snapshot(diff, worktree.base)))

    def head_of(self, repository: str, branch: str) -> str | None:
        return self.git.branches(repository).get(branch)


@dataclass
class Play:
    forge: Forge
    name: str
    diff: Diff
    store: TaskStore
    token: str = TOKEN

    def publish(self) -> Change:
        clock = FakeClock()
        github = GitHub(self.forge.github.api_url, clock)
        try:
            PublishChange(
                tasks=self.store.tasks,
                registry=self.store.registry,
                changes=self.store.changes,
                depot=Files({BUNDLE: self.diff.bundle}),
                publisher=GitPublisher(self.forge.folder / "publishing"),
                forge=github,
                secrets=Always(self.token),
                telemetry=RecordingTelemetry(),
            ).publish("t1")
        finally:
            github.close()
        found = self.store.changes.get("t1")
        assert found is not None
        return found

    @property
    def pulls(self) -> list[str]:
        return [pull.head for pull in self.forge.github.pulls.of(self.name)]

    def file(self, path: str) -> bytes:
        return self.forge.git.file(self.name, "parley/t1", path)


@dataclass
class Files:
    files: dict[str, bytes]

    def put(self, key: str, content: bytes) -> None:
        self.files[key] = content

    def get(self, key: str, most: int) -> bytes:
        return self.files[key]


@dataclass
class Always:
    value: str

    def get(self, name: str, *, fresh: bool = False) -> str:
        return self.value


def _snapshot(diff: Diff, base: str) -> Snapshot:
    return Snapshot(
        base=base,
        base_ref="main",
        tree=diff.tree,
        commit=diff.commit,
        patch_key="tasks/t1/1/change.patch",
        patch_sha256=diff.patch_sha256,
        patch_bytes=len(diff.patch),
        bundle_key=BUNDLE,
        files=diff.files,
        count=diff.count,
        flags=diff.flags,
    )


def stored(repository: str, snapshot: Snapshot) -> TaskStore:
    dynamodb, now = InMemoryDynamoDB(), FakeClock().now()
    dynamodb.create_table(**TABLE)
    store = open_task_store(cast(Any, dynamodb), TABLE["TableName"], now=lambda: now)
    store.registry.put_project(replace(PROJECT, repository=repository, credential="forge"))
    store.tasks.begin(store.tasks.create(task()), Choice(ExecutionPath.ACP, "stub"), 4, 4, now)
    begun = store.tasks.claim("t1", now, now + 1)
    assert begun is not None
    made = change(created_at=now, expires_at=now + 1_000, snapshot=snapshot)
    outcome = TaskOutcome(TaskState.COMPLETED, "Done as asked.", snapshot=snapshot)
    assert store.tasks.end(begun, outcome, made, now)
    store.changes.decide(made, ChangeState.APPROVED, Sender("U2", "Grace"), "", now)
    return store


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    with tempfile.TemporaryDirectory() as name, GitServer(Path(name) / "served", TOKEN) as git:
        github = GitHubStandIn(Pulls(), TOKEN)
        made = Forge(git, github, Path(name))
        github.pulls.head_of = made.head_of
        with serving(Starlette(routes=github.routes), loopback_port()) as url:
            github.url = url
            yield made


def test_an_approved_change_is_pushed_and_a_pull_request_opened(forge: Forge) -> None:
    play = forge.approved("acme/plain")
    done = play.publish()
    assert (done.state, done.branch) == (ChangeState.APPLIED, "parley/t1")
    assert done.commit == forge.head_of("acme/plain", "parley/t1")
    assert done.url == f"{forge.github.url}/github/acme/plain/pull/1"
    assert play.file("main.py") == CHANGED
    assert "fix the test" in forge.git.log("acme/plain", "parley/t1")[0]


def test_a_base_that_moved_is_merged(forge: Forge) -> None:
    play = forge.approved("acme/moved")
    forge.git.commit("acme/moved", {"README.md": b"Hello again\n"})
    assert play.publish().state is ChangeState.APPLIED
    assert (play.file("README.md"), play.file("main.py")) == (b"Hello again\n", CHANGED)
    [pull] = forge.github.pulls.of("acme/moved")
    assert "had moved since" in pull.body


def test_what_does_not_merge_is_told_by_file_and_nothing_is_pushed(forge: Forge) -> None:
    play = forge.approved("acme/conflict")
    forge.git.commit("acme/conflict", {"main.py": FILES["main.py"].replace(b"three", b"3")})
    done = play.publish()
    assert (done.state, done.conflicts) == (ChangeState.CONFLICTED, ("main.py",))
    assert forge.head_of("acme/conflict", "parley/t1") is None
    assert play.pulls == []


def test_a_try_that_ended_after_the_push_is_finished_by_the_next(forge: Forge) -> None:
    play = forge.approved("acme/again")
    forge.github.faults.add(Fault("POST pulls", status=500, times=3))
    with pytest.raises(ForgeUnavailable):
        play.publish()
    pushed = forge.head_of("acme/again", "parley/t1")
    forge.git.commit("acme/again", {"README.md": b"Hello again\n"})
    assert play.publish().commit == pushed
    assert play.pulls == ["parley/t1"]


def test_a_pull_request_whose_answer_got_lost_is_found(forge: Forge) -> None:
    play = forge.approved("acme/lost")
    forge.github.faults.add(Fault("POST pulls", status=502, after=True))
    assert play.publish().url.endswith("/pull/1")
    assert play.pulls == ["parley/t1"]


def test_a_credential_that_does_not_do_is_told_and_leaves_nothing(forge: Forge) -> None:
    play = forge.approved("acme/locked")
    play.token = "another-token"
    done = play.publish()
    assert done.state is ChangeState.PENDING
    assert done.trouble
    assert "another-token" not in done.trouble
    assert forge.head_of("acme/locked", "parley/t1") is None


def test_another_patch_than_the_reviewed_one_is_not_pushed(forge: Forge) -> None:
    play = forge.approved("acme/swapped")
    reviewed = play.store.changes.get("t1")
    assert reviewed is not None
    swapped = replace(reviewed.snapshot, patch_sha256="0" * 64)
    play.store = stored(forge.git.url_of(play.name), swapped)
    assert play.publish().trouble == "The change is not the one that was reviewed"
    assert forge.head_of("acme/swapped", "parley/t1") is None

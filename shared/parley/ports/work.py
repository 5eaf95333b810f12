"""What a task needs of the machine it runs on: a worktree, an agent's process, places for files,
a forge. Everything here meets a hostile repository and a hostile agent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePath
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from parley.core.executions import Started
    from parley.core.tasks.coding_agent import CodingAgent
    from parley.core.tasks.heard import AgentEnd, Heard
    from parley.core.tasks.task import FileStat, Flag


@dataclass(frozen=True, slots=True)
class Account:
    """Whom agents run as, and what they own, where the runner is root. Where it is not, as on
    Lambda, they run as the runner itself, and there is no account."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Source:
    """Where a worktree comes from. `credential` is the secret itself, empty for none: it goes to
    git as one request's header, into no file and no address. With `on_top`, a bundle's bytes and
    the commit in it, the worktree has that commit checked out; its difference is still taken to
    `base`, the commit that the bundle needs. `place` names the folder, the task's own where it is
    empty: tasks of one session, which never run at once, have it in turn, since agents file their
    sessions by folder."""

    repository: str
    branch: str
    credential: str = field(default="", repr=False)
    base: str = ""
    on_top: tuple[bytes, str] | None = field(default=None, repr=False)
    brings_configuration: bool = False
    place: str = ""


@dataclass(frozen=True, slots=True)
class Worktree:
    """`path` is the agent's working folder, `home` its home, outside of it; both are the task's own
    and writable to the agent. `base` is the full SHA, `withheld` what was kept from its tree."""

    task: str
    path: PurePath
    home: PurePath
    base: str
    base_ref: str
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diff:
    """A worktree's difference to its base. `empty` where the tree is the base's."""

    tree: str
    commit: str
    patch: bytes = field(repr=False)
    patch_sha256: str
    bundle: bytes = field(repr=False)
    files: tuple[FileStat, ...]
    count: int
    flags: tuple[Flag, ...]
    only_ignored: bool = False

    @property
    def empty(self) -> bool:
        return self.count == 0


class Workbench(Protocol):
    """Worktrees. Raises WorkbenchError, whose text is for people and holds no secret."""

    def prepare(self, task: str, source: Source) -> Worktree:
        """A private, detached worktree of the branch's present commit. On repeat: a new one."""
        ...

    def left(self, task: str) -> Worktree | None:
        """The worktree that a lost runner left here; None where there is none."""
        ...

    def diff(self, worktree: Worktree) -> Diff:
        """The difference as it is now, whatever the agent did to git's own files. May be called
        while the agent works."""
        ...

    def clear(self, keep: str = "") -> None:
        """Remove every worktree and home, but those of task `keep`; and the cache, if an agent that
        may have written to it ran here."""
        ...


class Wish(StrEnum):
    """What is wanted of an agent at this moment."""

    GO_ON = "go_on"
    CANCEL = "cancel"
    TIME_UP = "time_up"


class Watch(Protocol):
    """Who follows an agent. Both are called from one thread, in order."""

    def hear(self, event: Heard) -> None: ...

    def wish(self) -> Wish:
        """Asked at least once a second, also while nothing is heard."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """`environment` is what the agent gets beside the harmless: secrets by value. `resume` is the
    agent's own name of the session to go on with, empty for a new one; `earlier` is told before the
    prompt if it cannot be loaded."""

    agent: CodingAgent
    worktree: Worktree
    prompt: str
    model: str = ""
    mode: str = ""
    thinking: str = ""
    resume: str = ""
    earlier: str = ""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    stall_seconds: float = 300.0


class AgentRunner(Protocol):
    """Runs external agents as processes."""

    def set_up(self, worktree: Worktree, command: str, watch: Watch) -> str:
        """Run a project's setup command as the agent would; empty, or why it failed."""
        ...

    def run(self, job: Job, watch: Watch) -> AgentEnd:
        """Run the agent to its end. When it returns, however it does, no process of it is left."""
        ...

    def sweep(self) -> None:
        """End whatever processes an earlier task left."""
        ...


class Depot(Protocol):
    """Files in the bucket. `put` and `get` raise StoreUnavailable; keys are given, never listed."""

    def put(self, key: str, content: bytes) -> None: ...

    def get(self, key: str, most: int) -> bytes:
        """Raises LookupError where there is none, or it is longer than `most` bytes."""
        ...


class Homes(Protocol):
    """What an agent keeps in its home from one task of a session to the next."""

    def pack(self, home: PurePath, keeps: Sequence[str]) -> bytes:
        """Those files and folders, relative to the home; empty where there are none."""
        ...

    def unpack(self, home: PurePath, content: bytes) -> None:
        """Put them back, as the agent's own. Raises ValueError where it cannot be read."""
        ...


class News(Protocol):
    """Has people told how a task stands, soon and by somebody who may talk to them."""

    def spread(self, task: str) -> None:
        """Best effort: raises nothing."""
        ...


class TaskExecutions(Protocol):
    """The task machine's executions."""

    def start(self, task: str, generation: int) -> Started:
        """Idempotent while the execution runs. Raises ExecutionsUnavailable."""
        ...

    def call_back(self, token: str) -> bool:
        """Wake what waits with this token. False where nobody does any more. Raises
        ExecutionsUnavailable."""
        ...


class Heart(Protocol):
    """What a runner has to do all the while: renew its lease, and learn that it is to end."""

    def __enter__(self) -> Heart: ...

    def __exit__(self, *error: object) -> None: ...

    @property
    def cancelled(self) -> bool: ...

    @property
    def lost(self) -> bool:
        """Another runner has the task: whatever this one does is for nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of publishing: a commit on a branch, or the files that do not merge."""

    branch: str = ""
    commit: str = ""
    conflicts: Sequence[str] = ()
    moved: bool = False  # the base had moved, and it was merged


class Publisher(Protocol):
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
        """Check that the bundle's commit is the patch that was reviewed, merge it with the branch's
        present head where that has moved, and push it as `branch`. A branch that is there already
        with the same tree and parents counts as pushed; another one is never overwritten. Raises
        WorkbenchError."""
        ...


class Forge(Protocol):
    def open_pull_request(
        self, repository: str, credential: str, branch: str, base: str, title: str, body: str
    ) -> str:
        """Its address. On repeat: the one that is open. Raises ForgeError, or ForgeUnavailable."""
        ...

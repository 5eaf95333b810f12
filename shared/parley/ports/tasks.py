"""What coding tasks need of the table: what is registered, tasks and their slots, changes.

A store that does not answer raises StoreUnavailable; the write may then have happened, and every
method says what a repeat does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from parley.core.message import Sender
    from parley.core.tasks.change import Change, ChangeState
    from parley.core.tasks.choosing import Choice
    from parley.core.tasks.coding_agent import CodingAgent
    from parley.core.tasks.frames import Frame
    from parley.core.tasks.project import Project
    from parley.core.tasks.task import Session, Snapshot, Task, TaskOutcome


class Registry(Protocol):
    """Projects and agents, as an operator registered them. Putting one replaces it."""

    def project(self, id: str) -> Project | None: ...

    def projects(self) -> Sequence[Project]:
        """All, by id."""
        ...

    def put_project(self, project: Project) -> None: ...

    def remove_project(self, id: str) -> bool:
        """False where there was none. Its tasks stay."""
        ...

    def agent(self, name: str) -> CodingAgent | None: ...

    def agents(self) -> Sequence[CodingAgent]:
        """All, by name."""
        ...

    def put_agent(self, agent: CodingAgent) -> None: ...

    def remove_agent(self, name: str) -> bool: ...


class Begun(StrEnum):
    """What came of trying to begin a task."""

    BEGUN = "begun"
    STAGE_FULL = "stage_full"
    PROJECT_FULL = "project_full"
    SESSION_BUSY = "session_busy"
    NOT_PENDING = "not_pending"


class Tasks(Protocol):
    """Tasks and the slots they run in. A slot is taken and given back in the transaction that
    changes the task's state, so that the counts are the tasks that run."""

    def create(self, task: Task) -> Task:
        """Keep a pending task, once; the task that stands under this id, which is the first one."""
        ...

    def get(self, task: str) -> Task | None:
        """Consistently read."""
        ...

    def session(self, id: str) -> Session | None:
        """Consistently read. Sessions are made by `begin`, or by a task that never begins."""
        ...

    def pending(self) -> Iterator[str]:
        """Ids, the oldest first; eventually consistent."""
        ...

    def live(self) -> Iterator[str]:
        """Ids of those that were begun and are not settled: they run, are not reported, or their
        change is not settled; eventually consistent."""
        ...

    def recent(self, limit: int) -> Sequence[Task]:
        """The newest ones first; eventually consistent."""
        ...

    def begin(
        self, task: Task, choice: Choice, stage_limit: int, project_limit: int, now: int
    ) -> Begun:
        """pending -> running as chosen, if there is a slot of the stage and of the project and
        nobody else holds the session; generation 1. Where no session is known under
        `task.session`, it is made. On repeat: NOT_PENDING."""
        ...

    def fail(self, task: Task, reason: str, now: int) -> bool:
        """pending -> failed, without ever having begun; `started_at` stays None. It is live until
        it is reported, and among its session's turns. False where it is no longer pending."""
        ...

    def cancel(self, task: Task, now: int) -> Task:
        """pending -> cancelled, and among its session's turns; of a running task that it is to end
        (`cancel_at`, the first one stands); of a running external one whose agent has not begun,
        also that it has ended so, as an outcome: what its runner prepares is for nothing. The task
        as it is then."""
        ...

    def advance(self, task: Task) -> Task | None:
        """generation + 1: the execution of this one is dead. None where another did it."""
        ...

    def claim(self, task: str, now: int, lease_until: int) -> Task | None:
        """A runner takes a running external task without an outcome: fence + 1, lease. None where a
        runner lives that has it, or there is nothing to do."""
        ...

    def renew(self, task: Task, now: int, lease_until: int) -> Task:
        """The holder lives on; the task as it is, with `cancel_at`. Raises Fenced where another
        runner claimed it, or it is over."""
        ...

    def agent_starts(self, task: Task) -> None:
        """From now on a second runner must not start the agent again. Fenced, also where it was
        cancelled before."""
        ...

    def checkpoint(self, task: Task, snapshot: Snapshot) -> None:
        """What is salvaged if the runner is lost. Fenced."""
        ...

    def doing(self, task: str, words: str) -> None:
        """What the agent does now, for people. Not fenced, best effort: raises nothing but
        StoreUnavailable."""
        ...

    def append(self, task: Task, frames: Sequence[Frame]) -> int:
        """Add to the task's frames, and keep the commands of COMMANDS frames on the task; how many
        frames it has then. Fenced. A repeat would add them again: it is not repeated."""
        ...

    def frames(self, task: str, after: int) -> Sequence[tuple[int, Frame]]:
        """Those numbered above `after`, in order, at most some hundred. Those of a task that is
        over have no COMMANDS among them."""
        ...

    def outcome(self, task: Task, outcome: TaskOutcome) -> None:
        """What is to be recorded; the first one stands. Fenced; of a native task (fence 0) by its
        state alone. On repeat, and where it is over: nothing changes."""
        ...

    def park(self, task: str, token: str) -> Task:
        """The machine waits with this token for a native task's end; the task as it is then."""
        ...

    def end(self, task: Task, outcome: TaskOutcome, change: Change | None, now: int) -> bool:
        """running -> the outcome's state; the slots are given back, the session is released and has
        the task among its turns, the change is made, the commands are dropped: one transaction.
        False where it was over before. Raises Fenced where it has got an outcome since it was read:
        that one is to be recorded."""
        ...

    def note_progress(self, task: str, post: str) -> None:
        """The post that tells how the task goes. The first one stands."""
        ...

    def note_told(self, task: str, parts: int) -> None:
        """So many parts of its end were told: who goes on begins behind them."""
        ...

    def reported(self, task: str) -> None:
        """Its end was told. A repeat changes nothing."""
        ...

    def settle(self, task: str) -> None:
        """Nothing is left to do: it is no longer live. A repeat changes nothing."""
        ...


class Changes(Protocol):
    def get(self, change: str) -> Change | None:
        """Consistently read."""
        ...

    def decide(
        self,
        change: Change,
        state: ChangeState,
        by: Sender,
        reason: str,
        now: int,
        follow_up: str = "",
    ) -> Change:
        """pending -> approved, rejected or superseded (by the task `follow_up`), if it has not
        expired and its patch is still the one that was read; the change as it is then: whoever
        decided first, decided."""
        ...

    def expire(self, change: str, now: int) -> Change:
        """pending -> expired past its time; the change as it is then."""
        ...

    def note_prompt(self, change: str, post: str) -> None:
        """The post that asks for a review. The first one stands."""
        ...

    def note_file(self, change: str) -> None:
        """The whole patch was posted as a file. A repeat changes nothing."""
        ...

    def park(self, change: str, token: str) -> Change:
        """The machine waits with this token for a decision; the change as it is then."""
        ...

    def published(self, change: str, branch: str, commit: str, url: str) -> Change:
        """approved -> applied. A repeat changes nothing."""
        ...

    def conflicted(self, change: str, files: Sequence[str]) -> Change:
        """approved -> conflicted. A repeat changes nothing."""
        ...

    def withdrawn(self, change: str, trouble: str) -> Change:
        """approved -> pending again, since it could not be published: why."""
        ...

    def told(self, change: str) -> None:
        """Its settling was told."""
        ...


@dataclass(frozen=True, slots=True)
class TaskStore:
    registry: Registry
    tasks: Tasks
    changes: Changes

"""What the task machine does next, read off the table's state: whoever asks, and however often."""

from dataclasses import dataclass
from enum import StrEnum

from parley.core.limits import HOUR, SECOND
from parley.core.tasks.change import Change, ChangeState
from parley.core.tasks.project import Compute
from parley.core.tasks.task import ExecutionPath, Task, TaskState

RUNNERS = 2  # how many may claim a task: the second one saves what the first one left
LOOK_AGAIN = 10  # seconds
PATIENCE = 1 * HOUR  # with a machine that starts no runner: it has no room, or no image


class Next(StrEnum):
    NATIVE = "native"
    EXTERNAL = "external"
    FARGATE = "fargate"
    RECORD = "record"
    WAIT = "wait"
    REVIEW = "review"
    PUBLISH = "publish"
    SETTLE = "settle"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Step:
    next: Next
    seconds: int = 0


def next_step(task: Task, change: Change | None, now: int) -> Step:
    """A running task with an outcome is recorded; one whose runner lives is waited for, whatever
    its function is said to have answered: the agent can forge that. What is over is told first;
    then its change is reviewed, published and settled."""
    if task.state is TaskState.PENDING:
        return Step(Next.DONE)
    if task.state is TaskState.RUNNING:
        return _running(task, now)
    if not task.reported:
        return Step(Next.RECORD)
    if change is None or change.told:
        return Step(Next.DONE)
    return _reviewing(change, now)


def _running(task: Task, now: int) -> Step:
    if task.outcome is not None:
        return Step(Next.RECORD)
    if task.path is ExecutionPath.NATIVE:
        return Step(Next.NATIVE)
    if task.alive_at(now):
        return Step(Next.WAIT, max(1, min(LOOK_AGAIN, (task.lease_until - now) // SECOND + 1)))
    if task.fence >= RUNNERS or _starts_no_runner(task, now):
        return Step(Next.RECORD)
    return Step(Next.FARGATE if task.compute is Compute.FARGATE else Next.EXTERNAL)


def _starts_no_runner(task: Task, now: int) -> bool:
    last = task.lease_until if task.fence else task.started_at
    return last is not None and now - last > PATIENCE


def _reviewing(change: Change, now: int) -> Step:
    if change.state is ChangeState.APPROVED:
        return Step(Next.PUBLISH)
    if change.state is ChangeState.PENDING and now < change.expires_at:
        return Step(Next.REVIEW, max(1, (change.expires_at - now) // SECOND))
    return Step(Next.SETTLE)

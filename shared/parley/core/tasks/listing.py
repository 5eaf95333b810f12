"""What `tasks` answers: what runs, waits and is to be reviewed, and what was last."""

from collections.abc import Mapping, Sequence

from parley.core.asking import one_line
from parley.core.tasks.change import Change, ChangeState
from parley.core.tasks.task import Task, TaskState
from parley.core.tasks.telling import span_of

SHOWN = 10  # of each kind
NEWEST = 5

_ENDS = {TaskState.COMPLETED: "done", TaskState.FAILED: "failed", TaskState.CANCELLED: "cancelled"}


def listed(tasks: Sequence[Task], changes: Mapping[str, Change], elsewhere: int, now: int) -> str:
    """Lines for people. `changes` are those of the tasks that have one; `elsewhere` is how many
    tasks run or wait that are not among these."""
    running = [each for each in tasks if each.state is TaskState.RUNNING]
    waiting = [each for each in tasks if each.state is TaskState.PENDING]
    review = [each for each in tasks if _waits_for_review(changes.get(each.id), now)]
    over = [each for each in tasks if each.state.over and each not in review]
    lines = [
        *_lines("Running", [_running(each, now) for each in _oldest(running)]),
        *_lines("Waiting for a slot", [_named(each) for each in _oldest(waiting)]),
        *_lines("To be reviewed", [_named(each) for each in _oldest(review)]),
        *_lines("Over", [_over(each, changes.get(each.id)) for each in _newest(over)]),
    ]
    if elsewhere:
        lines.append(f"_{elsewhere} more of other people, in other chats._")
    return "\n".join(lines) or "There are no tasks of yours, and none of this chat."


def _waits_for_review(change: Change | None, now: int) -> bool:
    return change is not None and change.state is ChangeState.PENDING and now < change.expires_at


def _oldest(tasks: Sequence[Task]) -> Sequence[Task]:
    return sorted(tasks, key=lambda task: task.created_at)


def _newest(tasks: Sequence[Task]) -> Sequence[Task]:
    return sorted(tasks, key=lambda task: task.created_at, reverse=True)[:NEWEST]


def _lines(head: str, entries: Sequence[str]) -> list[str]:
    if not entries:
        return []
    more = [f"- … and {len(entries) - SHOWN} more"] if len(entries) > SHOWN else []
    return [f"**{head}**", *entries[:SHOWN], *more]


def _named(task: Task) -> str:
    return f"- `{task.id}` · {one_line(task.project)} · {one_line(task.title)}"


def _running(task: Task, now: int) -> str:
    ending = ", ending" if task.cancel_at is not None else ""
    return f"{_named(task)} · {span_of(now - (task.started_at or now))}{ending}"


def _over(task: Task, change: Change | None) -> str:
    change_is = f", change {change.state}" if change else ""
    return f"{_named(task)} · {_ENDS[task.state]}{change_is}"

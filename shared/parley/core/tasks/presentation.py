"""Tasks, frames and changes as the API shows them. What is not known, or not there, is null."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from parley.core.tasks.change import Change
from parley.core.tasks.frames import Frame
from parley.core.tasks.task import Cost, Requester, Task

Shown = dict[str, object]

_LONG = ("prompt", "commands")


def task(task: Task) -> Shown:
    """`agent` and `model` are what it runs with, once that is chosen."""
    return {
        "id": task.id,
        "project": task.project,
        "title": task.title,
        "prompt": task.prompt,
        "state": task.state,
        "cancelling": task.cancel_at is not None and not task.state.over,
        "path": task.path,
        "agent": task.chosen_agent or task.agent or None,
        "model": task.chosen_model or task.model or None,
        "mode": task.mode or None,
        "think": task.thinking or None,
        "session": task.session,
        "on_top": task.on_top or None,
        "by": _requester(task.requester),
        "created_at": moment(task.created_at),
        "started_at": moment(task.started_at),
        "ended_at": moment(task.ended_at),
        "doing": (not task.state.over and task.doing) or None,
        "commands": [asdict(command) for command in task.commands],
        "frames": task.frames,
        "summary": task.summary or None,
        "note": task.note or None,
        "cost": _cost(task.cost),
        "transcript": task.transcript != "",
        "change": task.change or None,
    }


def listed(found: Task) -> Shown:
    """The same without what may be long."""
    return {name: value for name, value in task(found).items() if name not in _LONG}


def frames(task: Task, found: Sequence[tuple[int, Frame]], after: int) -> Shown:
    """`last` is what to ask for next. `over` says that there will be no more: the task was read
    before its frames."""
    return {
        "task": task.id,
        "state": task.state,
        "doing": (not task.state.over and task.doing) or None,
        "frames": [
            {"number": number, "kind": frame.kind, "content": dict(frame.content)}
            for number, frame in found
        ],
        "last": found[-1][0] if found else after,
        "over": task.state.over and not found,
    }


def change(change: Change) -> Shown:
    """Where it came from, what it changes, what became of it."""
    snapshot = change.snapshot
    return {
        "id": change.id,
        "task": change.id,
        "project": change.project,
        "state": change.state,
        "partial": snapshot.partial,
        "created_at": moment(change.created_at),
        "expires_at": moment(change.expires_at),
        "base": snapshot.base,
        "base_ref": snapshot.base_ref,
        "patch_sha256": snapshot.patch_sha256,
        "patch_bytes": snapshot.patch_bytes,
        "file_count": snapshot.count,
        "files": [asdict(file) for file in snapshot.files],
        "flags": [asdict(flag) for flag in snapshot.flags],
        "approvers": list(change.approvers),
        "decision": _decision(change),
        "branch": change.branch or None,
        "commit": change.commit or None,
        "url": change.url or None,
        "conflicts": list(change.conflicts),
        "trouble": change.trouble or None,
        "follow_up": change.follow_up or None,
    }


def moment(milliseconds: int | None) -> str | None:
    """A moment in UTC, as RFC 3339 writes it."""
    if milliseconds is None:
        return None
    seconds, rest = divmod(milliseconds, 1000)
    told = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{told}.{rest:03}Z"


def _requester(requester: Requester) -> Shown:
    return {
        "channel": requester.channel,
        "id": requester.id,
        "name": requester.name or None,
    }


def _cost(cost: Cost | None) -> Mapping[str, object] | None:
    if cost is None:
        return None
    return {"tokens": cost.tokens, "amount": cost.amount, "currency": cost.currency or None}


def _decision(change: Change) -> Shown | None:
    if not change.by:
        return None
    return {
        "by": change.by,
        "name": change.by_name or None,
        "at": moment(change.at),
        "reason": change.reason or None,
    }

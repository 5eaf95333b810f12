"""Ids of tasks, keys of their files, names of their branches."""

import base64
import hashlib

ID_LENGTH = 12


def task_id(*parts: str) -> str:
    """The same for the same parts, whatever they hold: one request is one task."""
    told = "\0".join(f"{len(part)}:{part}" for part in parts)
    digest = hashlib.sha256(told.encode()).digest()
    return base64.b32encode(digest).decode().lower()[:ID_LENGTH]


def conversation(session: str) -> str:
    """Of a native session's tasks."""
    return f"task:{session}"


def session_of(conversation: str) -> str | None:
    """The tasks' session whose conversation this is; None where it is a chat's."""
    return conversation.removeprefix("task:") if conversation.startswith("task:") else None


def file_key(task: str, fence: int, name: str) -> str:
    """Where a runner keeps a file of its task: another runner's are never written over."""
    return f"tasks/{task}/{fence}/{name}"


def branch(task: str) -> str:
    return f"parley/{task}"


def execution(task: str, generation: int) -> str:
    return f"task-{task}-{generation}"

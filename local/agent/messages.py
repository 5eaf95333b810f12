"""Messages of a session's history, and what the server puts before a user's text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

Role = Literal["system", "user", "assistant", "tool"]
Part = dict[str, object]
Content = str | list[Part]

MAX_CONTEXT_ITEM = 20_000
SYSTEM_PROMPT = "You are a scripted agent: you answer what you were told to answer."


@dataclass(frozen=True, slots=True)
class Message:
    role: Role
    content: Content
    said: str = ""  # what the user wrote, without what was put before it

    def as_json(self) -> dict[str, object]:
        return {"role": self.role, "content": self.content}


@dataclass(frozen=True, slots=True)
class ContextItem:
    name: str
    content: str
    priority: str | None = None


def text_of(content: Content) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(str(part["text"]) for part in content if part.get("type") == "text")


def user_message(content: Content, preamble: str = "") -> Message:
    said = text_of(content)
    if not preamble:
        return Message("user", content, said)
    if isinstance(content, str):
        return Message("user", preamble + content, said)
    return Message("user", [{"type": "text", "text": preamble.rstrip()}, *content], said)


def assistant_message(text: str, calls: Sequence[Part]) -> Message | None:
    """None for a model that answered nothing: the server stores no message for it."""
    parts: list[Part] = [{"type": "text", "text": text}] if text else []
    parts += [{"type": "tool_call", **call} for call in calls]
    return Message("assistant", parts) if parts else None


def tool_message(call_id: str, content: object) -> Message:
    return Message("tool", [{"type": "tool_result", "tool_call_id": call_id, "content": content}])


def preamble(directory: Path, context: Sequence[ContextItem], *, first: bool) -> str:
    """The server describes its machine on a session's first message and wherever the caller gave
    context.
    """
    items = [item for item in context if item.name.strip() and item.content.strip()]
    if not (first or items):
        return ""
    files = "".join(_context_file(item) for item in items)
    return f"<local_context>\n{_machine(directory)}\n</local_context>\n\n{files}"


def without_dangling_calls(history: Sequence[Message]) -> list[Message]:
    """What a new run reads of a history that a restart cut: tool calls without a result are
    dropped.
    """
    answered = {
        part["tool_call_id"]
        for message in history
        if message.role == "tool"
        for part in _parts(message)
    }
    kept = []
    for message in history:
        if message.role == "assistant":
            parts = [
                part
                for part in _parts(message)
                if part["type"] != "tool_call" or part["id"] in answered
            ]
            if not parts:
                continue
            message = Message("assistant", parts)
        kept.append(message)
    return kept


def merged(history: Sequence[Message]) -> list[Message]:
    """As the model's provider gets it: neighbouring user messages become one."""
    out: list[Message] = []
    for message in history:
        if out and message.role == out[-1].role == "user":
            before = out.pop()
            message = Message("user", "", f"{before.said}\n\n{message.said}")
        out.append(message)
    return out


def _parts(message: Message) -> list[Part]:
    return message.content if isinstance(message.content, list) else []


def _context_file(item: ContextItem) -> str:
    name = re.sub(r'["<>]', "", item.name.strip())
    path = f"caller://{name}"
    return f'<context_file name="{name}" path="{path}">\n{_cut(item.content)}\n</context_file>\n\n'


def _cut(content: str) -> str:
    if len(content) <= MAX_CONTEXT_ITEM:
        return content
    head, tail = MAX_CONTEXT_ITEM * 7 // 10, MAX_CONTEXT_ITEM * 2 // 10
    return f"{content[:head]}\n\n... [truncated] ...\n\n{content[-tail:]}"


def _machine(directory: Path) -> str:
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return (
        "# System Details\n\nMachine Name: scripted\n"
        f"Current Date/Time: {now}\nOperating System: Linux\nShell Type: bash\n"
        "Running in Container Environment: yes\nGit Repository: no\n\n"
        f"# Current Working Directory ({directory})\n\n(No files or directories found)"
    )

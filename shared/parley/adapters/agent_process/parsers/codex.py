"""The JSON lines of `codex exec --json`, by its documentation: it was not run here. It tells no
cost, and its tokens once, at the end of the turn.
"""

from collections.abc import Iterator, Sequence

from parley.adapters.agent_process.parsers.fields import (
    Json,
    child,
    children,
    record_of,
    shown,
    text,
    total,
)
from parley.adapters.agent_process.parsers.parser import DONE, SILENT, Verdict
from parley.core.tasks.heard import Heard, Planned, Said, Stop, Thought, ToolSeen, Used

_STATUS = {
    "in_progress": "in_progress",
    "completed": "completed",
    "failed": "failed",
    "declined": "failed",
}


class CodexParser:
    def __init__(self) -> None:
        self.session = ""
        self.verdict = SILENT

    def read(self, line: str) -> Sequence[Heard]:
        event = record_of(line)
        if event is None:
            return [Said(f"{line}\n")] if line.strip() else []
        return list(self._read(event))

    def complaint(self, line: str) -> Verdict | None:
        return None

    def _read(self, event: Json) -> Iterator[Heard]:
        match event.get("type"):
            case "thread.started":
                self.session = text(event, "thread_id")
            case "item.started" | "item.updated":
                yield from _item(child(event, "item"), complete=False)
            case "item.completed":
                yield from _item(child(event, "item"), complete=True)
            case "turn.completed":
                self.verdict = DONE
                used = total(child(event, "usage"), "input_tokens", "output_tokens")
                if used is not None:  # those from the cache are among the input's
                    yield Used(used, cumulative=True)
            case "turn.failed":
                self.verdict = _failed(text(child(event, "error"), "message"))
            case "error":  # a lost connection is told so, too: the turn may still be completed
                self.verdict = _failed(text(event, "message"))


def _failed(reason: str) -> Verdict:
    return Verdict(Stop.FAILED, reason or "codex failed")


def _item(item: Json, *, complete: bool) -> Iterator[Heard]:
    id = text(item, "id")
    match item.get("type"):
        case "agent_message" if complete:
            yield Said(text(item, "text"), id)
        case "reasoning" if complete:
            yield Thought(text(item, "text"))
        case "todo_list":
            steps = (text(each, "text") for each in children(item, "items"))
            yield Planned(tuple(each for each in steps if each))
        case "command_execution":
            yield _command(item)
        case "file_change":
            yield _file_change(item)
        case "mcp_tool_call":
            yield _tool_call(item)
        case "web_search":
            status = "completed" if complete else "in_progress"
            yield ToolSeen(id, f"search: {text(item, 'query')}", "fetch", status)


def _command(item: Json) -> ToolSeen:
    command = text(item, "command")
    return ToolSeen(
        text(item, "id"),
        title=command,
        kind="execute",
        status=_status(item),
        given=shown({"command": command}),
        output=shown(item.get("aggregated_output")),
    )


def _file_change(item: Json) -> ToolSeen:
    changes = children(item, "changes")
    paths = tuple(path for each in changes if (path := text(each, "path")))
    return ToolSeen(
        text(item, "id"),
        title=f"change: {', '.join(paths)}",
        kind="edit",
        status=_status(item),
        given=shown(changes),
        paths=paths,
    )


def _tool_call(item: Json) -> ToolSeen:
    parts = children(child(item, "result"), "content")
    said = "\n".join(text(each, "text") for each in parts)
    return ToolSeen(
        text(item, "id"),
        title=f"{text(item, 'server')}: {text(item, 'tool')}",
        kind="other",
        status=_status(item),
        given=shown(item.get("arguments")),
        output=shown(said) or shown(text(child(item, "error"), "message")),
    )


def _status(item: Json) -> str:
    return _STATUS.get(text(item, "status"), "in_progress")

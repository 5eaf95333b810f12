"""The JSON lines of `opencode run --format json`, as seen of opencode 1.18.33.

Texts and tools come when they are complete; reasoning comes only with `--thinking`. A mode (its
`--agent`) that it does not have is told on standard error and passed over, with exit status 0.
"""

import re
from collections.abc import Sequence

from parley.adapters.agent_process.parsers.fields import (
    Json,
    child,
    children,
    count,
    money,
    record_of,
    shown,
    text,
    total,
)
from parley.adapters.agent_process.parsers.parser import DONE, SILENT, Verdict
from parley.core.tasks.heard import Heard, Planned, Said, Stop, Thought, ToolSeen, Used

_KINDS = {
    "write": "edit",
    "edit": "edit",
    "patch": "edit",
    "apply_patch": "edit",
    "read": "read",
    "bash": "execute",
    "glob": "search",
    "grep": "search",
    "list": "search",
    "webfetch": "fetch",
    "websearch": "fetch",
}
_STATUS = {"completed": "completed", "error": "failed", "running": "in_progress"}
_GOES_ON = "tool-calls"
_ENDS = {
    "length": Verdict(Stop.LIMIT, "The model's answer was cut off at its longest"),
    "content-filter": Verdict(Stop.REFUSED, "The model's provider filtered its answer"),
}
_NO_MODE = re.compile(r'agent "[^"]*" not found')


class OpencodeParser:
    def __init__(self) -> None:
        self.session = ""
        self.verdict = SILENT
        self._spent = 0.0

    def read(self, line: str) -> Sequence[Heard]:
        event = record_of(line)
        if event is None:
            return [Said(f"{line}\n")] if line.strip() else []
        self.session = text(event, "sessionID") or self.session
        part = child(event, "part")
        match event.get("type"):
            case "text":
                return [Said(text(part, "text"), text(part, "messageID"))]
            case "reasoning":
                return [Thought(text(part, "text"))]
            case "tool_use":
                return self._tool(part)
            case "step_start":
                self.verdict = SILENT
            case "step_finish":
                return self._step(part)
            case "error":
                self.verdict = Verdict(Stop.FAILED, _reason(child(event, "error")))
        return []

    def complaint(self, line: str) -> Verdict | None:
        found = _NO_MODE.search(line)
        return Verdict(Stop.UNFIT, f"opencode says: {found[0]}") if found else None

    def _tool(self, part: Json) -> Sequence[Heard]:
        name, state = text(part, "tool"), child(part, "state")
        given = child(state, "input")
        seen = ToolSeen(
            text(part, "callID"),
            title=f"{name}: {text(state, 'title')}" if text(state, "title") else name,
            kind=_KINDS.get(name, "other"),
            status=_STATUS.get(text(state, "status"), "pending"),
            given=shown(given),
            output=shown(state.get("output")) or shown(state.get("error")),
            paths=_paths(given, child(state, "metadata")),
        )
        if name != "todowrite":
            return [seen]
        todo = (text(each, "content") for each in children(given, "todos"))
        return [seen, Planned(tuple(each for each in todo if each))]

    def _step(self, part: Json) -> Sequence[Heard]:
        """Its tokens are the step's. Its cost is too, and is summed up."""
        reason = text(part, "reason")
        self.verdict = SILENT if reason == _GOES_ON else _ENDS.get(reason, DONE)
        self._spent += money(part, "cost") or 0.0
        used = _tokens(child(part, "tokens"))
        if used is None and not self._spent:
            return []
        return [Used(used, self._spent or None, "USD" if self._spent else "")]


def _paths(given: Json, metadata: Json) -> tuple[str, ...] | None:
    path = text(metadata, "filepath") or text(given, "filePath")
    return (path,) if path else None


def _tokens(told: Json) -> int | None:
    in_all = count(told, "total")
    if in_all is not None:
        return in_all or None
    beside = total(child(told, "cache"), "read", "write")
    own = total(told, "input", "output", "reasoning")
    return None if own is None else own + (beside or 0)


def _reason(error: Json) -> str:
    return text(child(error, "data"), "message") or text(error, "name") or "opencode failed"

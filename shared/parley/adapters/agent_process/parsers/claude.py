"""The JSON lines of `claude -p --output-format stream-json --verbose`, by its documentation: it
was not run here. With `--include-partial-messages` texts come as they are made, and once more as a
whole, which is left out then.
"""

from collections.abc import Iterator, Sequence

from parley.adapters.agent_process.parsers.fields import (
    Json,
    child,
    children,
    money,
    record_of,
    shown,
    text,
    texts,
    total,
)
from parley.adapters.agent_process.parsers.parser import DONE, SILENT, Verdict
from parley.core.tasks.coding_agent import ChatCommand
from parley.core.tasks.heard import Heard, Offered, Planned, Said, Stop, Thought, ToolSeen, Used

_KINDS = {
    "Write": "edit",
    "Edit": "edit",
    "MultiEdit": "edit",
    "NotebookEdit": "edit",
    "Read": "read",
    "Bash": "execute",
    "Glob": "search",
    "Grep": "search",
    "LS": "search",
    "WebFetch": "fetch",
    "WebSearch": "fetch",
}
_TOKENS = (
    "input_tokens",
    "output_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
)
_LIMITS = {
    "error_max_turns": "The agent reached its limit of turns",
    "error_max_budget_usd": "The agent reached its limit of money",
}
_ENDS = {
    "refusal": Verdict(Stop.REFUSED, "The model refused"),
    "max_tokens": Verdict(Stop.LIMIT, "The model's answer was cut off at its longest"),
}


class ClaudeParser:
    def __init__(self) -> None:
        self.session = ""
        self.verdict = SILENT
        self._message = ""  # whose pieces are coming
        self._in_pieces: set[str] = set()
        self._used: dict[str, int] = {}
        self._said = False

    def read(self, line: str) -> Sequence[Heard]:
        event = record_of(line)
        if event is None:
            return [Said(f"{line}\n")] if line.strip() else []
        self.session = text(event, "session_id") or self.session
        heard = list(self._read(event))
        self._said = self._said or any(isinstance(each, Said) for each in heard)
        return heard

    def complaint(self, line: str) -> Verdict | None:
        return None

    def _read(self, event: Json) -> Iterator[Heard]:
        # What a helper of the agent says is no answer; what it does is seen all the same.
        helper = bool(text(event, "parent_tool_use_id"))
        match event.get("type"):
            case "system" if event.get("subtype") == "init":
                yield from _offered(event)
            case "stream_event" if not helper:
                yield from self._piece(child(event, "event"))
            case "assistant":
                yield from self._message_whole(child(event, "message"), helper)
            case "user":
                yield from _results(child(event, "message"))
            case "result":
                yield from self._result(event)

    def _piece(self, event: Json) -> Iterator[Heard]:
        if event.get("type") == "message_start":
            self._message = text(child(event, "message"), "id")
        delta = child(event, "delta")
        match delta.get("type"):
            case "text_delta":
                self._in_pieces.add(self._message)
                yield Said(text(delta, "text"), self._message)
            case "thinking_delta":
                self._in_pieces.add(self._message)
                yield Thought(text(delta, "thinking"))

    def _message_whole(self, message: Json, helper: bool) -> Iterator[Heard]:
        id = text(message, "id")
        for block in children(message, "content"):
            if block.get("type") == "tool_use":
                yield from _tool(block)
            elif not helper and id not in self._in_pieces:
                yield from _words(block, id)
        used = total(child(message, "usage"), *_TOKENS)
        if used is not None:  # a message comes once for each of its blocks, with the same usage
            self._used[id] = max(used, self._used.get(id, 0))
            yield Used(sum(self._used.values()), cumulative=True)

    def _result(self, event: Json) -> Iterator[Heard]:
        told = text(event, "result")
        self.verdict = _verdict(event, told)
        if told and not self._said and self.verdict is DONE:
            yield Said(told)
        used = total(child(event, "usage"), *_TOKENS) or sum(self._used.values()) or None
        amount = money(event, "total_cost_usd")
        if used is not None or amount is not None:
            yield Used(used, amount, "USD" if amount is not None else "", cumulative=True)


def _offered(event: Json) -> Iterator[Heard]:
    if names := texts(event, "slash_commands"):
        yield Offered(tuple(ChatCommand(each) for each in names))


def _words(block: Json, id: str) -> Iterator[Heard]:
    if said := text(block, "text") if block.get("type") == "text" else "":
        yield Said(said, id)
    if thought := text(block, "thinking") if block.get("type") == "thinking" else "":
        yield Thought(thought)


def _tool(block: Json) -> Iterator[Heard]:
    name, given = text(block, "name"), child(block, "input")
    path = text(given, "file_path") or text(given, "notebook_path")
    about = path or text(given, "command") or text(given, "description")
    yield ToolSeen(
        text(block, "id"),
        title=f"{name}: {about}" if about else name,
        kind=_KINDS.get(name, "other"),
        status="in_progress",
        given=shown(given),
        paths=(path,) if path else None,
    )
    if name == "TodoWrite":
        todo = (text(each, "content") for each in children(given, "todos"))
        yield Planned(tuple(each for each in todo if each))


def _results(message: Json) -> Iterator[Heard]:
    for block in children(message, "content"):
        if block.get("type") == "tool_result":
            status = "failed" if block.get("is_error") is True else "completed"
            yield ToolSeen(text(block, "tool_use_id"), status=status, output=_output(block))


def _output(block: Json) -> str | None:
    parts = [text(each, "text") for each in children(block, "content")]
    return shown("\n".join(parts)) if parts else shown(block.get("content"))


def _verdict(event: Json, told: str) -> Verdict:
    subtype = text(event, "subtype")
    if subtype in _LIMITS:
        return Verdict(Stop.LIMIT, _LIMITS[subtype])
    if event.get("is_error") is True or subtype.startswith("error"):
        listed = "; ".join(texts(event, "errors"))
        return Verdict(Stop.FAILED, told or listed or subtype or "Claude Code failed")
    return _ENDS.get(text(event, "stop_reason"), DONE)

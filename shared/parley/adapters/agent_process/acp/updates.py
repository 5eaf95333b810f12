"""An agent's session updates as what is heard of it."""

import json
from collections.abc import Callable, Mapping

from parley.adapters.agent_process.acp.values import amount, count, record, records, text, told
from parley.core.tasks.coding_agent import ChatCommand
from parley.core.tasks.heard import Heard, Offered, Planned, Said, Thought, ToolSeen, Used

MOST_COMMANDS = 100
LONGEST_DESCRIPTION = 200
_MARKS = {"completed": "☑", "in_progress": "▸"}


def heard(update: Mapping[str, object]) -> Heard | None:
    """None for kinds that are unknown, or of no concern."""
    read = _KINDS.get(text(update.get("sessionUpdate")))
    return read(update) if read is not None else None


def _said(update: Mapping[str, object]) -> Heard | None:
    words = _block(update.get("content"))
    return Said(words, text(update.get("messageId"))) if words else None


def _thought(update: Mapping[str, object]) -> Heard | None:
    words = _block(update.get("content"))
    return Thought(words) if words else None


def _tool(update: Mapping[str, object]) -> Heard | None:
    return tool(update) if text(update.get("toolCallId")) else None


def _planned(update: Mapping[str, object]) -> Heard | None:
    return Planned(tuple(_entry(each) for each in records(update.get("entries"))))


def _paid(update: Mapping[str, object]) -> Heard | None:
    cost = record(update.get("cost"))
    paid = amount(cost.get("amount"))
    if paid is None:
        return None
    return Used(amount=paid, currency=text(cost.get("currency")), cumulative=True)


def _offered(update: Mapping[str, object]) -> Heard | None:
    return Offered(_commands(update.get("availableCommands")))


_KINDS: Mapping[str, Callable[[Mapping[str, object]], Heard | None]] = {
    "agent_message_chunk": _said,
    "agent_thought_chunk": _thought,
    "tool_call": _tool,
    "tool_call_update": _tool,
    "plan": _planned,
    "usage_update": _paid,
    "available_commands_update": _offered,
}


def used(usage: object) -> Used | None:
    """What the reply to a prompt says of tokens; None where it says nothing."""
    fields = record(usage)
    total = count(fields.get("totalTokens"))
    if total is None:
        parts = [count(fields.get(name)) for name in ("inputTokens", "outputTokens")]
        known = [each for each in parts if each is not None]
        total = sum(known) if known else None
    return None if total is None else Used(tokens=total)


def tool(call: Mapping[str, object]) -> ToolSeen:
    """What is not said is None; a list replaces the one before."""
    given = call.get("rawInput")
    return ToolSeen(
        id=text(call.get("toolCallId")),
        title=told(call.get("title")),
        kind=told(call.get("kind")),
        status=told(call.get("status")),
        given=None if given is None else text(json.dumps(given, ensure_ascii=False)),
        output=_output(call),
        paths=paths(call),
    )


def paths(call: Mapping[str, object]) -> tuple[str, ...] | None:
    """Those that a tool call names as its places or changes; None where it names none."""
    places = [text(each.get("path")) for each in records(call.get("locations"))]
    changes = [text(each.get("path")) for each in records(call.get("content"))]
    return tuple(dict.fromkeys(each for each in places + changes if each)) or None


def _output(call: Mapping[str, object]) -> str | None:
    parts = [_content(each) for each in records(call.get("content"))]
    if said := "\n".join(part for part in parts if part):
        return said
    raw = call.get("rawOutput")
    if raw is None:
        return None
    return text(raw) if isinstance(raw, str) else text(json.dumps(raw, ensure_ascii=False))


def _content(item: Mapping[str, object]) -> str:
    if item.get("type") == "diff":
        return f"changes {text(item.get('path'))}"
    return _block(item.get("content"))


def _block(content: object) -> str:
    """A content block's text; of what is no text, its address."""
    block = record(content)
    resource = record(block.get("resource"))
    return text(block.get("text")) or text(resource.get("text")) or text(block.get("uri"))


def _entry(entry: Mapping[str, object]) -> str:
    return f"{_MARKS.get(text(entry.get('status')), '☐')} {text(entry.get('content'))}"


def _commands(offered: object) -> tuple[ChatCommand, ...]:
    named = [each for each in records(offered) if text(each.get("name"))]
    return tuple(
        ChatCommand(text(each["name"]), text(each.get("description"))[:LONGEST_DESCRIPTION])
        for each in named[:MOST_COMMANDS]
    )

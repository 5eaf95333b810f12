"""The server's JSON as core types. Tolerant: fields may be missing or new, and an event that this
client does not know is noted. What cannot be guessed safely is a malformed answer."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from parley.adapters.agent_server.errors import malformed
from parley.core.batch import ToolCall
from parley.core.events import (
    AgentEvent,
    CompactionStarted,
    Gap,
    Happening,
    Noted,
    RunCompleted,
    RunFailed,
    RunStarted,
    StopReason,
    TextCompleted,
    ToolCallsProposed,
    ToolFinished,
    ToolRefused,
    ToolStarted,
    TurnCompleted,
    TurnStarted,
    UsageReported,
    WaitingForDecisions,
)
from parley.core.session import Role, RunState, SessionStatus, Spoken
from parley.core.turn import Usage

Json = Mapping[str, Any]

_RUN = re.compile(r'"run_id"\s*:\s*"([^"\\]{1,200})"')
_CALL = re.compile(r'"tool_call_id"\s*:\s*"([^"\\]{1,200})"')
_CANCELLED = "TOOL_CALL_CANCELLED"
_ROLES = set(Role)
_STOPS = set(StopReason)


def content(prompt: str, images: Sequence[str]) -> str | list[Json]:
    """A message's content: the text alone, or in parts before its images."""
    if not images:
        return prompt
    parts: list[Json] = [{"type": "text", "text": prompt}]
    return parts + [{"type": "image", "url": image, "detail": "auto"} for image in images]


def decode(text: str | bytes, what: str) -> Json:
    """A JSON object, or a malformed answer."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise malformed(f"{what} is not JSON") from error
    return _object(value, what)


def uptime(answer: Json) -> int:
    """Seconds since the server started."""
    seconds = answer.get("uptime_seconds")
    if not isinstance(seconds, int | float) or seconds < 0:
        raise malformed("health without uptime")
    return int(seconds)


def session_id(answer: Json) -> str:
    return _text(answer, "id", "session")


def run_id(answer: Json) -> str:
    return _text(answer, "run_id", "run")


def session_status(answer: Json) -> SessionStatus:
    status = _object(_object(answer.get("session"), "session").get("run_status"), "run status")
    state, run = status.get("state"), status.get("run_id")
    if state not in set(RunState):
        raise malformed("run status without a known state")
    return SessionStatus(RunState(state), run if isinstance(run, str) else None)


def total(answer: Json) -> int:
    """How many messages there are, not only on this page."""
    count = answer.get("total")
    if not isinstance(count, int):
        raise malformed("messages without a total")
    return count


def spoken(answer: Json) -> list[Spoken]:
    """A page of the history. Every message counts, those without text too: indexes must hold."""
    return [
        _spoken(_object(item, "message")) for item in _array(answer.get("messages"), "messages")
    ]


def proposed(answer: Json) -> tuple[str | None, tuple[ToolCall, ...]]:
    run = answer.get("run_id")
    return (run if isinstance(run, str) else None), tool_calls(answer.get("tool_calls"))


def tool_calls(items: object) -> tuple[ToolCall, ...]:
    return tuple(_tool_call(_object(item, "tool call")) for item in _array(items, "tool calls"))


def event(name: str, last_id: str, data: str) -> AgentEvent:
    """One event of the stream. `name` and `last_id` are its SSE fields, `data` its JSON, which may
    be cut short where only its having passed matters (`passing`)."""
    if name == "gap_detected":
        return AgentEvent(None, None, _gap(decode(data, name)))
    try:
        envelope = _object(json.loads(data), "event")
    except (ValueError, RecursionError) as error:
        if passing(name) and last_id.isdecimal():
            return AgentEvent(int(last_id), _found(_RUN, data), _cut_short(name, data))
        raise malformed(f"event {name or last_id} is not JSON") from error
    return _enveloped(name, envelope)


def passing(name: str) -> bool:
    """Events that a conversation only needs to have passed, and whose data has no bound."""
    return name in _PASSING


def _enveloped(name: str, envelope: Json) -> AgentEvent:
    number = envelope.get("id")
    if not isinstance(number, int):
        raise malformed("event without an id")
    variant, fields = _variant(envelope.get("event"))
    run = envelope.get("run_id") or fields.get("run_id")
    parse = _HAPPENINGS.get(variant)
    what = parse(fields) if parse else Noted(name or variant)
    return AgentEvent(number, run if isinstance(run, str) else None, what)


def _variant(tagged: object) -> tuple[str, Json]:
    """The one key and its fields; a variant without fields is a bare string."""
    if isinstance(tagged, str):
        return tagged, {}
    if isinstance(tagged, dict) and tagged:
        variant, fields = next(iter(tagged.items()))
        return str(variant), fields if isinstance(fields, dict) else {}
    raise malformed("event without a variant")


def _cut_short(name: str, head: str) -> Happening:
    """Of a tool's output only the head is kept, which says whose it is."""
    call = _found(_CALL, head)
    return ToolFinished(call) if name == "tool_execution_completed" and call else Noted(name)


def _found(pattern: re.Pattern[str], head: str) -> str | None:
    found = pattern.search(head)
    return found.group(1) if found else None


def _gap(fields: Json) -> Gap:
    oldest, newest = fields.get("oldest_available_id"), fields.get("newest_available_id")
    if not isinstance(oldest, int) or not isinstance(newest, int):
        raise malformed("gap without its ends")
    return Gap(oldest, newest)


def _run_completed(fields: Json) -> RunCompleted:
    """A reason that this client does not know ended the run, but not well."""
    reason = fields.get("stop_reason")
    return RunCompleted(
        StopReason(reason) if reason in _STOPS else StopReason.ERROR,
        _usage(fields.get("total_usage")),
    )


def _usage(value: object) -> Usage:
    sums = value if isinstance(value, dict) else {}
    return Usage(
        *(_number(sums, key) for key in ("prompt_tokens", "completion_tokens", "total_tokens"))
    )


def _waiting(fields: Json) -> WaitingForDecisions:
    ids = _array(fields.get("pending_tool_call_ids", []), "pending tool calls")
    return WaitingForDecisions(tuple(str(item) for item in ids))


_HAPPENINGS: Mapping[str, Callable[[Json], Happening]] = {
    "RunStarted": lambda fields: RunStarted(),
    "TurnStarted": lambda fields: TurnStarted(_number(fields, "turn")),
    "TextComplete": lambda fields: TextCompleted(str(fields.get("text") or "")),
    "ToolCallsProposed": lambda fields: ToolCallsProposed(tool_calls(fields.get("tool_calls"))),
    "WaitingForToolApproval": _waiting,
    "ToolExecutionStarted": lambda fields: ToolStarted(
        _said(fields, "tool_call_id"), _said(fields, "tool_name")
    ),
    "ToolExecutionCompleted": lambda fields: ToolFinished(
        _said(fields, "tool_call_id"), fields.get("result") == _CANCELLED
    ),
    "ToolRejected": lambda fields: ToolRefused(
        _said(fields, "tool_call_id"), _said(fields, "reason")
    ),
    "UsageReport": lambda fields: UsageReported(_usage(fields.get("usage"))),
    "TurnCompleted": lambda fields: TurnCompleted(),
    "CompactionStarted": lambda fields: CompactionStarted(),
    "RunCompleted": _run_completed,
    "RunError": lambda fields: RunFailed(str(fields.get("error") or "")),
}

_PASSING = frozenset(
    {
        "text_delta",
        "thinking_delta",
        "usage_report",
        "tool_execution_started",
        "tool_execution_progress",
        "tool_execution_completed",
        "tool_rejected",
        "retry_attempt",
        "compaction_completed",
    }
)


def _spoken(message: Json) -> Spoken:
    role, content = message.get("role"), message.get("content")
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, dict) and part.get("type") == "text"]
        content = "\n\n".join(str(part.get("text") or "") for part in parts)
    return Spoken(
        Role(role) if role in _ROLES else Role.SYSTEM, content if isinstance(content, str) else ""
    )


def _tool_call(call: Json) -> ToolCall:
    arguments = call.get("arguments")
    if arguments is None:
        arguments = {}
    return ToolCall(
        id=_text(call, "id", "tool call"),
        name=_text(call, "name", "tool call"),
        arguments=arguments if isinstance(arguments, dict) else {"arguments": arguments},
    )


def _object(value: object, what: str) -> Json:
    if not isinstance(value, dict):
        raise malformed(f"{what} is not an object")
    return value


def _array(value: object, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise malformed(f"{what} are not a list")
    return value


def _text(fields: Json, key: str, what: str) -> str:
    value = fields.get(key)
    if not isinstance(value, str) or not value:
        raise malformed(f"{what} without {key}")
    return value


def _said(fields: Json, key: str) -> str:
    value = fields.get(key)
    return value if isinstance(value, str) else ""


def _number(fields: Json, key: str) -> int:
    value = fields.get(key)
    return value if isinstance(value, int) else 0

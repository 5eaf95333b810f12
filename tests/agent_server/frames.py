"""Bytes of the server's event stream, and all events that a stream brings."""

import json
from contextlib import suppress

from parley.adapters.agent_server.stream import SessionStream
from parley.core.events import AgentEvent, TextCompleted
from parley.errors import AgentUnreachable

SOON = 20.0  # seconds; nothing waits that long unless it is broken


def framed(number: int, name: str, event: object, end: str = "\n") -> bytes:
    envelope = {
        "id": number,
        "session_id": "s-1",
        "run_id": "r-1",
        "timestamp": "2026-07-01T10:00:02.123456789Z",
        "event": event,
    }
    data = json.dumps(envelope, ensure_ascii=False)
    return f"id: {number}{end}event: {name}{end}data: {data}{end}{end}".encode()


def text(number: int, said: str, end: str = "\n") -> bytes:
    return framed(number, "text_complete", {"TextComplete": {"run_id": "r-1", "text": said}}, end)


def ran(number: int, result: str) -> bytes:
    fields = {"run_id": "r-1", "tool_call_id": "c", "tool_name": "t", "result": result}
    return framed(number, "tool_execution_completed", {"ToolExecutionCompleted": fields})


def said(number: int, words: str) -> AgentEvent:
    return AgentEvent(number, "r-1", TextCompleted(words))


def all_of(stream: SessionStream) -> list[AgentEvent]:
    """Every event until the stream breaks."""
    events: list[AgentEvent] = []
    with stream, suppress(AgentUnreachable):
        while True:
            event = stream.next(SOON)
            assert event is not None
            events.append(event)
    return events

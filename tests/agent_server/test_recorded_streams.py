"""Every recorded stream, served again line by line, is read to its end as what happened."""

import json
from typing import Any

import pytest

from parley.adapters.agent_server.client import AgentServer
from parley.core.batch import ToolCall
from parley.core.events import (
    AgentEvent,
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
from parley.core.turn import Usage
from tests.agent_server.frames import all_of
from tests.agent_server.recorded import parameters, scenarios
from tests.agent_server.wire_server import Stream, WireServer

STREAMS = [
    (f"{name} {number}", stream)
    for name, recording in scenarios().items()
    for number, stream in enumerate(recording["streams"])
]


def raw(stream: Any) -> list[bytes]:
    """The lines as they were sent, each a chunk of its own."""
    return [f"{line}\n".encode() for _, line in stream["lines"] if not line.startswith("!!")]


def expected(stream: Any) -> list[AgentEvent]:
    """What was said, read off the whole events in the plainest way there is."""
    blocks = b"".join(raw(stream)).decode().split("\n\n")[:-1]
    events = []
    for block in blocks:
        fields = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":"))
        if fields:
            events.append(_event(fields["event"], json.loads(fields["data"])))
    return events


def _event(name: str, data: Any) -> AgentEvent:
    if name == "gap_detected":
        return AgentEvent(None, None, Gap(data["oldest_available_id"], data["newest_available_id"]))
    (fields,) = data["event"].values()
    return AgentEvent(data["id"], data["run_id"], _happening(name, fields))


def _happening(name: str, fields: Any) -> Happening:
    match name:
        case "run_started":
            return RunStarted()
        case "turn_started":
            return TurnStarted(fields["turn"])
        case "text_complete":
            return TextCompleted(fields["text"])
        case "tool_calls_proposed":
            calls = fields["tool_calls"]
            return ToolCallsProposed(
                tuple(ToolCall(call["id"], call["name"], call["arguments"]) for call in calls)
            )
        case "waiting_for_tool_approval":
            return WaitingForDecisions(tuple(fields["pending_tool_call_ids"]))
    return _of_a_tool(name, fields)


def _of_a_tool(name: str, fields: Any) -> Happening:
    match name:
        case "tool_execution_started":
            return ToolStarted(fields["tool_call_id"], fields["tool_name"])
        case "tool_execution_completed":
            return ToolFinished(fields["tool_call_id"], fields["result"] == "TOOL_CALL_CANCELLED")
        case "tool_rejected":
            return ToolRefused(fields["tool_call_id"], fields["reason"])
    return _ending(name, fields)


def _ending(name: str, fields: Any) -> Happening:
    match name:
        case "turn_completed":
            return TurnCompleted()
        case "usage_report":
            names = ("prompt_tokens", "completion_tokens", "total_tokens")
            return UsageReported(Usage(*(fields["usage"][name] for name in names)))
        case "run_completed":
            usage = fields["total_usage"]
            return RunCompleted(StopReason(fields["stop_reason"]), Usage(**usage))
        case "run_error":
            return RunFailed(fields["error"])
    return Noted(name)


@pytest.mark.parametrize(
    "recorded", parameters([item for _, item in STREAMS], [name for name, _ in STREAMS])
)
def test_each_recorded_stream(agent: AgentServer, wire: WireServer, recorded: Any) -> None:
    wire.replies(Stream(raw(recorded), then="cut"))

    assert all_of(agent.events("s-1", 0)) == expected(recorded)

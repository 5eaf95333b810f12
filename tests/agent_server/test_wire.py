"""What the stream's bytes mean: framing, each kind of event, gaps, and nonsense."""

import json

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
    StopReason,
    TextCompleted,
    ToolCallsProposed,
    ToolFinished,
    ToolRefused,
    ToolStarted,
    TurnStarted,
    WaitingForDecisions,
)
from parley.core.turn import Usage
from parley.errors import AgentUnreachable
from tests.agent_server.frames import SOON, all_of, framed, ran, said, text
from tests.agent_server.wire_server import Stream, WireServer


def test_a_gap_has_neither_id_nor_envelope(agent: AgentServer, wire: WireServer) -> None:
    lost = {"requested_after_id": 1, "oldest_available_id": 905, "newest_available_id": 5000}
    gap = b"event: gap_detected\ndata: " + json.dumps(lost).encode() + b"\n\n"
    wire.replies(Stream([gap, text(5001, "live"), gap], then="cut"))

    gapped = AgentEvent(None, None, Gap(905, 5000))
    assert all_of(agent.events("s-1", 1)) == [gapped, said(5001, "live"), gapped]


HAPPENINGS: list[tuple[str, object, Happening]] = [
    ("turn_started", {"TurnStarted": {"turn": 3}}, TurnStarted(3)),
    ("text_complete", {"TextComplete": {"text": "a", "new": 1}}, TextCompleted("a")),
    ("text_complete", {"TextComplete": {}}, TextCompleted("")),
    (
        "tool_calls_proposed",
        {"ToolCallsProposed": {"tool_calls": [{"id": "c", "name": "n", "metadata": {}}]}},
        ToolCallsProposed((ToolCall("c", "n", {}),)),
    ),
    (
        "waiting_for_tool_approval",
        {"WaitingForToolApproval": {"pending_tool_call_ids": ["c"]}},
        WaitingForDecisions(("c",)),
    ),
    (
        "tool_execution_started",
        {"ToolExecutionStarted": {"tool_call_id": "c", "tool_name": "n"}},
        ToolStarted("c", "n"),
    ),
    (
        "tool_execution_completed",
        {"ToolExecutionCompleted": {"tool_call_id": "c", "result": "done"}},
        ToolFinished("c"),
    ),
    (
        "tool_execution_completed",
        {"ToolExecutionCompleted": {"tool_call_id": "c", "result": "TOOL_CALL_CANCELLED"}},
        ToolFinished("c", cancelled=True),
    ),
    (
        "tool_rejected",
        {"ToolRejected": {"tool_call_id": "c", "reason": "not here"}},
        ToolRefused("c", "not here"),
    ),
    ("tool_rejected", {"ToolRejected": {"tool_call_id": "c"}}, ToolRefused("c", "")),
    (
        "run_completed",
        {"RunCompleted": {"total_usage": {"prompt_tokens": 2, "raw": {}}, "stop_reason": "x"}},
        RunCompleted(StopReason.ERROR, Usage(2, 0, 0)),
    ),
    (
        "run_completed",
        {"RunCompleted": {"stop_reason": "max_turns"}},
        RunCompleted(StopReason.MAX_TURNS, Usage()),
    ),
    ("run_error", {"RunError": {"error": "boom", "retryable": False}}, RunFailed("boom")),
    ("run_error", {"RunError": {"error": None}}, RunFailed("")),
    ("novelty", {"Novelty": {"run_id": "r-1"}}, Noted("novelty")),
    ("novelty", "Novelty", Noted("novelty")),
    ("text_delta", {"TextDelta": {"delta": "x"}}, Noted("text_delta")),
]


@pytest.mark.parametrize(("name", "event", "what"), HAPPENINGS, ids=lambda value: str(value)[:30])
def test_each_kind_of_event(
    agent: AgentServer, wire: WireServer, name: str, event: object, what: Happening
) -> None:
    wire.replies(Stream([framed(1, name, event)], then="cut"))

    assert all_of(agent.events("s-1", 0)) == [AgentEvent(1, "r-1", what)]


@pytest.mark.parametrize(
    "data",
    [
        "{not json",
        "[]",
        "{}",
        '{"id":1}',
        '{"id":1,"event":{}}',
        '{"id":"1","event":{"RunStarted":{}}}',
        '{"id":1,"event":{"ToolCallsProposed":{}}}',
        '{"id":1,"event":{"ToolCallsProposed":{"tool_calls":[{"name":"n"}]}}}',
        '{"id":1,"event":{"WaitingForToolApproval":{"pending_tool_call_ids":"c"}}}',
    ],
)
def test_a_malformed_event_breaks_the_stream_with_a_cause(
    agent: AgentServer, wire: WireServer, data: str
) -> None:
    wire.replies(Stream([text(1, "before"), f"id: 2\nevent: x\ndata: {data}\n\n".encode()]))

    with agent.events("s-1", 0) as stream:
        assert stream.next(SOON) == said(1, "before")
        for _ in range(2):
            with pytest.raises(AgentUnreachable, match="malformed"):
                stream.next(SOON)


def test_chunks_may_split_characters_and_lines_anywhere(
    agent: AgentServer, wire: WireServer
) -> None:
    whole = text(1, "Grüße 👋 → done") + b": keepalive\n\n" + ran(2, "é" * 30) + text(3, "次")
    wire.replies(Stream([whole[at : at + 1] for at in range(len(whole))], then="cut"))

    assert all_of(agent.events("s-1", 0)) == [
        said(1, "Grüße 👋 → done"),
        AgentEvent(2, "r-1", ToolFinished("c")),
        said(3, "次"),
    ]


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_lines_may_end_in_carriage_returns(agent: AgentServer, wire: WireServer, size: int) -> None:
    whole = text(1, "one", "\r\n") + b": keepalive\r\n\r\n" + text(2, "two", "\r\n")
    chunks = [whole[at : at + size] for at in range(0, len(whole), size)]
    wire.replies(Stream(chunks, then="cut"))

    assert all_of(agent.events("s-1", 0)) == [said(1, "one"), said(2, "two")]


def test_a_space_after_the_colon_may_be_missing_and_u2028_ends_no_line(
    agent: AgentServer, wire: WireServer
) -> None:
    whole = text(1, "one\u2028two\x85three").replace(b": ", b":", 3)
    wire.replies(Stream([whole], then="cut"))

    assert all_of(agent.events("s-1", 0)) == [said(1, "one\u2028two\x85three")]


@pytest.mark.parametrize(
    ("name", "event", "what"),
    [
        (
            "tool_execution_completed",
            {"ToolExecutionCompleted": {"tool_call_id": "c", "result": "x" * 100_000}},
            ToolFinished("c"),
        ),
        (
            "tool_execution_completed",
            {"ToolExecutionCompleted": {"result": "x" * 100_000, "tool_call_id": "c"}},
            Noted("tool_execution_completed"),
        ),
        (
            "tool_execution_progress",
            {"ToolExecutionProgress": {"tool_call_id": "c", "message": "x" * 100_000}},
            Noted("tool_execution_progress"),
        ),
    ],
    ids=["whose it is stands first", "whose it is was cut off", "of another kind"],
)
def test_of_an_event_that_is_cut_short_the_head_counts(
    agent: AgentServer, wire: WireServer, name: str, event: object, what: Happening
) -> None:
    wire.replies(Stream([framed(1, name, event)], then="cut"))

    assert all_of(agent.events("s-1", 0)) == [AgentEvent(1, "r-1", what)]


def test_only_the_named_event_is_shortened(agent: AgentServer, wire: WireServer) -> None:
    """An event without a name after one whose data is dropped."""
    words = "x" * 10_000
    unnamed = text(2, words).replace(b"event: text_complete\n", b"")
    wire.replies(Stream([ran(1, words), unnamed], then="cut"))

    assert all_of(agent.events("s-1", 0))[1:] == [said(2, words)]

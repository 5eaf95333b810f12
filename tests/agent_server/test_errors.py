"""Every refusal that was recorded, and those that a proxy adds, as Parley's errors."""

import json
from typing import Any

import pytest

from parley.adapters.agent_server.client import AgentServer
from parley.core.batch import Ruling, Verdict
from parley.core.session import RunOptions
from parley.errors import (
    AccessRefused,
    AgentError,
    AgentRejected,
    AgentUnreachable,
    KeyReused,
    RunGone,
    SessionBusy,
    SessionGone,
)
from tests.agent_server.recorded import parameters, scenarios
from tests.agent_server.wire_server import Answer, WireServer, answer

MEANING: dict[tuple[int, str | None], type[AgentError]] = {
    (400, None): AgentRejected,
    (400, "invalid_message_role"): AgentRejected,
    (400, "invalid_context"): AgentRejected,
    (400, "invalid_overrides"): AgentRejected,
    (400, "invalid_request"): AgentRejected,
    (401, "unauthorized"): AccessRefused,
    (403, None): AccessRefused,
    (404, "not_found"): SessionGone,
    (404, None): AgentRejected,
    (405, None): AgentRejected,
    (409, "session_already_running"): SessionBusy,
    (409, "session_not_running"): RunGone,
    (409, "run_mismatch"): RunGone,
    (409, "idempotency_key_reused"): KeyReused,
    (409, "something_new"): AgentRejected,
    (413, None): AgentRejected,
    (415, None): AgentRejected,
    (422, None): AgentRejected,
    (429, "rate_limited"): AgentUnreachable,
    (302, None): AgentRejected,
    (500, "internal_error"): AgentUnreachable,
    (500, "actor_startup_failed"): AgentUnreachable,
    (500, "checkpoint_read_failed"): AgentUnreachable,
    (502, "connection_error"): AgentUnreachable,
    (502, None): AgentUnreachable,
    (503, None): AgentUnreachable,
    (504, None): AgentUnreachable,
}

REFUSED = [
    (f"{name} {number}", exchange)
    for name, recording in scenarios().items()
    for number, exchange in enumerate(recording["exchanges"])
    if exchange["status"] >= 400
]


def ask(agent: AgentServer, method: str, path: str) -> None:
    """The port's call that makes such a request."""
    if method != "POST":
        agent.session("s-1")
    elif path.endswith("/decisions"):
        agent.decide("s-1", "r", [Verdict("c", Ruling.ALLOW)], "key")
    elif path.endswith("/cancel"):
        agent.cancel("s-1", "r", "key")
    elif path.endswith("/messages"):
        agent.start_run("s-1", "hello", RunOptions(), "key")
    else:
        agent.open_session("title", "key")


@pytest.mark.parametrize(
    "exchange", parameters([item for _, item in REFUSED], [name for name, _ in REFUSED])
)
def test_each_recorded_refusal(agent: AgentServer, wire: WireServer, exchange: Any) -> None:
    body = exchange["answer"]
    raw = body if isinstance(body, str) else json.dumps(body)
    wire.replies(Answer(exchange["status"], exchange["content_type"], raw.encode()))
    code = body.get("code") if isinstance(body, dict) else None

    with pytest.raises(AgentError) as raised:
        ask(agent, exchange["method"], exchange["path"])
    assert type(raised.value) is MEANING[exchange["status"], code]
    assert str(exchange["status"]) in str(raised.value)


@pytest.mark.parametrize(("status", "code"), list(MEANING), ids=lambda value: str(value))
def test_each_meaning(agent: AgentServer, wire: WireServer, status: int, code: str | None) -> None:
    told = {"error": "text", "code": code, "request_id": "req_1"}
    body = json.dumps(told).encode() if code else b"<html>Bad\n gateway</html>"
    wire.replies(Answer(status, "application/json" if code else "text/html", body))

    with pytest.raises(AgentError) as raised:
        agent.start_run("s-1", "hello", RunOptions(), "key")
    assert type(raised.value) is MEANING[status, code]


def test_a_refusal_begins_with_the_servers_own_words(agent: AgentServer, wire: WireServer) -> None:
    told = {"error": "max_turns must be between 1 and 256", "code": "invalid_overrides"}
    wire.replies(answer(told, 400))

    with pytest.raises(AgentRejected) as raised:
        agent.start_run("s-1", "hello", RunOptions(), "key")
    assert str(raised.value) == (
        "max_turns must be between 1 and 256 "
        "(POST /v1/sessions/s-1/messages: 400 invalid_overrides)"
    )


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"upstream\nis  down" + b"!" * 1_000_000, "upstream is down!!!"),
        (b"<html><p>Bad gateway</p></html>", "the agent server refused the request (GET"),
        (b"", "the agent server refused the request (GET"),
        (b"[" * 200_000, "[[["),
        (b"[]", "the agent server refused the request (GET"),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
    ids=["text", "page", "empty", "too deep", "array", "bytes"],
)
def test_a_foreign_body_is_quoted_in_short(
    agent: AgentServer, wire: WireServer, body: bytes, reason: str
) -> None:
    wire.replies(Answer(502, "text/plain", body))

    with pytest.raises(AgentUnreachable) as raised:
        agent.session("s-1")
    assert str(raised.value).startswith(reason)
    assert len(str(raised.value)) < 300

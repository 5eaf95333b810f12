"""What each call sends and what it makes of the answer."""

import json

import pytest

from parley.adapters.agent_server.calls import BODY_LIMIT
from parley.adapters.agent_server.client import AgentServer
from parley.core.batch import Ruling, ToolCall, Verdict
from parley.core.session import Role, RunOptions, RunState, SessionStatus, Spoken
from parley.errors import AgentRejected
from tests.agent_server.conftest import NOW, TOKEN
from tests.agent_server.wire_server import Answer, Drop, Request, WireServer, answer


def test_boot_time_is_now_less_the_uptime(agent: AgentServer, wire: WireServer) -> None:
    wire.replies(answer({"status": "ok", "uptime_seconds": 812, "new": [1]}))

    assert agent.booted_at() == NOW - 812_000


def test_a_session_is_opened_under_a_key(agent: AgentServer, wire: WireServer) -> None:
    wire.replies(answer({"id": "s-1", "title": "slack / U1"}, 201))

    assert agent.open_session("slack / U1", "t1-create") == "s-1"
    (sent,) = wire.requests
    assert (sent.method, sent.path) == ("POST", "/v1/sessions")
    assert sent.headers["idempotency-key"] == "t1-create"
    assert sent.headers["authorization"] == f"Bearer {TOKEN}"
    assert json.loads(sent.body) == {"title": "slack / U1"}


def test_a_session_may_work_in_a_folder_of_its_own(agent: AgentServer, wire: WireServer) -> None:
    wire.replies(answer({"id": "s-1", "title": "Task: fix it", "cwd": "/srv/app"}, 201))

    assert agent.open_session("Task: fix it", "t1-create", "/srv/app") == "s-1"
    (sent,) = wire.requests
    assert json.loads(sent.body) == {"title": "Task: fix it", "cwd": "/srv/app"}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"state": "idle"}, SessionStatus(RunState.IDLE, None)),
        ({"state": "starting", "run_id": "r"}, SessionStatus(RunState.STARTING, "r")),
        ({"state": "running", "run_id": "r"}, SessionStatus(RunState.RUNNING, "r")),
        ({"state": "failed", "run_id": None}, SessionStatus(RunState.FAILED, None)),
    ],
    ids=lambda value: value["state"] if isinstance(value, dict) else "",
)
def test_run_states(
    agent: AgentServer, wire: WireServer, status: dict[str, str], expected: SessionStatus
) -> None:
    wire.replies(answer({"session": {"id": "s-1", "run_status": status}, "config": {}}))

    assert agent.session("s-1") == expected


def test_a_run_starts_with_nothing_approved(agent: AgentServer, wire: WireServer) -> None:
    wire.replies(answer({"run_id": "r-1"}))

    assert agent.start_run("s-1", "Grüße 👋", RunOptions(model="a/b"), "t1-start") == "r-1"
    (sent,) = wire.requests
    assert (sent.path, sent.headers["idempotency-key"]) == ("/v1/sessions/s-1/messages", "t1-start")
    assert json.loads(sent.body) == {
        "message": {"role": "user", "content": "Grüße 👋"},
        "type": "message",
        "overrides": {"auto_approve": "none", "model": "a/b"},
    }


def test_images_go_beside_the_prompt(agent: AgentServer, wire: WireServer) -> None:
    wire.replies(answer({"run_id": "r-1"}))

    image = "data:image/png;base64,iVBORw=="
    agent.start_run("s-1", "What is this?", RunOptions(images=(image,)), "t1-start")
    assert json.loads(wire.requests[0].body)["message"]["content"] == [
        {"type": "text", "text": "What is this?"},
        {"type": "image", "url": image, "detail": "auto"},
    ]


def test_a_text_is_passed_on_to_the_run_that_it_names(agent: AgentServer, wire: WireServer) -> None:
    wire.replies(answer({"run_id": "r-1"}))

    agent.steer("s-1", "r-1", "Ada: the other branch", "t1-steer-1")
    (sent,) = wire.requests
    assert (sent.path, sent.headers["idempotency-key"]) == (
        "/v1/sessions/s-1/messages",
        "t1-steer-1",
    )
    assert json.loads(sent.body) == {
        "message": {"role": "user", "content": "Ada: the other branch"},
        "type": "steering",
        "run_id": "r-1",
    }


def test_half_a_surrogate_pair_is_sent_as_a_question_mark(
    agent: AgentServer, wire: WireServer
) -> None:
    wire.replies(answer({"run_id": "r-1"}))

    agent.start_run("s-1", "cut \ud83d", RunOptions(), "key")
    sent = json.loads(wire.requests[0].body)
    assert sent["message"]["content"] == "cut ?"
    assert sent["overrides"] == {"auto_approve": "none"}


def test_a_body_over_two_megabytes_is_refused_before_it_is_sent(
    agent: AgentServer, wire: WireServer
) -> None:
    with pytest.raises(AgentRejected):
        agent.start_run("s-1", "x" * BODY_LIMIT, RunOptions(), "key")

    assert wire.requests == []


def test_decisions_go_in_one_request_with_the_reasons_of_denials(
    agent: AgentServer, wire: WireServer
) -> None:
    wire.replies(answer({"accepted": True, "run_id": "r"}))

    verdicts = [
        Verdict("a", Ruling.ALLOW),
        Verdict("b", Ruling.DENY, "not allowed here"),
        Verdict("c", Ruling.DENY),
    ]
    agent.decide("s-1", "r", verdicts, "batch-key")
    (sent,) = wire.requests
    assert sent.path == "/v1/sessions/s-1/tools/decisions"
    assert sent.headers["idempotency-key"] == "batch-key"
    assert json.loads(sent.body) == {
        "run_id": "r",
        "decisions": {
            "a": {"action": "accept"},
            "b": {"action": "custom_result", "content": "not allowed here"},
            "c": {"action": "reject"},
        },
    }


def test_cancel_names_the_run(agent: AgentServer, wire: WireServer) -> None:
    wire.replies(answer({"cancelled": True, "run_id": "r"}))

    agent.cancel("s-1", "r", "t1-cancel")
    (sent,) = wire.requests
    assert (sent.path, json.loads(sent.body)) == ("/v1/sessions/s-1/cancel", {"run_id": "r"})
    assert sent.headers["idempotency-key"] == "t1-cancel"


def test_proposed_calls(agent: AgentServer, wire: WireServer) -> None:
    call = {"id": "c1", "name": "stakpak__view", "arguments": {"path": "x"}, "metadata": {"k": 1}}
    odd = {"id": "c2", "name": "n", "arguments": "raw"}
    wire.replies(
        answer({"run_id": "r", "tool_calls": [call, odd]}),
        answer({"run_id": None, "tool_calls": []}),
    )

    assert agent.proposed("s-1") == (
        "r",
        (ToolCall("c1", "stakpak__view", {"path": "x"}), ToolCall("c2", "n", {"arguments": "raw"})),
    )
    assert agent.proposed("s-1") == (None, ())


def test_history_is_read_page_by_page_from_an_index_on(
    agent: AgentServer, wire: WireServer
) -> None:
    stored = [{"role": "user", "content": f"message {number}"} for number in range(260)]

    def pages(request: Request) -> Answer:
        query = dict(pair.split("=") for pair in request.path.partition("?")[2].split("&"))
        offset, limit = int(query["offset"]), int(query["limit"])
        return answer({"messages": stored[offset : offset + limit], "total": len(stored)})

    wire.script = pages

    assert agent.history_length("s-1") == 260
    messages = agent.history("s-1", 7)
    assert [message.text for message in messages] == [item["content"] for item in stored[7:]]
    assert agent.history("s-1", 260) == []
    assert len(wire.requests) == 1 + 3 + 1


def test_history_keeps_its_indexes_where_messages_have_no_text(
    agent: AgentServer, wire: WireServer
) -> None:
    stored = [
        {"role": "system", "content": "prompt"},
        {"role": "user", "content": "<local_context>\n</local_context>\n\nhello"},
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "one"},
                {"type": "tool_call", "id": "c", "name": "n", "arguments": {}},
                {"type": "text", "text": "two", "provider_options": {}},
            ],
        },
        {"role": "tool", "content": [{"type": "tool_result", "tool_call_id": "c", "content": "x"}]},
        {"role": "developer", "content": None},
    ]
    wire.replies(answer({"messages": stored, "total": 5}))

    assert agent.history("s-1", 0) == [
        Spoken(Role.SYSTEM, "prompt"),
        Spoken(Role.USER, "<local_context>\n</local_context>\n\nhello"),
        Spoken(Role.ASSISTANT, "one\n\ntwo"),
        Spoken(Role.TOOL, ""),
        Spoken(Role.SYSTEM, ""),
    ]


def test_history_ends_where_the_server_has_no_more_whatever_its_count(
    agent: AgentServer, wire: WireServer
) -> None:
    said = {"role": "user", "content": "hello"}
    wire.replies(
        answer({"messages": [said], "total": 9}), answer({"messages": [], "total": 9}), Drop()
    )

    assert [message.text for message in agent.history("s-1", 0)] == ["hello"]


def test_an_odd_session_id_stays_one_piece_of_the_path(
    agent: AgentServer, wire: WireServer
) -> None:
    wire.replies(answer({"run_id": None, "tool_calls": []}))

    agent.proposed("../health?x")
    assert wire.requests[0].path == "/v1/sessions/..%2Fhealth%3Fx/tools/pending"

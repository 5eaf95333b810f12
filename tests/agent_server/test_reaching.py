"""Getting through to the server: rotated tokens, broken connections, answers without sense."""

import threading

import pytest

from parley.adapters.agent_server.client import AgentServer
from parley.core.session import RunOptions
from parley.errors import (
    AccessRefused,
    AgentError,
    AgentUnreachable,
    ParleyError,
    SecretMissing,
    SecretUnavailable,
    SettingsError,
)
from tests.agent_server.conftest import NOW, TOKEN, Connect, Rotating
from tests.agent_server.wire_server import Answer, Drop, Request, WireServer, answer


def test_a_rotated_token_is_fetched_once_and_the_request_repeated(
    agent: AgentServer, wire: WireServer, secrets: Rotating
) -> None:
    secrets.fresh = "token-of-the-next-start\n"

    def guarded(request: Request) -> Answer:
        known = request.headers["authorization"] == "Bearer token-of-the-next-start"
        return answer({"run_id": "r"}) if known else answer({"code": "unauthorized"}, 401)

    wire.script = guarded

    assert agent.start_run("s-1", "hi", RunOptions(), "t1-start") == "r"
    assert agent.start_run("s-1", "ho", RunOptions(), "t2-start") == "r"
    keys = [request.headers["idempotency-key"] for request in wire.requests]
    assert keys == ["t1-start", "t1-start", "t2-start"]
    assert secrets.asked == [False, True, False]


def test_a_token_refused_twice_is_access_refused(
    agent: AgentServer, wire: WireServer, secrets: Rotating
) -> None:
    wire.replies(answer({"error": f"bad {TOKEN}", "code": "unauthorized"}, 401))

    with pytest.raises(AccessRefused) as refused:
        agent.session("s-1")
    assert TOKEN not in str(refused.value)
    assert len(wire.requests) == 2


@pytest.mark.parametrize("token", ["schlüssel", "two\nlines"])
def test_a_token_unfit_for_a_header_is_access_refused_and_not_shown(
    agent: AgentServer, wire: WireServer, secrets: Rotating, token: str
) -> None:
    secrets.cached = token

    with pytest.raises(AccessRefused) as refused:
        agent.session("s-1")
    assert token not in repr(refused.value)
    assert "ssm:/parley/agent-token" in str(refused.value)
    assert wire.requests == []


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (SecretUnavailable("ssm:/parley/agent-token cannot be read"), AgentUnreachable),
        (SecretMissing("ssm:/parley/agent-token is empty"), AccessRefused),
    ],
    ids=["unavailable", "missing"],
)
def test_a_token_that_is_not_there_is_an_error_of_the_agent_that_names_it(
    agent: AgentServer,
    wire: WireServer,
    secrets: Rotating,
    fresh: bool,
    fault: ParleyError,
    kind: type[AgentError],
) -> None:
    secrets.faults[fresh] = fault
    wire.replies(answer({"code": "unauthorized"}, 401))

    with pytest.raises(kind, match="ssm:/parley/agent-token"):
        agent.session("s-1")
    assert len(wire.requests) == int(fresh)


def test_a_get_is_sent_once_more_when_its_connection_breaks(
    agent: AgentServer, wire: WireServer
) -> None:
    wire.replies(Drop(), answer({"uptime_seconds": 1}))

    assert agent.booted_at() == NOW - 1000
    assert len(wire.requests) == 2


def test_a_get_whose_connection_breaks_twice_is_unreachable(
    agent: AgentServer, wire: WireServer
) -> None:
    wire.replies(Drop())

    with pytest.raises(AgentUnreachable):
        agent.booted_at()
    assert len(wire.requests) == 2


def test_a_post_is_never_sent_again_by_itself(agent: AgentServer, wire: WireServer) -> None:
    wire.replies(Drop())

    with pytest.raises(AgentUnreachable):
        agent.cancel("s-1", "r", "key")
    assert len(wire.requests) == 1


def test_nobody_listening_is_unreachable(connect: Connect) -> None:
    with pytest.raises(AgentUnreachable):
        connect("http://127.0.0.1:1").session("s-1")


@pytest.mark.parametrize("url", ["", "agent.example", "ftp://agent.example", "http://"])
def test_an_address_that_is_none_is_a_settings_error(connect: Connect, url: str) -> None:
    with pytest.raises(SettingsError):
        connect(url or " ")


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b'{"session": 3}', b'{"session": {}}', b"[" * 200_000],
    ids=["empty", "html", "array", "wrong type", "no status", "too deep"],
)
def test_an_answer_without_sense_is_unreachable(
    agent: AgentServer, wire: WireServer, body: bytes
) -> None:
    wire.replies(Answer(body=body))

    with pytest.raises(AgentUnreachable, match="malformed"):
        agent.session("s-1")


def test_a_server_behind_a_path_is_found(connect: Connect, wire: WireServer) -> None:
    wire.replies(answer({"uptime_seconds": 0}))

    connect(f"{wire.url}/agent/").booted_at()
    assert wire.requests[0].path == "/agent/v1/health"


def test_one_client_serves_many_threads(agent: AgentServer, wire: WireServer) -> None:
    wire.replies(answer({"uptime_seconds": 0}))
    threads = [threading.Thread(target=agent.booted_at) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(wire.requests) == 8

"""The scripted agent does what the real server was recorded doing, its oddities included."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from local.agent.server import AgentServer
from local.agent.settings import Settings
from tests.agent_server.recorded import FOLDER, scenarios
from tests.local.replay import Replay, shape

PACE = 0.1
WITHOUT_RESTART = (
    "approvals_batch",
    "caller_context",
    "cancel_during_approval",
    "cancel_during_tool",
    "decision_for_executed_call",
    "decision_while_another_executes",
    "empty_text",
    "errors",
    "history_after_failure",
    "idempotency",
    "keepalive_and_resume",
    "max_turns",
    "message_right_after_completion",
    "model_fails",
    "plain",
    "ring_gap",
    "steering_during_approval",
    "tools_auto_approved",
)
RESTART = ("before_restart", "after_restart")
# A tool's time decides where a request falls among the events: the first tool took 12 s when it was
# recorded.
TOOL_SECONDS = {"tools_auto_approved": 0.5, "ring_gap": 0.0}

pytestmark = pytest.mark.skipif(
    not scenarios(), reason=f"no recorded traffic in {FOLDER.name}: set PARLEY_RECORDED"
)


def test_every_recorded_scenario_is_sent_again() -> None:
    assert set(scenarios()) == {*WITHOUT_RESTART, *RESTART}


@pytest.mark.parametrize("scenario", WITHOUT_RESTART)
def test_does_what_the_real_server_did(scenario: str) -> None:
    seconds = TOOL_SECONDS.get(scenario, Settings().tool_seconds)
    with AgentServer(Settings(pace=PACE, tool_seconds=seconds)) as server:
        asyncio.run(_conform(server, scenarios()[scenario]))


def test_loses_at_a_restart_what_the_real_server_lost() -> None:
    with AgentServer(Settings(pace=PACE)) as server:
        asyncio.run(_conform_over_a_restart(server, *(scenarios()[name] for name in RESTART)))


async def _conform(server: AgentServer, recorded: Mapping[str, Any]) -> None:
    async with httpx.AsyncClient(base_url=server.url, timeout=10) as client:
        replay = Replay(client, server.token)
        await _play(replay, recorded)
        await replay.close()


async def _conform_over_a_restart(
    server: AgentServer, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    async with httpx.AsyncClient(base_url=server.url, timeout=10) as client:
        replay = Replay(client, server.token)
        await _play(replay, before)
        await _until_messages(replay, replay.sessions[0], 5)
        replay.wrong_tokens = [server.token]
        answer = await client.post("/_control/restart", json={"rotate_token": True})
        replay.token = answer.json()["token"]
        await _play(replay, after)
        await replay.close()


async def _play(replay: Replay, recorded: Mapping[str, Any]) -> None:
    async def check(exchange: Mapping[str, Any], response: httpx.Response) -> None:
        where = f"{exchange['method']} {exchange['path']}"
        assert response.status_code == exchange["status"], where
        assert response.headers.get("content-type") == exchange["content_type"], where
        await _check_answer(replay, exchange, response)

    await replay.play(recorded, check)
    for stream in replay.streams:
        got = [frame.comparable for frame in stream.frames[: len(stream.expected)]]
        assert got == [frame.comparable for frame in stream.expected]
        for name in ("content-type", "cache-control"):
            assert stream.headers[name] == stream.recorded["headers"][name]
    await _check_nothing_more_was_said(replay, recorded)


async def _check_answer(
    replay: Replay, exchange: Mapping[str, Any], response: httpx.Response
) -> None:
    expected = exchange["answer"]
    if isinstance(expected, str):
        assert bool(response.text) == bool(expected)
    elif "messages" in expected:
        await _check_history(replay, response.url.path, expected["messages"])
    else:
        assert shape(response.json()) == shape(expected)
        assert list(response.json()) == list(expected)


async def _check_history(replay: Replay, path: str, expected: list[Any]) -> None:
    """The last message may be missing for a moment, here and in the recording: what both have is
    equal.
    """
    answer = await _until_messages(replay, path.split("/")[3], len(expected))
    assert answer["total"] >= len(answer["messages"])
    assert shape(answer["messages"][: len(expected)]) == shape(expected)
    for ours, theirs in zip(answer["messages"], expected, strict=False):
        if theirs["role"] == "user":
            assert _without_machine(ours["content"]) == _without_machine(theirs["content"])


def _without_machine(content: str) -> tuple[bool, str]:
    """Whether the server's own block stands first, and all that stands after it."""
    block, end, rest = content.rpartition("</local_context>\n\n")
    assert block.startswith("<local_context>\n# System Details\n") or not end
    return bool(end), rest


async def _until_messages(replay: Replay, session: str, count: int) -> Any:
    async with asyncio.timeout(10):
        while True:
            answer = await replay.get(f"/v1/sessions/{session}/messages")
            if len(answer["messages"]) >= count:
                return answer


async def _check_nothing_more_was_said(replay: Replay, recorded: Mapping[str, Any]) -> None:
    ids = [frame.id for stream in replay.streams for frame in stream.expected if frame.id]
    expected = recorded["notes"].get("events") or max(ids, default=0)
    sessions = await replay.get("/_control/sessions")
    assert max(session["newest_event"] for session in sessions.values()) == expected

"""The scripted agent's control surface: restarts, outages, foreign runs, and what it saw."""

from collections.abc import Iterator

import httpx
import pytest

from local.waiting import await_condition
from tests.local.agent_caller import Caller, calling, names


@pytest.fixture
def caller() -> Iterator[Caller]:
    with calling() as caller:
        yield caller


def test_a_restart_keeps_sessions_and_starts_ids_again(caller: Caller) -> None:
    chat = caller.new_session()
    chat.until_over(chat.say("hello"))
    chat.history(3)
    caller.control("restart")
    assert chat.newest_event == 0
    assert len(chat.history()) == 3
    chat.until_over(chat.say("hello"))
    assert chat.newest_event == 7


def test_a_restart_breaks_streams_and_loses_the_run_without_a_word(caller: Caller) -> None:
    chat = caller.new_session()
    run_id = chat.script({"sleep": 1000})
    with chat.stream() as lines:
        next(lines)
        caller.control("restart")
        with pytest.raises(httpx.TransportError):
            list(lines)
    assert chat.status == {"state": "idle"}
    assert chat.post("cancel", {"run_id": run_id}).json()["code"] == "session_not_running"


def test_a_restart_forgets_idempotency_keys(caller: Caller) -> None:
    chat = caller.new_session()
    body = {"message": {"role": "user", "content": "hello"}}
    first = chat.post("messages", body, "k").json()
    caller.control("restart")
    assert chat.post("messages", body, "k").json() != first


def test_a_restart_may_rotate_the_token(caller: Caller) -> None:
    old = caller.server.token
    new = caller.control("restart", rotate_token=True)["token"]
    assert new == caller.server.token != old
    answer = caller.http.get("/v1/config", headers={"Authorization": f"Bearer {old}"})
    assert answer.json() == {"error": "Unauthorized", "code": "unauthorized"}


def test_a_token_can_be_set(caller: Caller) -> None:
    caller.control("token", token="known")
    headers = {"Authorization": "Bearer known"}
    assert caller.http.get("/v1/config", headers=headers).status_code == 200


@pytest.mark.parametrize("header", ["bearer {}", "Bearer  {}", "{}", "Basic {}"])
def test_the_scheme_is_compared_exactly(caller: Caller, header: str) -> None:
    headers = {"Authorization": header.format(caller.server.token)}
    assert caller.http.get("/v1/config", headers=headers).status_code == 401


def test_health_is_public(caller: Caller) -> None:
    assert caller.http.get("/v1/health").json()["status"] == "ok"


def test_during_an_outage_everything_is_unavailable_for_a_while(caller: Caller) -> None:
    caller.control("outage", seconds=60)
    assert caller.http.get("/v1/health").status_code == 503
    caller.control("outage", seconds=0)
    assert caller.http.get("/v1/health").status_code == 200


def test_an_outage_may_refuse_connections_and_runs_go_on(caller: Caller) -> None:
    chat = caller.new_session()
    run_id = chat.script({"sleep": 10, "text": "still here"})
    caller.control("outage", seconds=0.3, mode="refuse")
    await_condition(lambda: not _answers(caller), "connections to be refused", seconds=5)
    await_condition(lambda: _answers(caller), "connections to be taken", seconds=5)
    assert names(chat.until_over(run_id))[-1] == "run_completed"


def test_a_foreign_run_is_in_the_way(caller: Caller) -> None:
    chat = caller.new_session()
    run_id = caller.control("foreign-run", session=chat.id, seconds=60)["run_id"]
    body = {"message": {"role": "user", "content": "hello"}}
    assert chat.post("messages", body).json()["code"] == "session_already_running"
    assert chat.status["run_id"] == run_id


def test_a_foreign_run_ends_by_itself(caller: Caller) -> None:
    chat = caller.new_session()
    run_id = caller.control("foreign-run", session=chat.id, seconds=0.01)["run_id"]
    assert names(chat.until_over(run_id))[-1] == "run_completed"


def test_the_log_has_every_request_with_its_answer(caller: Caller) -> None:
    chat = caller.new_session()
    body = {"message": {"role": "user", "content": "hello"}}
    answer = chat.post("messages", body, "k").json()
    caller.http.get("/v1/nowhere")
    created, posted, lost = caller.get("/_control/log")["requests"]
    assert (created["method"], created["path"], created["status"]) == ("POST", "/v1/sessions", 201)
    assert (posted["idempotency_key"], posted["body"], posted["answer"]) == ("k", body, answer)
    assert lost["status"] == 404
    assert caller.get(f"/_control/log?after={posted['number']}")["requests"] == [lost]


def test_the_log_can_be_cleared(caller: Caller) -> None:
    caller.new_session()
    caller.call("DELETE", "/_control/log")
    assert caller.get("/_control/log") == {"requests": [], "runs": {}}


def test_numbers_can_be_set_and_nothing_else(caller: Caller) -> None:
    assert caller.control("settings", pace=0.5)["pace"] == 0.5
    assert caller.call("POST", "/_control/settings", {"speed": 1}).status_code == 400
    assert "token" not in caller.get("/_control/settings")


def _answers(caller: Caller) -> bool:
    try:
        return httpx.get(f"{caller.server.url}/v1/health").is_success
    except httpx.TransportError:
        return False

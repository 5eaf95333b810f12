"""Sessions of the scripted agent: what else one can do with them than talk."""

from collections.abc import Iterator

import pytest

from tests.local.agent_caller import Caller, calling, names


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    with calling() as caller:
        yield caller


def test_sessions_are_found_by_their_title_newest_first(caller: Caller) -> None:
    first, second = caller.new_session("Needle one"), caller.new_session("needle two")
    found = caller.get("/v1/sessions?search=needle")
    assert [session["id"] for session in found["sessions"]] == [second.id, first.id]
    assert caller.get("/v1/sessions?search=needle&limit=1&offset=1")["total"] == 1


def test_a_deleted_session_still_answers_but_is_not_listed(caller: Caller) -> None:
    chat = caller.new_session("to be deleted")
    assert caller.call("DELETE", chat.path).status_code == 204
    assert caller.get("/v1/sessions?search=to%20be%20deleted")["total"] == 0
    assert caller.get("/v1/sessions?search=to%20be%20deleted&status=DELETED")["total"] == 1
    assert names(chat.until_over(chat.say("hello")))[-1] == "run_completed"


def test_deleting_a_session_cancels_its_run(caller: Caller) -> None:
    chat = caller.new_session()
    tool = {"name": "stakpak__run_command", "arguments": {"command": "sleep 10000"}}
    run_id = chat.script({"tools": [tool]}, auto_approve="all")
    chat.until("tool_execution_started")
    caller.call("DELETE", chat.path)
    assert chat.until_over(run_id)[-1][1]["stop_reason"] == "cancelled"


def test_a_title_can_be_changed(caller: Caller) -> None:
    chat = caller.new_session("old")
    answer = caller.call("PATCH", chat.path, {"title": "new"}).json()
    assert answer["session"]["title"] == "new"


def test_the_history_comes_in_pages(caller: Caller) -> None:
    chat = caller.new_session()
    chat.until_over(chat.say("hello"))
    chat.history(3)
    page = caller.get(f"{chat.path}/messages?limit=1&offset=1")
    assert (len(page["messages"]), page["total"]) == (1, 3)
    assert page["messages"][0]["role"] == "user"


@pytest.mark.parametrize("query", ["limit=x", "offset=-1"])
def test_a_bad_query_is_refused_in_plain_text(caller: Caller, query: str) -> None:
    answer = caller.call("GET", f"{caller.new_session().path}/messages?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"message": {"role": "robot", "content": "x"}}, id="unknown role"),
        pytest.param({"message": {"role": "user"}}, id="no content"),
        pytest.param({"message": "x"}, id="no map"),
        pytest.param({"message": {"role": "user", "content": "x"}, "run_id": "x"}, id="no uuid"),
        pytest.param({"message": {"role": "user", "content": "x"}, "type": "x"}, id="bad type"),
    ],
)
def test_a_misshapen_message_is_refused_in_plain_text(caller: Caller, body: object) -> None:
    answer = caller.new_session().post("messages", body)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/plain")


def test_while_a_run_starts_no_command_reaches_it() -> None:
    with calling(starting_seconds=60) as caller:
        chat = caller.new_session()
        run_id = chat.say("hello")
        assert chat.status == {"state": "starting", "run_id": run_id}
        answer = chat.post("cancel", {"run_id": run_id})
        assert answer.json()["code"] == "session_already_running"


def test_a_settling_run_refuses_the_next_message_after_its_end() -> None:
    with calling(settling_seconds=60) as caller:
        chat = caller.new_session()
        chat.until_over(chat.say("hello"))
        body = {"message": {"role": "user", "content": "next"}}
        assert chat.post("messages", body).json()["code"] == "session_already_running"


def test_the_last_message_can_lag_behind_the_end() -> None:
    with calling(checkpoint_lag_seconds=60, checkpoint_seconds=100_000) as caller:
        chat = caller.new_session()
        chat.until_over(chat.say("hello"))
        assert [message["role"] for message in chat.history()] == ["system", "user"]


def test_no_answer_leaves_no_message(caller: Caller) -> None:
    chat = caller.new_session()
    chat.until_over(chat.say("empty"))
    chat.until_over(chat.say("hello"))
    roles = [message["role"] for message in chat.history(4)]
    assert roles == ["system", "user", "user", "assistant"]


def test_the_model_can_be_switched_for_an_active_run_only(caller: Caller) -> None:
    chat = caller.new_session()
    run_id = chat.script({"sleep": 60})
    body = {"run_id": run_id, "model": "offline/other"}
    chat.until("run_started")
    assert chat.post("model", body).json() == {"accepted": True, **body}
    chat.until_over(run_id)
    assert chat.post("model", body).json()["code"] == "session_not_running"


def test_a_system_prompt_counts_on_the_first_run_only(caller: Caller) -> None:
    chat = caller.new_session()
    for prompt in ("Be brief.", "Be long."):
        chat.until_over(chat.say("hello", overrides={"system_prompt": prompt}))
    assert chat.history()[0] == {"role": "system", "content": "Be brief."}


def test_a_call_cut_by_a_restart_is_gone_from_the_next_runs_history(caller: Caller) -> None:
    chat = caller.new_session()
    tool = {"name": "stakpak__run_command", "arguments": {"command": "sleep 100000"}}
    chat.script({"text": "looking", "tools": [tool]}, auto_approve="all")
    assert [part["type"] for part in chat.history(3)[2]["content"]] == ["text", "tool_call"]
    caller.control("restart")
    assert len(chat.history(3)[2]["content"]) == 2
    chat.until_over(chat.say("hello"))
    assert chat.history(4)[2]["content"] == [{"type": "text", "text": "looking"}]

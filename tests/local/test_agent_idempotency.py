"""Idempotency records of the scripted agent: what is remembered, of whom, and until when."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.local.agent_caller import Caller, Chat, calling


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    with calling() as caller:
        yield caller


@pytest.fixture
def chat(caller: Caller) -> Chat:
    return caller.new_session()


def message(text: str, **rest: Any) -> dict[str, Any]:
    return {"message": {"role": "user", "content": text}, **rest}


def test_of_six_twins_one_starts_a_run_and_five_are_told_that_one_runs() -> None:
    body = message('SCRIPT=[{"sleep": 1000}]')
    with calling(post_seconds=1.0) as caller, ThreadPoolExecutor(6) as threads:
        chat = caller.new_session()
        answers = list(threads.map(lambda _: chat.post("messages", body, "twin"), range(6)))
    codes = sorted(answer.json().get("code", "") for answer in answers)
    assert codes == ["", *["session_already_running"] * 5]


def test_a_replay_after_the_end_answers_the_old_run(chat: Chat) -> None:
    first = chat.post("messages", message("hello"), "again").json()
    chat.until_over(first["run_id"])
    assert chat.post("messages", message("hello"), "again").json() == first
    assert chat.status == {"state": "idle"}


def test_nulls_unknown_fields_and_order_make_no_other_body(chat: Chat) -> None:
    first = chat.post("messages", message("hello"), "same").json()
    body = {"run_id": None, "what": 1, **message("hello"), "type": "message"}
    assert chat.post("messages", body, "same").json() == first


def test_what_failed_is_not_remembered(chat: Chat) -> None:
    refused = chat.post("messages", message("hello", overrides={"max_turns": 0}), "k")
    assert refused.status_code == 400
    assert chat.post("messages", message("hello"), "k").status_code == 200


def test_the_alias_shares_the_keys(chat: Chat) -> None:
    tool = '{"name": "stakpak__run_command", "arguments": {}}'
    run_id = chat.say(f'SCRIPT=[{{"tools": [{tool}]}}]', overrides={"auto_approve": "none"})
    chat.until("waiting_for_tool_approval")
    first = {"run_id": run_id, "decisions": {"call_9_9": {"action": "accept"}}}
    other = {"run_id": run_id, "decisions": {"call_9_9": {"action": "reject"}}}
    assert chat.post("tools/decisions", first, "d").status_code == 200
    assert chat.post("tools/resolve", first, "d").status_code == 200
    assert chat.post("tools/resolve", other, "d").json()["code"] == "idempotency_key_reused"


def test_another_session_has_other_keys(caller: Caller, chat: Chat) -> None:
    other = caller.new_session()
    first = chat.post("messages", message("hello"), "k").json()
    assert other.post("messages", message("hello"), "k").json() != first

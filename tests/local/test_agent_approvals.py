"""Tool batches of the scripted agent: what the recordings do not show of the decision rules."""

from collections.abc import Iterator

import pytest

from local.agent.policy import AutoApprove, policy
from local.agent.script import ScriptedTool
from local.agent.tools import ToolCall
from tests.local.agent_caller import Caller, Chat, calling, names, one


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    with calling() as caller:
        yield caller


@pytest.fixture
def chat(caller: Caller) -> Chat:
    return caller.new_session()


def run(command: str) -> dict[str, object]:
    return {"name": "stakpak__run_command", "arguments": {"command": command}}


VIEW = {"name": "stakpak__view", "arguments": {"path": "/etc/hostname"}}
WAITING = "waiting_for_tool_approval"


def test_cancel_alone_does_not_wake_a_waiting_run(chat: Chat) -> None:
    run_id = chat.script({"tools": [run("echo 1")]}, auto_approve="none")
    before = len(chat.until(WAITING))
    chat.cancel(run_id)
    assert chat.status == {"state": "running", "run_id": run_id}
    assert chat.newest_event == before


def test_any_command_after_cancel_ends_a_waiting_run(chat: Chat) -> None:
    run_id = chat.script({"tools": [run("echo 1"), run("echo 2")]}, auto_approve="none")
    chat.until(WAITING)
    chat.cancel(run_id)
    chat.say("whatever", type="follow_up", run_id=run_id)
    events = chat.until_over(run_id)
    assert names(events)[-4:] == [
        "tool_execution_completed",
        "tool_execution_completed",
        "turn_completed",
        "run_completed",
    ]
    assert one(events, "run_completed")["stop_reason"] == "cancelled"


def test_cancel_during_a_tool_cancels_the_rest_of_the_batch(chat: Chat) -> None:
    tools = [run("sleep 1000"), run("echo 2")]
    run_id = chat.script({"tools": tools}, auto_approve="all")
    chat.until("tool_execution_started")
    chat.cancel(run_id)
    results = [
        data["result"]
        for name, data in chat.until_over(run_id)
        if name.endswith("n_completed") and "result" in data
    ]
    assert results == ["TOOL_CALL_CANCELLED"] * 2


def test_cancel_does_not_interrupt_the_model(chat: Chat) -> None:
    run_id = chat.script({"sleep": 40, "text": "late"})
    chat.until("turn_started")
    chat.cancel(run_id)
    events = chat.until_over(run_id)
    assert one(events, "text_complete")["text"] == "late"
    assert one(events, "run_completed")["stop_reason"] == "completed"


def test_a_follow_up_does_not_release_an_approval(chat: Chat) -> None:
    run_id = chat.script({"tools": [run("echo 1")]}, {"text": "first"}, auto_approve="none")
    before = len(chat.until(WAITING))
    chat.say("and then?", type="follow_up", run_id=run_id)
    assert chat.status["state"] == "running"
    assert chat.newest_event == before
    chat.decide(run_id, call_2_0="accept")
    events = chat.until_over(run_id)
    assert one(events, "run_completed")["total_turns"] == 3
    assert "and then?" in [message["content"] for message in chat.history(7)]


def test_steering_during_the_last_model_call_is_never_read(chat: Chat) -> None:
    run_id = chat.script({"sleep": 40, "text": "the answer"})
    chat.until("turn_started")
    chat.say("stop", type="steering", run_id=run_id)
    assert one(chat.until_over(run_id), "run_completed")["total_turns"] == 1
    assert "stop" not in [message["content"] for message in chat.history(3)]


def test_steering_during_a_tool_skips_the_rest(chat: Chat) -> None:
    run_id = chat.script({"tools": [run("sleep 40"), run("echo 2")]}, auto_approve="all")
    chat.until("tool_execution_started")
    chat.say("never mind", type="steering", run_id=run_id)
    events = chat.until_over(run_id)
    assert one(events, "tool_rejected")["reason"] == "Skipped due to steering update"
    assert one(events, "tool_execution_completed")["tool_call_id"] == "call_2_0"


def test_a_decision_before_the_proposal_counts(chat: Chat) -> None:
    run_id = chat.script({"sleep": 40, "tools": [run("echo 1")]}, auto_approve="none")
    chat.until("turn_started")
    chat.decide(run_id, call_2_0="accept")
    assert "tool_execution_started" in names(chat.until_over(run_id))


def test_a_decision_for_an_unknown_call_is_harmless(chat: Chat) -> None:
    run_id = chat.script({"tools": [run("echo 1")]}, auto_approve="none")
    chat.until(WAITING)
    chat.decide(run_id, call_99_0="reject")
    chat.decide(run_id, call_2_0="accept")
    assert one(chat.until_over(run_id), "run_completed")["stop_reason"] == "completed"


def test_repeating_a_decision_for_an_undispatched_call_is_harmless(chat: Chat) -> None:
    run_id = chat.script({"tools": [run("echo 1"), run("echo 2")]}, auto_approve="none")
    chat.until(WAITING)
    chat.decide(run_id, call_2_1="reject")
    chat.decide(run_id, call_2_1="reject")
    chat.decide(run_id, call_2_0="accept")
    assert one(chat.until_over(run_id), "run_completed")["stop_reason"] == "completed"


def test_a_late_decision_for_an_executed_call_kills_the_run_without_a_word(chat: Chat) -> None:
    run_id = chat.script({"tools": [VIEW, run("echo 2")]})
    before = len(chat.until("tool_execution_completed"))
    chat.decide(run_id, call_2_0="accept")
    chat.until_state("failed")
    assert chat.newest_event == before


def test_a_decision_for_an_executed_call_is_parked_while_another_executes(chat: Chat) -> None:
    run_id = chat.script({"tools": [VIEW, run("sleep 40"), VIEW]}, auto_approve="all")
    chat.until("tool_execution_started", times=2)
    chat.decide(run_id, call_2_0="accept")
    assert one(chat.until_over(run_id), "run_completed")["stop_reason"] == "completed"


def test_a_failed_session_takes_the_next_message(chat: Chat) -> None:
    run_id = chat.script({"tools": [VIEW, run("echo 2")]})
    chat.until("tool_execution_completed")
    chat.decide(run_id, call_2_0="accept")
    chat.until_state("failed")
    again = chat.say("hello")
    assert names(chat.until_over(again))[-1] == "run_completed"


def test_the_reason_of_a_reject_never_reaches_the_model(chat: Chat) -> None:
    run_id = chat.script({"tools": [run("echo 1")]}, auto_approve="none")
    chat.until(WAITING)
    decision = {"run_id": run_id, "action": "reject", "content": "too dangerous"}
    chat.post("tools/call_2_0/decision", decision).raise_for_status()
    chat.until_over(run_id)
    assert chat.history(5)[3]["content"][0]["content"] == "Tool call rejected by user"


def test_a_custom_result_needs_content(chat: Chat) -> None:
    run_id = chat.script({"tools": [run("echo 1")]}, auto_approve="none")
    chat.until(WAITING)
    body = {"run_id": run_id, "action": "custom_result"}
    answer = chat.post("tools/call_2_0/decision", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("override", "tool", "command", "approved"),
    [
        pytest.param(None, "stakpak__view", "", True, id="server: read-only"),
        pytest.param(None, "stakpak__run_command", "ls", False, id="server: everything else"),
        pytest.param("ALL", "stakpak__run_command", "rm -rf /", True, id="all, in any case"),
        pytest.param("none", "stakpak__view", "", False, id="none"),
        pytest.param("some", "stakpak__view", "", True, id="other words are the server's policy"),
        pytest.param(["view"], "stakpak__view", "", True, id="listed"),
        pytest.param(["stakpak__view"], "view", "", True, id="listed with its server"),
        pytest.param(["view"], "other__server__view", "", False, id="only the first prefix goes"),
        pytest.param(["run_command::git"], "stakpak__run_command", "git log", True, id="rule"),
        pytest.param(["run_command::git::log"], "run_command", "git push", False, id="finer rule"),
        pytest.param(["run_command::git"], "run_command", "gitk", False, id="whole words"),
    ],
)
def test_the_server_approves(
    override: AutoApprove, tool: str, command: str, approved: bool
) -> None:
    call = ToolCall("call_1", ScriptedTool(tool, {"command": command}))
    assert policy(override).approves(call) is approved

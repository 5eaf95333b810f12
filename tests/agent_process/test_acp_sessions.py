"""How a session with an ACP agent begins, and how one goes on."""

import json
from typing import Any

import pytest

from parley.core.tasks.heard import Offered, Said, Stop, Used
from tests.agent_process.acting import Stage

RECALL = {"recall": True}


@pytest.mark.parametrize("resume", [False, True], ids=["load", "resume"])
def test_a_session_goes_on_in_another_process(stage: Stage, resume: bool) -> None:
    first = stage.play({"say": "First."})
    second = stage.play(
        RECALL, manner={"resume": resume}, resume=first.end.session, earlier="Once upon a time"
    )

    assert second.end.session == first.end.session
    assert json.loads(second.text) == ['SCRIPT=[{"say": "First."}]']


def test_history_that_is_told_again_is_not_heard(stage: Stage) -> None:
    first = stage.play({"say": "First."})
    second = stage.play({"say": "Second."}, resume=first.end.session)

    assert second.of(Said) == [Said("Second.", "m1")]
    assert len(second.of(Offered)) == 1


@pytest.mark.parametrize("manner", [{"load": False}, {}], ids=["it-cannot-load", "it-is-unknown"])
def test_a_session_that_cannot_go_on_is_told_in_words(
    stage: Stage, manner: dict[str, object]
) -> None:
    first = stage.play(RECALL, manner=manner, resume="stub-gone", earlier="Once upon a time.")
    second = stage.play(RECALL, resume=first.end.session)

    assert first.end.stop is Stop.DONE
    assert first.end.session not in ("", "stub-gone")
    assert json.loads(second.text)[0].startswith("Once upon a time.\n\nSCRIPT=")


def test_a_session_that_fails_once_it_goes_on_is_told_in_words(stage: Stage) -> None:
    first = stage.play({"say": "First."})
    second = stage.play(
        RECALL, manner={"rooted": True}, resume=first.end.session, earlier="Once upon a time."
    )
    third = stage.play(RECALL, resume=second.end.session)

    assert second.end.stop is Stop.DONE
    assert second.end.session != first.end.session
    assert json.loads(third.text)[0].startswith("Once upon a time.\n\nSCRIPT=")


def test_a_session_that_worked_before_it_failed_is_not_begun_anew(stage: Stage) -> None:
    first = stage.play({"say": "First."})
    fails = {"fail": {"code": -32603, "message": "no more"}}
    second = stage.play({"say": "Second."}, fails, resume=first.end.session, earlier="Once.")

    assert second.end.stop is Stop.FAILED
    assert second.end.session == first.end.session
    assert second.text == "Second."


def test_a_new_session_without_a_past_is_told_none(stage: Stage) -> None:
    first = stage.play({"say": "a"})

    assert json.loads(stage.play(RECALL, resume=first.end.session).text)[0].startswith("SCRIPT=")


def test_what_a_session_cost_before_is_not_the_tasks(stage: Stage) -> None:
    first = stage.play({"usage": {"amount": 0.5}})
    second = stage.play({"usage": {"amount": 0.25}}, resume=first.end.session)

    assert [each.amount for each in second.of(Used)] == [0.25]


def test_what_a_session_costs_is_unknown_where_its_past_is(stage: Stage) -> None:
    first = stage.play({"usage": {"amount": 0.5}})
    second = stage.play(
        {"usage": {"amount": 0.25}}, manner={"costs": False}, resume=first.end.session
    )

    assert second.of(Used) == []


def test_a_login_is_only_made_where_it_is_wanted(stage: Stage) -> None:
    played = stage.play({"say": "a"}, manner={"login": "api-key"})

    assert (played.text, played.end.stop) == ("a", Stop.DONE)


def test_a_login_that_needs_a_person_is_told(stage: Stage) -> None:
    stage.argv = [*stage.argv[:1], "-c", _WANTS_LOGIN]
    end = stage.play({"say": "a"}).end

    assert end.stop is Stop.FAILED
    assert "wants a login" in end.reason


_WANTS_LOGIN = """
import json, sys
for line in sys.stdin:
    m = json.loads(line)
    if m["method"] == "initialize":
        ways = [{"id": "browser"}, {"id": "window", "type": "terminal"}]
        answer = {"result": {"protocolVersion": 1, "authMethods": ways}}
    elif m["method"] == "authenticate" and m["params"]["methodId"] == "browser":
        answer = {"error": {"code": -32603, "message": "no browser"}}
    else:
        answer = {"error": {"code": -32000, "message": "Authentication required"}}
    print(json.dumps({"jsonrpc": "2.0", "id": m["id"], **answer}), flush=True)
"""


def test_another_version_of_the_protocol_is_told(stage: Stage) -> None:
    end = stage.play({"say": "a"}, manner={"version": 2}).end

    assert (end.stop, end.reason) == (
        Stop.FAILED,
        "It speaks version 2 of the protocol, not 1",
    )


@pytest.mark.parametrize(
    ("asked", "legacy"),
    [("stub/large", False), ("STUB/LARGE", False), ("large", False), ("stub/large", True)],
    ids=["value", "capitals", "name", "older-fields"],
)
def test_a_model_is_chosen(stage: Stage, asked: str, legacy: bool) -> None:
    played = stage.play({"chosen": "model"}, manner={"legacy": legacy}, model=asked)

    assert played.text == "stub/large"


@pytest.mark.parametrize("legacy", [False, True], ids=["options", "fields"])
def test_a_mode_is_chosen(stage: Stage, legacy: bool) -> None:
    assert stage.play({"chosen": "mode"}, manner={"legacy": legacy}, mode="plan").text == "plan"


def test_a_thinking_option_that_hangs_on_the_model_is_chosen_behind_it(stage: Stage) -> None:
    assert stage.play({"chosen": "effort"}, model="stub/large", thinking="high").text == "high"


@pytest.mark.parametrize(
    ("manner", "asked", "words"),
    [
        ({}, {"model": "gpt"}, "no model `gpt`. It has: `stub/small`, `stub/large`"),
        ({"legacy": True}, {"mode": "ask"}, "no mode `ask`. It has: `build`, `plan`"),
        ({}, {"thinking": "high"}, "no thinking option `high`. It has: `low`"),
        ({"legacy": True}, {"thinking": "low"}, "thinking option can't be chosen"),
        ({"refuses": True}, {"mode": "plan"}, "It refused `plan`: no such value. It has: `build`"),
        ({"no_options": True}, {"model": "gpt"}, "model can't be chosen"),
    ],
    ids=["model", "mode", "thinking", "legacy-thinking", "refused", "nothing-to-choose"],
)
def test_a_value_that_it_does_not_have_ends_the_task_with_those_it_has(
    stage: Stage, manner: dict[str, object], asked: dict[str, Any], words: str
) -> None:
    played = stage.play({"write": {"path": "a"}}, manner=manner, **asked)

    assert played.end.stop is Stop.UNFIT
    assert words in played.end.reason
    assert list(stage.tree.iterdir()) == []


def test_a_login_that_nobody_answers_is_given_up(stage: Stage) -> None:
    stage.argv = [*stage.argv[:1], "-c", _ANSWERS_ONE_LOGIN]
    played = stage.play({"say": "a"}, pace=100, stall_seconds=6_000.0)

    assert played.end.stop is Stop.DONE
    assert (stage.tree / "cancelled").read_text() == "3"


_ANSWERS_ONE_LOGIN = """
import json, sys
def send(**body):
    print(json.dumps({"jsonrpc": "2.0", "id": m["id"], **body}), flush=True)
logged_in = False
for line in sys.stdin:
    m = json.loads(line)
    match m["method"]:
        case "initialize":
            ways = [{"id": "browser"}, {"id": "file"}]
            send(result={"protocolVersion": 1, "authMethods": ways})
        case "session/new" if not logged_in:
            send(error={"code": -32000, "message": "Authentication required"})
        case "authenticate" if m["params"]["methodId"] == "file":
            logged_in = True
            send(result={})
        case "session/new":
            send(result={"sessionId": "s"})
        case "session/prompt":
            send(result={"stopReason": "end_turn"})
        case "$/cancel_request":
            open("cancelled", "w").write(str(m["params"]["requestId"]))
"""

"""A run of opencode 1.18.33 was recorded, with a scripted model behind it."""

import json
from pathlib import Path

import pytest

from parley.adapters.agent_process.parsers.opencode import OpencodeParser
from parley.adapters.agent_process.parsers.parser import DONE, Verdict
from parley.core.tasks.heard import Planned, Said, Stop, Thought, ToolSeen, Used
from tests.agent_process.lines import read

RECORDED = Path(__file__).parent / "recorded/opencode.jsonl"


@pytest.fixture
def opencode() -> OpencodeParser:
    return OpencodeParser()


def test_a_recorded_run_of_opencode_is_understood(opencode: OpencodeParser) -> None:
    heard = read(opencode, *RECORDED.read_text().splitlines())

    assert [each.text for each in heard if isinstance(each, Said)] == ["All done"]
    assert Thought("I will write ") in heard
    assert [(t.title, t.kind, t.status) for t in heard if isinstance(t, ToolSeen)] == [
        ("write: b.txt", "edit", "completed"),
        ("edit: a.txt", "edit", "completed"),
        ("bash: echo hi; exit 3", "execute", "completed"),
    ]
    assert opencode.verdict == DONE
    assert opencode.session.startswith("ses_")


def test_opencode_tells_what_a_tool_was_given_and_where_it_worked(opencode: OpencodeParser) -> None:
    heard = read(opencode, *RECORDED.read_text().splitlines())
    wrote = next(each for each in heard if isinstance(each, ToolSeen))

    assert json.loads(wrote.given or "") == {"filePath": "b.txt", "content": "beta\n"}
    assert (wrote.output, wrote.paths) == ("Wrote file successfully.", ("/task/tree/b.txt",))


def test_opencode_counts_tokens_by_step_and_money_in_all(opencode: OpencodeParser) -> None:
    heard = read(opencode, *RECORDED.read_text().splitlines())
    used = [each for each in heard if isinstance(each, Used)]

    assert [each.tokens for each in used] == [150] * 4
    assert used[-1].amount == pytest.approx(0.0008)
    assert not used[-1].cumulative


def opencode_step(reason: str, **part: object) -> object:
    return {"type": "step_finish", "part": {"reason": reason, **part}}


def test_opencode_without_a_price_has_an_unknown_cost(opencode: OpencodeParser) -> None:
    tokens = {"input": 5, "output": 2, "reasoning": 1, "cache": {"read": 10, "write": 0}}

    assert read(opencode, opencode_step("stop", cost=0, tokens=tokens)) == [Used(18)]


def test_opencode_that_counts_nothing_has_used_what_nobody_knows(opencode: OpencodeParser) -> None:
    tokens = {"total": 0, "input": 0, "output": 0}

    assert read(opencode, opencode_step("stop", cost=0, tokens=tokens)) == []


@pytest.mark.parametrize(
    ("events", "stop"),
    [
        ([opencode_step("stop")], Stop.DONE),
        ([opencode_step("tool-calls")], Stop.FAILED),
        ([opencode_step("stop"), {"type": "step_start"}], Stop.FAILED),
        ([opencode_step("length")], Stop.LIMIT),
        ([opencode_step("content-filter")], Stop.REFUSED),
        ([opencode_step("unknown")], Stop.DONE),
        ([{"type": "error", "error": {"name": "X"}}, opencode_step("stop")], Stop.DONE),
        ([opencode_step("stop"), {"type": "error", "error": {"name": "X"}}], Stop.FAILED),
    ],
    ids=["stop", "in the middle", "begun anew", "length", "filter", "unknown", "mended", "error"],
)
def test_how_opencode_ended(opencode: OpencodeParser, events: list[object], stop: Stop) -> None:
    read(opencode, *events)

    assert opencode.verdict.stop is stop


def test_opencode_says_why_it_failed(opencode: OpencodeParser) -> None:
    error = {"name": "APIError", "data": {"message": "No credit", "statusCode": 402}}
    read(opencode, {"type": "error", "sessionID": "ses_1", "error": error})

    assert opencode.verdict == Verdict(Stop.FAILED, "No credit")
    assert opencode.session == "ses_1"


def test_a_tool_of_opencode_that_failed_has_its_error(opencode: OpencodeParser) -> None:
    state = {"status": "error", "error": "No such file", "input": {"filePath": "x"}}
    event = {"type": "tool_use", "part": {"tool": "read", "callID": "c", "state": state}}

    assert read(opencode, event) == [
        ToolSeen("c", "read", "read", "failed", '{"filePath": "x"}', "No such file", ("x",))
    ]


def test_opencodes_list_of_things_to_do_is_its_plan(opencode: OpencodeParser) -> None:
    todos = [{"content": "one", "status": "completed"}, {"content": "two"}, {"content": ""}]
    part = {"tool": "todowrite", "callID": "c", "state": {"input": {"todos": todos}}}

    assert Planned(("one", "two")) in read(opencode, {"type": "tool_use", "part": part})


def test_opencode_complains_of_a_mode_that_it_does_not_have(opencode: OpencodeParser) -> None:
    found = opencode.complaint('! agent "nope" not found. Falling back to default agent')

    assert found == Verdict(Stop.UNFIT, 'opencode says: agent "nope" not found')
    assert opencode.complaint("downloading") is None

"""What holds for every agent's lines."""

import json
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.adapters.agent_process.parsers.choice import parser_for
from parley.adapters.agent_process.parsers.fields import LONGEST
from parley.adapters.agent_process.parsers.parser import DONE, SILENT, Verdict
from parley.adapters.agent_process.verdicts import conclude
from parley.core.tasks.coding_agent import Output
from parley.core.tasks.heard import Said, Stop, ToolSeen
from tests.agent_process.lines import read
from tests.properties import PROPERTY

JSON_OUTPUTS = [Output.OPENCODE, Output.CLAUDE, Output.CODEX]


@pytest.mark.parametrize("output", JSON_OUTPUTS)
def test_what_is_no_json_is_text(output: Output) -> None:
    parser = parser_for(output)

    assert read(parser, "Hello", "", "[1]", '{"type": "te') == [
        Said("Hello\n"),
        Said("[1]\n"),
        Said('{"type": "te\n'),
    ]


@pytest.mark.parametrize("output", JSON_OUTPUTS)
def test_what_a_tool_wrote_has_a_limit(output: Output) -> None:
    long = "x" * (LONGEST + 1)
    events: list[object] = [
        {"type": "tool_use", "part": {"state": {"output": long}}},
        {"type": "user", "message": {"content": [{"type": "tool_result", "content": long}]}},
        {
            "type": "item.completed",
            "item": {"type": "command_execution", "aggregated_output": long},
        },
    ]
    seen = [each for each in read(parser_for(output), *events) if isinstance(each, ToolSeen)]

    assert [len(each.output or "") for each in seen] == [LONGEST]


KEYS = st.sampled_from(
    [
        "type",
        "part",
        "item",
        "message",
        "content",
        "state",
        "input",
        "usage",
        "delta",
        "event",
        "error",
        "result",
        "id",
        "text",
        "status",
        "todos",
        "tokens",
        "subtype",
        "errors",
        "changes",
    ]
)
WORDS = st.sampled_from(
    [
        "text",
        "tool_use",
        "step_finish",
        "error",
        "assistant",
        "user",
        "result",
        "stream_event",
        "item.completed",
        "turn.failed",
        "todo_list",
        "file_change",
        "tool_result",
        "\ud800",
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)
EVENTS = st.lists(st.dictionaries(KEYS, ANYTHING, max_size=6), max_size=4)


@PROPERTY
@given(st.sampled_from(JSON_OUTPUTS), EVENTS)
def test_no_line_is_too_strange(output: Output, events: list[object]) -> None:
    parser = parser_for(output)
    for heard in read(parser, *events):
        json.dumps(asdict(heard), ensure_ascii=False).encode()  # half a character can't be stored

    assert parser.verdict.stop in Stop


@pytest.mark.parametrize("output", JSON_OUTPUTS)
def test_depth_does_not_break_a_parser(output: Output) -> None:
    deep = '{"type":' + "[" * 100_000

    assert read(parser_for(output), deep) == [Said(deep + "\n")]


@pytest.mark.parametrize(
    ("said", "status", "aside", "stop", "reason"),
    [
        (DONE, 0, "", Stop.DONE, ""),
        (DONE, 2, "", Stop.FAILED, "It ended with exit status 2"),
        (DONE, -9, "", Stop.CRASHED, "It was ended by signal 9 (SIGKILL)"),
        (DONE, -200, "", Stop.CRASHED, "It was ended by signal 200"),
        (SILENT, 1, "no key", Stop.FAILED, "It ended with exit status 1: no key"),
        (Verdict(Stop.FAILED, "No credit"), 1, "trace", Stop.FAILED, "No credit"),
        (Verdict(Stop.LIMIT, "Too long"), 0, "", Stop.LIMIT, "Too long"),
    ],
)
def test_what_it_said_and_its_exit_status_are_one_end(
    said: Verdict, status: int, aside: str, stop: Stop, reason: str
) -> None:
    assert conclude(said, status, aside) == Verdict(stop, reason)

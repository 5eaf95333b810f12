"""Lines of Codex, by its documentation."""

import pytest

from parley.adapters.agent_process.parsers.codex import CodexParser
from parley.adapters.agent_process.parsers.parser import DONE, SILENT, Verdict
from parley.core.tasks.heard import Heard, Planned, Said, Stop, Thought, ToolSeen, Used
from tests.agent_process.lines import read


@pytest.fixture
def codex() -> CodexParser:
    return CodexParser()


def codex_item(kind: str, when: str = "completed", **item: object) -> object:
    return {"type": f"item.{when}", "item": {"id": "i1", "type": kind, **item}}


def test_a_run_of_codex_is_understood(codex: CodexParser) -> None:
    heard = read(
        codex,
        {"type": "thread.started", "thread_id": "t-1"},
        {"type": "turn.started"},
        codex_item("reasoning", text="Hm"),
        codex_item("command_execution", "started", command="ls", status="in_progress"),
        codex_item("command_execution", command="ls", aggregated_output="a\n", status="completed"),
        codex_item("agent_message", text="Done"),
        {"type": "turn.completed", "usage": {"input_tokens": 10, "output_tokens": 5}},
    )

    assert heard == [
        Thought("Hm"),
        ToolSeen("i1", "ls", "execute", "in_progress", '{"command": "ls"}'),
        ToolSeen("i1", "ls", "execute", "completed", '{"command": "ls"}', "a\n"),
        Said("Done", "i1"),
        Used(15, cumulative=True),
    ]
    assert (codex.session, codex.verdict) == ("t-1", DONE)


@pytest.mark.parametrize(
    ("item", "seen"),
    [
        (
            codex_item("file_change", changes=[{"path": "a"}, {"path": "b"}], status="completed"),
            ToolSeen(
                "i1",
                "change: a, b",
                "edit",
                "completed",
                '[{"path": "a"}, {"path": "b"}]',
                paths=("a", "b"),
            ),
        ),
        (
            codex_item("mcp_tool_call", server="s", tool="t", error={"message": "no"}),
            ToolSeen("i1", "s: t", "other", "in_progress", output="no"),
        ),
        (
            codex_item("web_search", query="words"),
            ToolSeen("i1", "search: words", "fetch", "completed"),
        ),
        (
            codex_item("command_execution", command="rm", status="declined"),
            ToolSeen("i1", "rm", "execute", "failed", '{"command": "rm"}'),
        ),
        (
            codex_item("todo_list", "updated", items=[{"text": "one"}, {"text": "two"}]),
            Planned(("one", "two")),
        ),
    ],
    ids=["files", "another server's tool", "search", "declined", "plan"],
)
def test_what_codex_does(codex: CodexParser, item: object, seen: Heard) -> None:
    assert read(codex, item) == [seen]


@pytest.mark.parametrize(
    ("events", "verdict"),
    [
        ([{"type": "turn.failed", "error": {"message": "no"}}], Verdict(Stop.FAILED, "no")),
        ([{"type": "error", "message": "lost"}], Verdict(Stop.FAILED, "lost")),
        ([{"type": "error", "message": "lost"}, {"type": "turn.completed"}], DONE),
        ([{"type": "turn.started"}], SILENT),
    ],
    ids=["failed", "an error", "a connection that came back", "nothing"],
)
def test_how_codex_ended(codex: CodexParser, events: list[object], verdict: Verdict) -> None:
    read(codex, *events)

    assert codex.verdict == verdict

"""Lines of Claude Code, by its documentation."""

import pytest

from parley.adapters.agent_process.parsers.claude import ClaudeParser
from parley.adapters.agent_process.parsers.parser import DONE, Verdict
from parley.core.tasks.coding_agent import ChatCommand
from parley.core.tasks.heard import Offered, Planned, Said, Stop, Thought, ToolSeen, Used
from tests.agent_process.lines import read


@pytest.fixture
def claude() -> ClaudeParser:
    return ClaudeParser()


def claude_message(*content: object, id: str = "m1", **more: object) -> object:
    return {"type": "assistant", "message": {"id": id, "content": content}, **more}


def test_a_run_of_claude_code_is_understood(claude: ClaudeParser) -> None:
    heard = read(
        claude,
        {"type": "system", "subtype": "init", "session_id": "s1", "slash_commands": ["review"]},
        claude_message({"type": "thinking", "thinking": "Hm"}),
        claude_message({"type": "text", "text": "I write"}),
        claude_message(
            {"type": "tool_use", "id": "t1", "name": "Write", "input": {"file_path": "/x/a"}}
        ),
        {
            "type": "user",
            "message": {
                "content": [
                    {
                        "type": "tool_result",
                        "tool_use_id": "t1",
                        "content": [{"type": "text", "text": "written"}],
                    }
                ]
            },
        },
        {"type": "result", "subtype": "success", "is_error": False, "result": "I write"},
    )

    assert heard == [
        Offered((ChatCommand("review"),)),
        Thought("Hm"),
        Said("I write", "m1"),
        ToolSeen(
            "t1", "Write: /x/a", "edit", "in_progress", '{"file_path": "/x/a"}', paths=("/x/a",)
        ),
        ToolSeen("t1", status="completed", output="written"),
    ]
    assert (claude.session, claude.verdict) == ("s1", DONE)


def test_claude_code_in_pieces_says_nothing_twice(claude: ClaudeParser) -> None:
    start = {"type": "message_start", "message": {"id": "m1"}}
    pieces = [
        {"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "Hm"}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Hel"}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "lo"}},
    ]
    heard = read(
        claude,
        *({"type": "stream_event", "event": each} for each in (start, *pieces)),
        claude_message({"type": "thinking", "thinking": "Hm"}, {"type": "text", "text": "Hello"}),
        claude_message({"type": "text", "text": "More"}, id="m2"),
    )

    assert heard == [Thought("Hm"), Said("Hel", "m1"), Said("lo", "m1"), Said("More", "m2")]


def test_what_a_helper_of_claude_code_says_is_no_answer(claude: ClaudeParser) -> None:
    heard = read(
        claude,
        claude_message(
            {"type": "text", "text": "aside"},
            {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "ls"}},
            parent_tool_use_id="t0",
        ),
    )

    assert heard == [
        ToolSeen("t1", "Bash: ls", "execute", "in_progress", '{"command": "ls"}'),
    ]


def test_claude_codes_usage_is_known_before_its_end_and_counted_once(claude: ClaudeParser) -> None:
    usage = {"input_tokens": 10, "output_tokens": 5, "cache_read_input_tokens": 100}
    one = {"id": "m1", "content": [], "usage": usage}
    two = {"id": "m2", "content": [], "usage": usage}
    heard = read(claude, *({"type": "assistant", "message": each} for each in (one, one, two)))

    assert heard[-1] == Used(230, cumulative=True)


def test_claude_codes_last_word_has_the_cost(claude: ClaudeParser) -> None:
    heard = read(
        claude,
        {
            "type": "result",
            "subtype": "success",
            "result": "Done",
            "total_cost_usd": 0.25,
            "usage": {"input_tokens": 10, "output_tokens": 5},
        },
    )

    assert heard == [Said("Done"), Used(15, 0.25, "USD", cumulative=True)]


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        ({"subtype": "success", "stop_reason": "end_turn"}, DONE),
        ({"subtype": "success", "stop_reason": "refusal"}, Stop.REFUSED),
        ({"subtype": "success", "stop_reason": "max_tokens"}, Stop.LIMIT),
        ({"subtype": "error_max_turns", "is_error": True}, Stop.LIMIT),
        ({"subtype": "error_max_budget_usd"}, Stop.LIMIT),
        (
            {"subtype": "success", "is_error": True, "result": "Invalid API key"},
            Verdict(Stop.FAILED, "Invalid API key"),
        ),
        (
            {"subtype": "error_during_execution", "errors": ["a", 1, "b"]},
            Verdict(Stop.FAILED, "a; b"),
        ),
        ({"is_error": True, "errors": 7}, Verdict(Stop.FAILED, "Claude Code failed")),
    ],
)
def test_how_claude_code_ended(
    claude: ClaudeParser, result: dict[str, object], verdict: Verdict | Stop
) -> None:
    read(claude, {"type": "result", **result})

    assert verdict in (claude.verdict, claude.verdict.stop)


def test_claude_codes_list_of_things_to_do_is_its_plan(claude: ClaudeParser) -> None:
    todos = {"todos": [{"content": "one"}, {"content": "two"}]}
    tool = {"type": "tool_use", "id": "t", "name": "TodoWrite", "input": todos}

    assert Planned(("one", "two")) in read(claude, claude_message(tool))


def test_a_tool_of_claude_code_that_failed_is_seen_to(claude: ClaudeParser) -> None:
    block = {"type": "tool_result", "tool_use_id": "t", "content": "no", "is_error": True}

    assert read(claude, {"type": "user", "message": {"content": [block]}}) == [
        ToolSeen("t", status="failed", output="no")
    ]

"""What a tool call would do, in a few lines that nobody can fool."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.core import previews
from parley.core.batch import ToolCall
from parley.core.previews import LEAST, MOST
from tests.properties import PROPERTY


def shown(room: int = MOST, **arguments: Any) -> str:
    return previews.shown(ToolCall("c1", "tool", arguments), room)


@pytest.mark.parametrize(
    ("arguments", "preview"),
    [
        ({"command": "ls -l"}, "```bash\nls -l\n```"),
        ({"cmd": "ls"}, "```bash\nls\n```"),
        ({"script": "one\ntwo\n"}, "```bash\none\ntwo\n```"),
        ({"command": "ls", "host": "db1"}, "```bash\nls\n```\non `db1`"),
        ({"command": "ls", "remote": "u@h"}, "```bash\nls\n```\non `u@h`"),
        ({"command": "ls", "host": 7}, "```bash\nls\n```\non `7`"),
        (
            {"path": "a.py", "old_str": "one\ntwo", "new_str": "1"},
            "`a.py`\n```diff\n- one\n- two\n+ 1\n```",
        ),
        ({"old_str": "one", "new_str": ""}, "```diff\n- one\n+ \n```"),
        ({"path": "a.txt", "file_text": "hello"}, "`a.txt`\n```\nhello\n```"),
        ({"file_path": "a.txt", "content": "hello"}, "`a.txt`\n```\nhello\n```"),
        ({"path": "README.md"}, '```json\n{\n "path": "README.md"\n}\n```'),
        ({"content": "no place"}, '```json\n{\n "content": "no place"\n}\n```'),
        ({"command": "  "}, '```json\n{\n "command": "  "\n}\n```'),
        ({"command": ["ls"]}, '```json\n{\n "command": [\n  "ls"\n ]\n}\n```'),
        ({"old_str": "one", "new_str": 1}, '```json\n{\n "old_str": "one",\n "new_str": 1\n}\n```'),
        ({"text": "grüße"}, '```json\n{\n "text": "grüße"\n}\n```'),
        ({}, "(no arguments)"),
    ],
)
def test_each_kind_of_call(arguments: dict[str, Any], preview: str) -> None:
    assert shown(**arguments) == preview


@pytest.mark.parametrize(
    ("arguments", "preview"),
    [
        (
            {"command": "create", "path": "a.sh", "file_text": "id"},
            '`a.sh`\n```\nid\n```\nwith `{"command": "create"}`',
        ),
        (
            {"command": "ls", "script": "id"},
            '```bash\nls\n```\nwith `{"script": "id"}`',
        ),
        (
            {"command": "ls", "env": {"A": "`b`"}, "timeout": 9},
            """```bash\nls\n```\nwith `{"timeout": 9, "env": {"A": "'b'"}}`""",
        ),
        (
            {"path": ["x"], "file_path": "/etc/hosts", "old_str": "a", "new_str": "b"},
            '`/etc/hosts`\n```diff\n- a\n+ b\n```\nwith `{"path": ["x"]}`',
        ),
        ({"command": "ls", "password": "geheim"}, '```bash\nls\n```\nwith `{"password": "•••"}`'),
    ],
)
def test_no_argument_is_left_out(arguments: dict[str, Any], preview: str) -> None:
    assert shown(**arguments) == preview


@pytest.mark.parametrize(
    ("command", "preview"),
    [
        ("ls \u202egnp.x\u202c", "ls \\u{202e}gnp.x\\u{202c}"),
        ("ls\u200b \u00a0-l", "ls\\u{200b} \\u{a0}-l"),
        ("evil\rls  ", "evil\\u{d}ls  "),
        ("one\r\n\ttwo", "one\n\ttwo"),
        ("echo שלום 👍🏽", "echo שלום 👍🏽"),
    ],
)
def test_what_nobody_sees_is_shown_by_its_number(command: str, preview: str) -> None:
    assert shown(command=command) == f"```bash\n{preview}\n```"


def test_a_path_hides_nothing_either() -> None:
    assert shown(path="a\u202eb", content="x").startswith("`a\\u{202e}b`\n")


def test_a_long_argument_hides_no_short_one() -> None:
    preview = shown(command="ls", description="x" * 5_000, script="id")
    assert '"script": "id"' in preview
    assert "… (+" in preview


def test_a_fence_in_a_command_closes_nothing() -> None:
    assert shown(command="echo '```' > a") == "````bash\necho '```' > a\n````"


def test_backticks_in_a_path_close_nothing() -> None:
    assert shown(path="a`b", content="x").startswith("`a'b`\n")


def test_what_is_cut_says_how_much_is_missing() -> None:
    preview = shown(100, command="x" * 1_000)
    kept = preview.count("x")
    assert f"… (+{1_000 - kept})" in preview
    assert len(preview) <= 100


@pytest.mark.parametrize("room", [LEAST, 100, MOST])
@pytest.mark.parametrize(
    "arguments",
    [
        {"command": "ls", "host": "h" * 900},
        {"command": "c" * 900, "host": "h" * 900, "remote": "r" * 900},
        {"path": "p" * 900, "content": "c" * 900},
        {"path": "p" * 900, "old_str": "o" * 900, "new_str": "n" * 900},
        {"path": "p`" * 100, "content": "`" * 300},
        {"command": "`" * 900},
        {"old_str": "\n" * 900, "new_str": "\n" * 900},
        {"old_str": "o", "new_str": "n\n" * 10},
    ],
    ids=["host", "hosts", "path", "change", "ticks", "fence", "lines", "lines of one side"],
)
def test_no_argument_is_too_long_for_a_preview(arguments: dict[str, Any], room: int) -> None:
    assert len(shown(room, **arguments)) <= room


def test_where_a_command_runs_is_no_markup() -> None:
    assert shown(command="ls", host="db1`\n\n**2 · nothing**") == (
        "```bash\nls\n```\non `db1' **2 · nothing**`"
    )


def test_a_path_is_one_line() -> None:
    assert shown(path="a\n**b**", content="x") == "`a **b**`\n```\nx\n```"


def test_a_very_long_text_is_cut_with_its_whole_count() -> None:
    preview = shown(100, command="x" * 200_000)
    assert len(preview) <= 100
    assert f"… (+{200_000 - preview.count('x')})" in preview


def test_where_not_even_the_count_fits_the_text_is_just_cut() -> None:
    assert previews.first_words(ToolCall("c1", "run", {"command": "make deploy"}), 3) == "mak"


def test_both_sides_of_a_long_change_are_shown() -> None:
    preview = shown(300, path="a.py", old_str="o" * 900, new_str="n" * 900)
    assert preview.count("o") > 50
    assert preview.count("n") > 50


def test_a_short_room_shows_nothing() -> None:
    assert shown(LEAST - 1, command="ls") == ""


def test_secrets_are_masked_in_every_argument() -> None:
    preview = shown(url="https://x", headers={"Authorization": "Bearer abcdefgh1234"}, token="s3cr")
    assert "abcdefgh1234" not in preview
    assert "s3cr" not in preview


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("stakpak__run_command", "run_command"),
        ("view", "view"),
        ("a__b__c", "b__c"),
        ("odd__", "odd__"),
        ("", ""),
        ("a__view**\n\n@here [x](http://y)", "view here x http://y"),
        ("x" * 500, "x" * 80),
    ],
)
def test_a_bare_name_has_no_prefix(name: str, bare: str) -> None:
    assert previews.bare(name) == bare


def test_short_previews_leave_their_room_to_long_ones() -> None:
    calls = [
        ToolCall("c1", "run", {"command": "x" * 2_000}),
        ToolCall("c2", "run", {"command": "ls"}),
    ]
    long, short = previews.shared_out(calls, 600)
    assert short == "```bash\nls\n```"
    assert len(long) > 500
    assert len(long) + len(short) <= 600


def test_where_there_is_no_room_for_all_some_are_only_named() -> None:
    calls = [ToolCall(f"c{at}", "run", {"command": "x" * 500}) for at in range(20)]
    shown = previews.shared_out(calls, 300)
    assert shown[:10] == [""] * 10
    assert any(shown)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"command": "make\n  deploy"}, "make deploy"),
        ({"path": "README.md"}, "README.md"),
        ({"command": "curl -H 'Authorization: Bearer abcdefgh1234'"}, "•••"),
        ({"other": 1}, ""),
    ],
)
def test_the_first_words_of_a_call(arguments: dict[str, Any], words: str) -> None:
    said = previews.first_words(ToolCall("c1", "run", arguments))
    assert words in said
    assert "abcdefgh1234" not in said
    assert "\n" not in said


def test_the_first_words_are_few() -> None:
    assert len(previews.first_words(ToolCall("c1", "run", {"command": "x" * 500}), 40)) <= 40


TICKS_AND_LINES = st.text(alphabet="`\nx ", max_size=300)
ARGUMENTS = st.dictionaries(
    st.sampled_from(
        ["command", "path", "file_text", "old_str", "new_str", "host", "content", "x", "remote"]
    ),
    st.one_of(
        st.text(max_size=300),
        TICKS_AND_LINES,
        st.integers(),
        st.lists(st.text(max_size=20), max_size=3),
    ),
    max_size=5,
)


@PROPERTY
@given(arguments=ARGUMENTS, room=st.integers(0, 2 * MOST))
def test_a_preview_stays_within_its_room(arguments: dict[str, Any], room: int) -> None:
    preview = shown(room, **arguments)
    assert len(preview) <= min(room, MOST)


@PROPERTY
@given(arguments=ARGUMENTS)
def test_nothing_in_a_call_closes_its_fence(arguments: dict[str, Any]) -> None:
    preview = shown(**arguments)
    lines = preview.split("\n")
    fences = [at for at, line in enumerate(lines) if re.match(r"`{3,}", line)]
    if fences:
        fence = re.match(r"`+", lines[fences[0]])
        assert fence is not None
        closing = [line for line in lines[fences[0] + 1 :] if line.startswith(fence.group())]
        assert closing == [fence.group()]


@PROPERTY
@given(
    commands=st.lists(st.text(max_size=400), min_size=1, max_size=8),
    room=st.integers(0, 3_000),
)
def test_all_previews_together_stay_within_the_room(commands: list[str], room: int) -> None:
    calls = [ToolCall(f"c{at}", "run", {"command": each}) for at, each in enumerate(commands)]
    assert sum(map(len, previews.shared_out(calls, room))) <= room

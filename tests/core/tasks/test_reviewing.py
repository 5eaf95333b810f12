"""What a reviewer reads, and what stands there when it is decided."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.core.approval import Button, Style
from parley.core.delivery import Chat, Delivery
from parley.core.limits import DAY
from parley.core.tasks import reviewing
from parley.core.tasks.change import Change, ChangeState
from parley.core.tasks.reviewing import EXCERPT_LINES
from parley.core.tasks.task import ExecutionPath, FileStat, Flag, FlagKind
from tests.core.tasks.builders import NOW, change, snapshot, task
from tests.properties import PROPERTY

ROOM = 1_700  # Discord's, the smallest of the platforms
TASK = task(path=ExecutionPath.ACP, chosen_agent="stub")
PATCH = """diff --git a/a.txt b/a.txt
index 1111111..2222222 100644
--- a/a.txt
+++ b/a.txt
@@ -1 +1 @@
-old
+new
"""


def shown(of: Change | None = None, patch: str = PATCH, room: int = ROOM, **more: Any) -> str:
    return reviewing.review(of or change(), TASK, patch, room, NOW, **more).text


def of(**fields: Any) -> Change:
    return change(snapshot=snapshot(**fields))


def test_a_review() -> None:
    prompt = reviewing.review(change(), TASK, PATCH, ROOM, NOW, filed=True)
    assert prompt.text == (
        "🔍 **Review: 1 file, +1 -1** · `demo` · task `t1`\n"
        "`Task [stub]: fix the test`\n\n"
        "- `a.txt` +1 -1\n\n"
        f"```diff\n{PATCH.rstrip()}\n```\n\n"
        "_Made from_ `aaaaaaaaaaaa` _of_ `main`_._ _The whole patch is in_ `t1.patch`_._\n"
        "_Waits 7 days. Or write_ `/parley apply t1`_,_ `/parley reject t1 reason` _or_ "
        "`/parley revise t1 what to do differently`"
    )
    assert prompt.buttons == (
        Button("Apply", "c:t1:apply", Style.GOOD),
        Button("Reject", "c:t1:reject", Style.BAD),
        Button("Revise", "c:t1:revise"),
    )
    assert (prompt.id, prompt.cut) == ("t1", False)


def test_a_file_is_spoken_of_only_where_there_is_one() -> None:
    assert "t1.patch" not in shown()


def test_commands_are_written_as_the_channel_has_them() -> None:
    elsewhere = Delivery("telegram", "7", Chat.direct(), "telegram:chat:7")
    assert "`/apply t1`" in shown(change(delivery=elsewhere))


def test_what_has_to_be_known_first_comes_first() -> None:
    flags = (
        Flag(FlagKind.BINARY, "logo.png"),
        Flag(FlagKind.WORKFLOW, ".github/workflows/ci.yml"),
        Flag(FlagKind.CREDENTIAL, "key.pem"),
    )
    lines = shown(of(flags=flags, partial=True)).splitlines()
    assert lines[2:6] == [
        "⚠️ **Unfinished: the agent did not come to its end**",
        "⚠️ **Looks like a key or a password:** `key.pem`",
        "⚠️ **Runs with the forge's own rights once it is pushed:** `.github/workflows/ci.yml`",
        "⚠️ **Binary:** `logo.png`",
    ]


@pytest.mark.parametrize("kind", list(FlagKind))
def test_every_kind_of_flag_is_told(kind: FlagKind) -> None:
    assert "`odd`" in shown(of(flags=(Flag(kind, "odd"),)))


def test_of_many_flagged_files_some_are_named() -> None:
    flags = tuple(Flag(FlagKind.MODE, f"bin/{number}") for number in range(9))
    assert "`bin/4` and 4 more" in shown(of(flags=flags))


def test_flags_without_room_for_their_files_are_counted() -> None:
    flags = tuple(Flag(kind, "x" * 60) for kind in FlagKind for _ in range(5))
    text = shown(of(flags=flags))
    assert "⚠️ **Binary:** 5 files" in text
    assert text.count("⚠️") == len(FlagKind)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (FileStat("a", "A", 3, 0), "`a` new, +3 -0"),
        (FileStat("a", "D", 0, 3), "`a` deleted, +0 -3"),
        (FileStat("a", "T", 1, 1), "`a` another kind of file, +1 -1"),
        (FileStat("a", "M", None, None), "`a` binary"),
        (FileStat("`rm` \n# x", "M", 1, 0), "`'rm' # x` +1 -0"),
    ],
)
def test_files(file: FileStat, words: str) -> None:
    assert f"- {words}\n" in shown(of(files=(file,)))


def test_files_that_are_not_listed_are_counted() -> None:
    files = tuple(FileStat(f"f{number}", "M", 1, 0) for number in range(30))
    text = shown(of(files=files, count=200))
    assert "**Review: 200 files, +30 -0 in the first 30**" in text
    assert "- … and 180 more\n" in text


def test_the_first_lines_of_a_long_patch_are_shown() -> None:
    patch = "\n".join(f"+line {number}" for number in range(100))
    prompt = reviewing.review(change(), TASK, patch, 5_000, NOW)
    assert f"+line {EXCERPT_LINES - 1}\n```\n" in prompt.text
    assert f"these are the first {EXCERPT_LINES} lines" in prompt.text
    assert prompt.cut


def test_a_patch_without_any_room_is_not_shown_at_all() -> None:
    text = shown(patch="\n".join("+" + "x" * 150 for _ in range(20)), room=900)
    assert "```" not in text


def test_a_line_without_end_is_cut() -> None:
    assert "x" * 161 not in shown(patch="+" + "x" * 10_000)


def test_nothing_in_a_patch_ends_its_fence() -> None:
    text = shown(patch="+```\n+````\n+[Apply](https://evil.example)")
    assert text.count("`````") == 2
    assert text.index("evil") < text.rindex("`````")


def test_a_secret_is_not_shown_in_the_open() -> None:
    assert "hunter2hunter2" not in shown(patch="+PASSWORD=hunter2hunter2")


def test_a_binary_file_is_named_and_not_spelt_out() -> None:
    patch = "diff --git a/x b/x\nGIT binary patch\nliteral 3\nzcmV\n\ndiff --git a/y b/y\n+y"
    text = shown(patch=patch)
    assert "zcmV" not in text
    assert "diff --git a/x b/x\nGIT binary patch\ndiff --git a/y b/y\n+y" in text


@PROPERTY
@given(
    paths=st.lists(st.text(max_size=200), min_size=1, max_size=40),
    kinds=st.lists(st.sampled_from(FlagKind), max_size=40),
    patch=st.text(max_size=3_000),
    prompt=st.text(max_size=200),
)
def test_a_review_stays_within_its_room_however_it_is_counted(
    paths: list[str], kinds: list[FlagKind], patch: str, prompt: str
) -> None:
    """Discord counts UTF-16 units, and gets an invisible character behind what could ping."""
    files = tuple(FileStat(path, "M", 1, 1) for path in paths)
    flags = tuple(Flag(kind, paths[0]) for kind in kinds)
    flagged = of(files=files, count=len(files) + 7, flags=flags, partial=True)
    text = reviewing.review(flagged, replace(TASK, prompt=prompt), patch, ROOM, NOW).text
    units = len(text.encode("utf-16-le", errors="replace")) // 2
    assert units + sum(text.count(mark) for mark in "@<`") <= ROOM + 20
    assert "apply t1" in text


def test_the_whole_patch_is_as_it_is() -> None:
    patch = b"+token = os.environ\n"
    assert reviewing.whole(change(), patch) == patch.decode()


def test_where_something_looks_like_a_secret_the_file_is_masked_too() -> None:
    flagged = of(flags=(Flag(FlagKind.CREDENTIAL, "a"),))
    assert "hunter2" not in reviewing.whole(flagged, b"+PASSWORD=hunter2\n")


def test_bytes_that_are_no_text_do_not_keep_a_patch_from_being_read() -> None:
    assert reviewing.whole(change(), b"+\xff\n") == "+\N{REPLACEMENT CHARACTER}\n"


DECIDED = [
    (ChangeState.PENDING, {}, "Waiting for a review"),
    (ChangeState.PENDING, {"trouble": "no rights"}, "Not published: no rights"),
    (ChangeState.APPROVED, {}, "✅ Approved by Ada, and being published"),
    (ChangeState.APPLIED, {"url": "https://f/1"}, "✅ Applied by Ada as https://f/1"),
    (ChangeState.APPLIED, {"branch": "parley/t1"}, "✅ Applied by Ada on branch `parley/t1`"),
    (ChangeState.REJECTED, {}, "❌ Rejected by Ada"),
    (ChangeState.REJECTED, {"reason": "not\n`this`"}, "❌ Rejected by Ada: not 'this'"),
    (
        ChangeState.SUPERSEDED,
        {"follow_up": "t2"},
        "🔁 Ada asked for another try: task `t2` goes on from it",
    ),
    (
        ChangeState.EXPIRED,
        {},
        "⏱️ Expired: nobody decided in time, so nothing of it was applied",
    ),
    (
        ChangeState.CONFLICTED,
        {"conflicts": ("a",)},
        "⚠️ Approved by Ada, but the base has moved, and it does not merge any more",
    ),
]


@pytest.mark.parametrize(("state", "fields", "words"), DECIDED)
def test_how_a_change_stands(state: ChangeState, fields: dict[str, Any], words: str) -> None:
    decided = change(state=state, by="U1", by_name="Ada", **fields)
    assert reviewing.settled(decided, ROOM).splitlines()[:2] == [
        words,
        "_1 file, +1 -1 · change_ `t1`",
    ]
    assert reviewing.outcome(decided, ROOM).startswith(f"Change `t1` of `demo`: {words}")


def test_who_has_no_name_is_told_by_id() -> None:
    assert reviewing.verdict_on(change(state=ChangeState.REJECTED, by="U1")).endswith("by U1")


def test_conflicts_are_listed_by_file_with_a_way_on() -> None:
    conflicted = change(state=ChangeState.CONFLICTED, by="U1", conflicts=("a.txt", "`b`"))
    assert reviewing.outcome(conflicted, ROOM).splitlines()[1:] == [
        "- `a.txt`",
        "- `'b'`",
        "To go on from here: `task demo session=t1 …`",
    ]


def test_conflicts_without_room_are_counted() -> None:
    conflicted = change(
        state=ChangeState.CONFLICTED, by="U1", conflicts=tuple(f"file{n}" for n in range(99))
    )
    text = reviewing.settled(conflicted, 400)
    assert len(text) <= 400
    assert " more\nTo go on from here" in text


def test_an_outcome_stays_within_its_room() -> None:
    rejected = change(state=ChangeState.REJECTED, by="U1", reason="x" * 900)
    for text in (reviewing.settled(rejected, 300), reviewing.outcome(rejected, 300)):
        assert len(text) == 300
        assert text.endswith("…")


def test_trouble_is_told_with_the_way_to_try_again() -> None:
    text = reviewing.trouble(change(trouble="no rights"), NOW + 2 * DAY)
    assert text == (
        "⚠️ Change `t1` could not be published: no rights\n"
        "It waits for another 5 days: `/parley apply t1` tries again."
    )

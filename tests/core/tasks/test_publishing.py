"""What a published change says of itself, and what an agent can not make it say."""

from dataclasses import replace
from typing import Any

import pytest

from parley.core.tasks import publishing
from parley.core.tasks.change import Change
from parley.core.tasks.task import FileStat, Flag, FlagKind, Task
from tests.core.tasks.builders import change, snapshot, task

CALLS = "cc @octocat @acme/all, fixes #12, closes acme/app#3, GH-7, https://github.com/a/b/issues/1"


def approved(**of_snapshot: Any) -> Change:
    return change(by="U2", by_name="Grace", snapshot=snapshot(**of_snapshot))


def made(**changes: Any) -> Task:
    return task(summary="Done.", **changes)


def test_the_title_is_the_tasks() -> None:
    assert publishing.title(approved(), made()) == "Task: fix the test"


def test_an_unfinished_change_says_so_first() -> None:
    unfinished = approved(partial=True)
    assert publishing.title(unfinished, made()).startswith("[unfinished] ")
    assert publishing.body(unfinished, made(), moved=False).startswith("⚠️ **Unfinished")


def test_the_body_has_what_there_is_to_know() -> None:
    files = (FileStat("a.py", "M", 3, 1), FileStat("b.png", "A", None, None))
    flags = (Flag(FlagKind.WORKFLOW, ".github/workflows/x.yml"),)
    of = approved(files=files, count=2, flags=flags)
    body = publishing.body(of, made(), moved=True)
    assert "```text\nDone.\n```" in body
    assert "2 files, +3 -1:\n\n```text\nM a.py +3 -1\nA b.png binary\n```" in body
    assert "⚠️ **Changes what runs with the forge's own rights:** `.github/workflows/x.yml`" in body
    assert "had moved since" in body
    assert "- Task `t1` of project `demo`\n- Asked for by `Ada`\n- Approved by `Grace`" in body
    assert of.snapshot.base in body
    assert of.snapshot.patch_sha256 in body


def test_nothing_is_said_of_what_is_not_there() -> None:
    body = publishing.body(approved(), task(), moved=False)
    assert "What the agent says" not in body
    assert "⚠️" not in body
    assert "had moved" not in body


def test_many_files_are_counted_and_not_all_listed() -> None:
    files = tuple(FileStat(f"f{number}", "A", 1, 0) for number in range(150))
    body = publishing.body(approved(files=files, count=400), made(), moved=False)
    assert "400 files, +150 -0 in the first 150" in body
    assert "… and 300 more" in body
    assert "f99 " in body
    assert "f100 " not in body


@pytest.mark.parametrize(
    "summary",
    [CALLS, f"```\n{CALLS}\n```", f"````text\n{CALLS}", f"~~~\n{CALLS}", "![](https://evil/x.png)"],
)
def test_the_agents_words_stay_in_their_fence(summary: str) -> None:
    body = publishing.body(approved(), task(summary=summary), moved=False)
    fence = body.split("What the agent says:\n\n")[1].partition("text\n")[0]
    inside, _, outside = body.split(f"{fence}text\n", 1)[1].partition(f"\n{fence}\n")
    assert summary in inside
    assert fence not in inside
    assert "@" not in outside


def test_a_file_name_can_not_end_the_list() -> None:
    files = (FileStat("a\n```\n@octocat", "A", 1, 0),)
    body = publishing.body(approved(files=files), made(), moved=False)
    assert "\n````text\nA a ``` @octocat +1 -0\n````" in body


@pytest.mark.parametrize("name", ["@octocat", "x` @octocat `", "[a](https://evil)\n\n# Big"])
def test_a_persons_name_calls_nobody(name: str) -> None:
    of = replace(approved(), by_name=name)
    line = publishing.body(of, made(), moved=False).split("- Approved by ")[1].split("\n")[0]
    assert line == f"`{' '.join(name.replace('`', chr(39)).split())}`"


def test_title_and_commit_call_nobody_and_close_nothing() -> None:
    told = publishing.title(approved(), task(prompt=CALLS, path=None))
    assert "@o" not in told
    message = publishing.message(replace(approved(), by_name=CALLS), task(prompt="fixes #12"))
    for call in ("@octocat", "@acme", "#12", "#3", "GH-7", "https://github.com"):
        assert call not in message, call
    assert "Approved by cc @\u200boctocat" in message


def test_what_looks_like_a_secret_is_not_published_in_words() -> None:
    key = "ghp_" + "a1B2" * 9
    body = publishing.body(approved(), task(summary=f"I used {key}"), moved=False)
    assert key not in body
    assert key not in publishing.title(approved(), task(prompt=key))


def test_a_commit_names_its_task_and_base() -> None:
    of = approved()
    assert publishing.message(of, made()).split("\n") == [
        "Task: fix the test",
        "",
        f"Parley task t1, made from {of.snapshot.base}.",
        "Asked for by Ada.",
        "Approved by Grace.",
        "",
    ]

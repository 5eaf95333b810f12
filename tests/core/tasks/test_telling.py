"""What people are told of a task."""

import pytest

from parley.core.tasks import telling
from parley.core.tasks.task import Cost, ExecutionPath, TaskState
from tests.core.tasks.builders import NOW, task

BEGUN = {"path": ExecutionPath.ACP, "chosen_agent": "stub", "started_at": NOW}


def test_the_end_has_the_title_the_id_the_span_and_the_cost() -> None:
    over = task(
        **BEGUN,
        state=TaskState.COMPLETED,
        ended_at=NOW + 65_000,
        cost=Cost(tokens=1234, amount=0.05, currency="USD"),
        change="t1",
    )

    told = telling.ended(over, "I fixed it.")

    assert told == (
        "✅ `Task [stub]: fix the test` is done · `t1` (65 s, 1,234 tokens · 0.0500 USD)"
        "\n\nI fixed it."
    )


def test_that_nothing_changed_is_said() -> None:
    over = task(**BEGUN, state=TaskState.COMPLETED, ended_at=NOW)

    assert telling.ended(over, "Looks fine.").endswith("Looks fine.\n\n_No files changed._")


def test_files_that_git_ignores_are_not_passed_over_in_silence() -> None:
    over = task(**BEGUN, state=TaskState.COMPLETED, ended_at=NOW)

    assert "ones that git ignores" in telling.ended(over, "", only_ignored=True)


def test_a_failure_has_its_reason_once() -> None:
    over = task(**BEGUN, state=TaskState.FAILED, ended_at=NOW, summary="It broke")

    assert telling.ended(over, "It broke").count("It broke") == 1


def test_a_task_that_never_began_says_nothing_of_files() -> None:
    over = task(state=TaskState.FAILED, ended_at=NOW, summary="No such agent")

    assert "No files" not in telling.ended(over, "")


def test_no_cost_is_told_where_none_is_known() -> None:
    assert telling.cost(None) == ""
    assert telling.cost(Cost()) == ""
    assert telling.cost(Cost(tokens=0)) == "0 tokens"


@pytest.mark.parametrize(
    ("milliseconds", "told"), [(-5, "0 s"), (59_999, "59 s"), (180_000, "3 minutes")]
)
def test_spans(milliseconds: int, told: str) -> None:
    assert telling.span_of(milliseconds) == told


@pytest.mark.parametrize(
    ("path", "title"),
    [
        (None, "Task: " + "x" * 40),
        (ExecutionPath.NATIVE, "Task: " + "x" * 40),
        (ExecutionPath.PTY, "Task [stub]: " + "x" * 30),
    ],
)
def test_titles_are_cut_as_wide_as_their_kind(path: ExecutionPath | None, title: str) -> None:
    assert task(prompt="x" * 99, path=path, chosen_agent="stub").title == title


def test_a_title_is_taken_for_no_markdown() -> None:
    over = task(state=TaskState.FAILED, ended_at=NOW, prompt="`x` **now** <!here>")

    assert telling.ended(over, "").startswith("❌ `Task: 'x' **now** <!here>` failed")

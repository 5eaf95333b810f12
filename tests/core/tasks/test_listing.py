"""How tasks stand, for people."""

from parley.core.tasks.change import ChangeState
from parley.core.tasks.listing import NEWEST, SHOWN, listed
from parley.core.tasks.task import ExecutionPath, Task, TaskState
from tests.core.tasks.builders import NOW, change, task


def test_nothing_is_told_as_such() -> None:
    assert listed([], {}, 0, NOW) == "There are no tasks of yours, and none of this chat."


def test_tasks_stand_under_what_they_are_at() -> None:
    tasks = [
        task(id="t4", state=TaskState.COMPLETED, change="t4", prompt="done, to be looked at"),
        task(id="t3", state=TaskState.FAILED),
        task(id="t2", created_at=NOW + 1),
        task(
            id="t1",
            state=TaskState.RUNNING,
            path=ExecutionPath.ACP,
            chosen_agent="stub",
            started_at=NOW - 60_000,
        ),
    ]
    assert listed(tasks, {"t4": change(id="t4")}, 2, NOW).splitlines() == [
        "**Running**",
        "- `t1` · demo · Task (stub): fix the test · 60 s",
        "**Waiting for a slot**",
        "- `t2` · demo · Task: fix the test",
        "**To be reviewed**",
        "- `t4` · demo · Task: done, to be looked at",
        "**Over**",
        "- `t3` · demo · Task: fix the test · failed",
        "_2 more of other people, in other chats._",
    ]


def test_a_task_that_is_being_cancelled_says_so() -> None:
    running = task(state=TaskState.RUNNING, started_at=NOW, cancel_at=NOW)
    assert listed([running], {}, 0, NOW).endswith("· 0 s, ending")


def test_a_change_that_is_decided_or_expired_is_over() -> None:
    over = task(state=TaskState.COMPLETED, change="t1")
    applied = {"t1": change(state=ChangeState.APPLIED)}
    assert listed([over], applied, 0, NOW).endswith("· done, change applied")
    expired = {"t1": change(expires_at=NOW)}
    assert "To be reviewed" not in listed([over], expired, 0, NOW)


def test_many_are_counted_and_of_those_that_are_over_the_newest_told() -> None:
    waiting = [task(id=f"w{number}") for number in range(SHOWN + 3)]
    over = [
        task(id=f"o{number}", state=TaskState.COMPLETED, created_at=NOW + number)
        for number in range(NEWEST + 3)
    ]
    text = listed([*waiting, *over], {}, 0, NOW)
    assert "- … and 3 more" in text
    assert text.count("`o") == NEWEST
    assert f"`o{NEWEST + 2}`" in text
    assert "`o0`" not in text


def test_the_oldest_that_waits_is_named_first() -> None:
    tasks: list[Task] = [task(id="young", created_at=NOW + 1), task(id="old")]
    text = listed(tasks, {}, 0, NOW)
    assert text.index("`old`") < text.index("`young`")

"""What a cancel does to a task, whatever it meets there."""

from dataclasses import replace

import pytest

from parley.core.tasks.task import TaskOutcome, TaskState
from parley.errors import Fenced
from tests.store.desk import DONE, FAILED, LEASE_UNTIL, NATIVE, NOW, Desk, at_work, task

CANCELLED = TaskOutcome(TaskState.CANCELLED, "")


def test_a_pending_task_is_cancelled_at_once(desk: Desk) -> None:
    asked = desk.pending()
    cancelled = desk.tasks.cancel(asked, NOW + 1)
    assert cancelled == desk.task()
    assert cancelled == replace(
        asked, state=TaskState.CANCELLED, cancel_at=NOW + 1, ended_at=NOW + 1
    )
    assert (list(desk.tasks.pending()), desk.live()) == ([], ["one"])


def test_a_task_that_nobody_claimed_has_ended_so(desk: Desk) -> None:
    running = desk.begun()
    cancelled = desk.tasks.cancel(running, NOW + 1)
    assert cancelled == replace(running, cancel_at=NOW + 1, outcome=CANCELLED)
    assert desk.tasks.claim("one", NOW + 2, LEASE_UNTIL) is None


def test_an_agent_at_work_is_asked_to_end(desk: Desk) -> None:
    desk.begun()
    held = at_work(desk)
    assert desk.tasks.cancel(held, NOW + 1) == replace(held, cancel_at=NOW + 1)


def test_a_native_task_is_asked_to_end(desk: Desk) -> None:
    running = desk.begun(choice=NATIVE)
    assert desk.tasks.cancel(running, NOW + 1) == replace(running, cancel_at=NOW + 1)


def test_the_first_cancel_stands(desk: Desk) -> None:
    held = desk.claimed()
    desk.tasks.cancel(held, NOW + 1)
    assert desk.tasks.cancel(held, NOW + 2).cancel_at == NOW + 1


def test_a_cancel_of_what_is_over_changes_nothing(desk: Desk) -> None:
    desk.begun()
    held = at_work(desk)
    desk.end(held)
    over = desk.task()
    assert desk.tasks.cancel(held, NOW + 1) == over
    assert desk.task() == over


def test_a_cancel_that_saw_a_pending_task_meets_an_agent_at_work(desk: Desk) -> None:
    asked = desk.pending()
    desk.begin(asked)
    held = at_work(desk)
    assert desk.tasks.cancel(asked, NOW + 1) == replace(held, cancel_at=NOW + 1)
    assert desk.taken() == (1, 1)


def test_a_cancel_that_saw_no_agent_meets_one(desk: Desk) -> None:
    running = desk.begun()
    held = at_work(desk)
    assert desk.tasks.cancel(running, NOW + 1) == replace(held, cancel_at=NOW + 1)


def test_a_cancel_before_the_agent_is_the_outcome_though_a_runner_prepares(desk: Desk) -> None:
    held = desk.claimed()
    cancelled = desk.tasks.cancel(held, NOW + 1)
    assert (cancelled.outcome, cancelled.cancel_at) == (CANCELLED, NOW + 1)


def test_no_agent_starts_for_a_task_that_was_cancelled(desk: Desk) -> None:
    held = desk.claimed()
    desk.tasks.cancel(held, NOW + 1)
    with pytest.raises(Fenced):
        desk.tasks.agent_starts(held)


def test_a_cancel_that_saw_no_outcome_meets_the_runners(desk: Desk) -> None:
    held = desk.claimed()
    desk.tasks.outcome(held, FAILED)
    assert desk.tasks.cancel(held, NOW + 1).outcome == FAILED


def test_a_cancel_that_saw_an_unclaimed_task_meets_its_end(desk: Desk) -> None:
    running = desk.begun()
    desk.end(running, FAILED)
    over = desk.task()
    assert desk.tasks.cancel(running, NOW + 1) == over


def test_a_cancel_leaves_the_outcome_that_is_there(desk: Desk) -> None:
    held = desk.claimed()
    desk.tasks.outcome(held, DONE)
    assert desk.tasks.cancel(held, NOW + 1).outcome == DONE


def test_a_second_cancel_of_an_unclaimed_task_leaves_the_first_ones_outcome(desk: Desk) -> None:
    running = desk.begun()
    first = desk.tasks.cancel(running, NOW + 1)
    assert desk.tasks.cancel(running, NOW + 2) == first


def test_a_cancel_of_what_is_not_there_is_told(desk: Desk) -> None:
    with pytest.raises(LookupError):
        desk.tasks.cancel(task(), NOW)

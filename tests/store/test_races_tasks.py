"""Many threads against a real endpoint: slots, claims, cancels and decisions."""

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from parley.core.tasks.change import ChangeState
from parley.core.tasks.task import Task, TaskState
from parley.errors import Fenced
from parley.ports.tasks import Begun
from tests.store.crowd import Report, insisting, outcome_of, together
from tests.store.desk import ACP, ADA, DONE, FAILED, LEASE_UNTIL, NOW, SNAPSHOT, Desk, at_work

pytestmark = pytest.mark.real

CROWD = 40
PAIRS = 15
LIMIT = 4
Call = Callable[[], object]


def waiting(desk: Desk, count: int) -> list[Task]:
    return [desk.pending(f"task{number:02}") for number in range(count)]


def test_of_forty_tasks_that_begin_at_once_four_do(desk: Desk, report: Report) -> None:
    asked = waiting(desk, CROWD)
    came = together([partial(desk.begin, each, ACP, LIMIT, LIMIT + 1) for each in asked])
    assert Counter(came) == {Begun.BEGUN: LIMIT, Begun.STAGE_FULL: CROWD - LIMIT}
    assert desk.taken() == (LIMIT, LIMIT)
    running = [each.id for each in asked if desk.task(each.id).state is TaskState.RUNNING]
    assert sorted(desk.live()) == running
    report(f"{CROWD} beginnings with {LIMIT} slots: {came.count(Begun.BEGUN)} begun")


def test_forty_tasks_go_through_four_slots_and_never_more_than_four_run(
    desk: Desk, report: Report
) -> None:
    """Eight workers; one that finds no slot tries again. A task is counted while it surely runs."""
    asked = waiting(desk, CROWD)
    lock, left = threading.Lock(), list(asked)
    running, most = 0, 0

    def count(more: int) -> None:
        nonlocal running, most
        with lock:
            running += more
            most = max(most, running)

    def work() -> None:
        while True:
            with lock:
                if not left:
                    return
                mine = left.pop(0)
            begin = partial(desk.begin, mine, ACP, LIMIT, LIMIT)
            while insisting(begin) is not Begun.BEGUN:
                continue
            count(1)
            begun = desk.task(mine.id)
            count(-1)
            assert insisting(partial(desk.tasks.end, begun, FAILED, None, NOW))

    together([work] * 8)
    assert {desk.task(each.id).state for each in asked} == {TaskState.FAILED}
    assert desk.taken() == (0, 0)
    assert 1 <= most <= LIMIT
    report(f"{CROWD} tasks through {LIMIT} slots by 8 workers: at most {most} ran at once")


def test_of_forty_runners_one_claims(desk: Desk, report: Report) -> None:
    desk.begun()
    claim = partial(desk.tasks.claim, "one", NOW, LEASE_UNTIL)
    claimed = [task for task in together([claim] * CROWD) if task is not None]
    assert [task.fence for task in claimed] == [1]
    assert desk.task().fence == 1
    report(f"{CROWD} claims of one task: {len(claimed)} runner")


def test_of_forty_reviewers_one_decides(desk: Desk, report: Report) -> None:
    waits = desk.changed()
    verdicts = [ChangeState.APPROVED, ChangeState.REJECTED] * (CROWD // 2)
    found = together(
        [
            partial(desk.changes.decide, waits, verdict, ADA, f"{number}", NOW)
            for number, verdict in enumerate(verdicts)
        ]
    )
    decided = desk.change()
    assert found == [decided] * CROWD
    assert decided.state is verdicts[int(decided.reason)]
    report(f"{CROWD} decisions on one change: one stands")


def test_a_task_is_begun_or_cancelled_and_never_both(desk: Desk, report: Report) -> None:
    asked = waiting(desk, PAIRS)
    begins = [partial(desk.begin, each, ACP, CROWD, CROWD) for each in asked]
    cancels = [partial(desk.tasks.cancel, each, NOW) for each in asked]
    calls: list[Call] = [*begins, *cancels]
    came = together(calls)
    found = [desk.task(each.id) for each in asked]
    for begun, task in zip(came[:PAIRS], found, strict=True):
        expected = TaskState.RUNNING if begun is Begun.BEGUN else TaskState.CANCELLED
        assert (task.state, task.cancel_at) == (expected, NOW)
        assert (task.outcome is not None) is (begun is Begun.BEGUN)
    first = came[:PAIRS].count(Begun.BEGUN)
    assert desk.taken() == (first, first)
    report(f"{PAIRS} cancels against beginnings: {first} begun first, the others never")


def test_an_agent_begins_or_its_task_has_ended_and_never_both(desk: Desk, report: Report) -> None:
    held = [desk.claimed(each.id) for each in waiting(desk, 4)]

    def starts(task: Task) -> bool:
        try:
            desk.tasks.agent_starts(task)
        except Fenced:
            return False
        return True

    cancels = [partial(desk.tasks.cancel, each, NOW) for each in held]
    calls: list[Call] = [*(partial(starts, each) for each in held), *cancels]
    came = together(calls)
    for began, each in zip(came, held, strict=False):
        task = desk.task(each.id)
        assert task.cancel_at == NOW
        assert task.agent_started is began
        assert (task.outcome is None) is began
    report(f"{len(held)} cancels against agents: {came[:4].count(False)} came before their agent")


def test_a_cancel_and_an_end_leave_one_end_and_free_slots(desk: Desk, report: Report) -> None:
    running = [desk.begun(each.id) for each in waiting(desk, 4)]
    held = [at_work(desk, each.id) for each in running]
    ends = [partial(desk.tasks.end, each, DONE, None, NOW) for each in held] * 2
    cancels = [partial(desk.tasks.cancel, each, NOW) for each in held]
    calls: list[Call] = [*ends, *cancels]
    came = together([partial(outcome_of, each) for each in calls])
    assert Counter(came[: len(ends)]) == {"True": len(held), "False": len(held)}
    assert {desk.task(each.id).state for each in held} == {TaskState.COMPLETED}
    assert desk.taken() == (0, 0)
    late = sum(desk.task(each.id).cancel_at is None for each in held)
    report(f"{len(held)} cancels against two ends each: one end each, {late} cancels too late")


def test_a_runner_that_is_taken_over_and_its_successor_leave_one_outcome(
    desk: Desk, report: Report
) -> None:
    first = desk.claimed()
    take = partial(desk.tasks.claim, "one", LEASE_UNTIL + 1, LEASE_UNTIL + 2)
    writes: list[Call] = [partial(desk.tasks.outcome, first, DONE)]
    writes += [partial(desk.tasks.checkpoint, first, SNAPSHOT)] * 5
    writes += [take] * 5
    together([partial(outcome_of, each) for each in writes])
    task = desk.task()
    assert (task.outcome, task.fence) in [(DONE, 1), (None, 2)]
    report(f"a takeover against an outcome: {'the outcome' if task.outcome else 'the takeover'}")

"""What the task machine does next."""

from typing import Any

import pytest

from parley.core.tasks.change import ChangeState
from parley.core.tasks.project import Compute
from parley.core.tasks.steps import PATIENCE, Next, Step, next_step
from parley.core.tasks.task import ExecutionPath, TaskOutcome, TaskState
from tests.core.tasks.builders import NOW, change, task

RUNNING: dict[str, Any] = {"state": TaskState.RUNNING, "path": ExecutionPath.ACP}
OVER: dict[str, Any] = {"state": TaskState.COMPLETED, "path": ExecutionPath.ACP}
DONE = TaskOutcome(TaskState.COMPLETED, "done")


@pytest.mark.parametrize(
    ("fields", "step"),
    [
        ({}, Step(Next.DONE)),
        ({**RUNNING}, Step(Next.EXTERNAL)),
        ({**RUNNING, "compute": Compute.FARGATE}, Step(Next.FARGATE)),
        ({**RUNNING, "path": ExecutionPath.NATIVE}, Step(Next.NATIVE)),
        ({**RUNNING, "outcome": DONE}, Step(Next.RECORD)),
        ({**RUNNING, "fence": 1, "lease_until": NOW + 4_000}, Step(Next.WAIT, 5)),
        ({**RUNNING, "fence": 1, "lease_until": NOW + 45_000}, Step(Next.WAIT, 10)),
        ({**RUNNING, "fence": 1, "lease_until": NOW - 1}, Step(Next.EXTERNAL)),
        ({**RUNNING, "fence": 2, "lease_until": NOW - 1}, Step(Next.RECORD)),
        ({**RUNNING, "started_at": NOW - PATIENCE}, Step(Next.EXTERNAL)),
        ({**RUNNING, "started_at": NOW - PATIENCE - 1}, Step(Next.RECORD)),
        ({**RUNNING, "fence": 1, "lease_until": NOW - PATIENCE - 1}, Step(Next.RECORD)),
        ({**RUNNING, "path": ExecutionPath.NATIVE, "started_at": 0}, Step(Next.NATIVE)),
        ({**OVER}, Step(Next.RECORD)),
        ({**OVER, "reported": True}, Step(Next.DONE)),
    ],
)
def test_a_task_without_a_change(fields: dict[str, Any], step: Step) -> None:
    assert next_step(task(**fields), None, NOW) == step


@pytest.mark.parametrize(
    ("fields", "step"),
    [
        ({}, Step(Next.REVIEW, 604_800)),
        ({"expires_at": NOW}, Step(Next.SETTLE)),
        ({"state": ChangeState.APPROVED}, Step(Next.PUBLISH)),
        ({"state": ChangeState.APPROVED, "expires_at": NOW}, Step(Next.PUBLISH)),
        ({"state": ChangeState.APPLIED}, Step(Next.SETTLE)),
        ({"state": ChangeState.CONFLICTED}, Step(Next.SETTLE)),
        ({"state": ChangeState.REJECTED}, Step(Next.SETTLE)),
        ({"state": ChangeState.SUPERSEDED}, Step(Next.SETTLE)),
        ({"state": ChangeState.EXPIRED}, Step(Next.SETTLE)),
        ({"state": ChangeState.APPLIED, "told": True}, Step(Next.DONE)),
    ],
)
def test_a_change_is_reviewed_published_and_told(fields: dict[str, Any], step: Step) -> None:
    assert next_step(task(**OVER, reported=True), change(**fields), NOW) == step


def test_people_hear_of_the_end_before_they_review() -> None:
    assert next_step(task(**OVER), change(), NOW) == Step(Next.RECORD)

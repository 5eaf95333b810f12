"""Leaving a native task's outcome where something is amiss."""

from typing import Any, cast

from parley.adapters.dynamodb.task_store import open_task_store
from parley.core.tasks.choosing import Choice
from parley.core.tasks.task import ExecutionPath, Session, TaskOutcome, TaskState
from parley.core.turn import Outcome
from parley.errors import ExecutionsUnavailable
from parley.ports import Started, Tasks
from parley.services.tasks.native import NativeOutcomes, NativeTurns
from parley.services.tasks.remembering import TURNS, remembered
from tests.core.tasks.builders import NOW, task
from tests.core.tasks.test_native import ended
from tests.fakes.dynamodb import InMemoryDynamoDB
from tests.fakes.dynamodb_cases import TABLE
from tests.fakes.world import RecordingTelemetry

DONE = TaskOutcome(TaskState.COMPLETED, "Done.")


class DeafExecutions:
    def __init__(self) -> None:
        self.called: list[str] = []

    def start(self, task: str, generation: int) -> Started:
        raise ExecutionsUnavailable("no answer")

    def call_back(self, token: str) -> bool:
        self.called.append(token)
        raise ExecutionsUnavailable("no answer")


def opened() -> Any:
    dynamodb = InMemoryDynamoDB()
    dynamodb.create_table(**TABLE)
    return open_task_store(cast(Any, dynamodb), TABLE["TableName"], now=lambda: NOW)


def outcomes(tasks: Tasks) -> tuple[NativeOutcomes, DeafExecutions]:
    executions = DeafExecutions()
    return NativeOutcomes(tasks, executions, RecordingTelemetry()), executions


def test_a_call_that_does_not_get_through_leaves_the_outcome_in_the_table() -> None:
    tasks = opened().tasks
    tasks.begin(tasks.create(task()), Choice(ExecutionPath.NATIVE), 4, 4, NOW)
    parked = tasks.park("t1", "token")
    leaving, executions = outcomes(tasks)
    leaving.leave(parked, DONE)
    assert tasks.get("t1").outcome == DONE
    assert executions.called == ["token"]


def test_a_machine_that_never_waited_is_not_called() -> None:
    tasks = opened().tasks
    tasks.begin(tasks.create(task()), Choice(ExecutionPath.NATIVE), 4, 4, NOW)
    leaving, executions = outcomes(tasks)
    leaving.leave(tasks.get("t1"), DONE)
    assert tasks.get("t1").outcome == DONE
    assert executions.called == []


def test_a_task_that_is_gone_has_no_machine() -> None:
    leaving, executions = outcomes(opened().tasks)
    leaving.leave(task(state=TaskState.COMPLETED), DONE)
    assert executions.called == []


def test_a_turn_whose_task_is_gone_is_not_run() -> None:
    store = opened()
    turns = NativeTurns(store.tasks, store.registry)
    turn = ended(Outcome.COMPLETED)
    assert not turns.wanted(turn)
    assert (turns.model(turn), turns.folder(turn)) == (None, "")


def test_of_a_session_whose_tasks_are_gone_nothing_is_told() -> None:
    tasks = opened().tasks
    tasks.create(task(summary=""))
    session = Session("t1", "demo", turns=("gone", "t1"))
    assert remembered(tasks, session) == "Asked: fix the test\n\nCame of it: pending"
    assert remembered(tasks, Session("t1", "demo")) == ""


def test_only_the_last_tasks_of_a_session_are_told() -> None:
    tasks = opened().tasks
    for number in range(TURNS + 1):
        tasks.create(task(id=f"t{number}", prompt=f"job {number}."))
    session = Session("t0", "demo", turns=tuple(f"t{number}" for number in range(TURNS + 1)))
    told = remembered(tasks, session)
    assert "job 0." not in told
    assert "job 1." in told
    assert told.endswith("Asked: job 10.\n\nCame of it: pending")

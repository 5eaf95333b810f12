"""Each condition of coding tasks is removed once, and a test of the contract notices."""

import importlib
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest

from parley.adapters.dynamodb.task_conditions import TASKS, TaskConditions
from tests.fakes.dynamodb import InMemoryDynamoDB
from tests.store.desk import Desk

NOTHING = "attribute_not_exists(nothing)"

NOTICED_BY = {
    "new_task": "requests: test_the_first_request_of_an_id_stands",
    "begun_pending": "slots: test_a_task_begins_once_whatever_its_session_says",
    "stage_free": "slots: test_the_stage_takes_no_more_than_its_limit",
    "project_free": "slots: test_a_project_takes_no_more_than_its_limit",
    "session_free": "slots: test_two_tasks_of_one_session_never_run_at_once",
    "failed_pending": "requests: test_a_task_that_has_begun_does_not_fail_that_way",
    "cancelled_pending": "cancels: test_a_cancel_that_saw_a_pending_task_meets_an_agent_at_work",
    "cancelled_running": "cancels: test_a_cancel_of_what_is_over_changes_nothing",
    "cancelled_unbegun": "cancels: test_a_cancel_that_saw_no_agent_meets_one",
    "dead_generation": "requests: test_of_two_who_found_an_execution_dead_one_goes_on",
    "claimed_running": "runs: test_what_has_not_begun_is_not_claimed",
    "claimed_external": "runs: test_a_native_task_is_not_claimed",
    "claimed_unfinished": "runs: test_what_has_its_outcome_is_not_claimed",
    "lease_lapsed": "runs: test_no_claim_while_a_runner_lives",
    "own_fence": "runs: test_a_runner_that_was_given_up_writes_nothing_more",
    "fenced_running": "runs: test_a_runner_of_what_is_over_writes_nothing_more",
    "started_wanted": "cancels: test_no_agent_starts_for_a_task_that_was_cancelled",
    "doing_running": "runs: test_nothing_is_done_by_a_task_that_is_over",
    "first_outcome": "runs: test_the_first_outcome_stands",
    "outcome_running": "runs: test_an_outcome_of_what_is_not_there_is_refused",
    "parked_task": "requests: test_nothing_is_parked_at_a_task_that_is_not_there",
    "ended_running": "slots: test_a_task_ends_once",
    "no_outcome_since": "slots: "
    "test_an_outcome_that_came_meanwhile_is_read_before_the_runner_is_called_lost",
    "first_progress": "requests: test_the_first_progress_post_stands",
    "progress_of_task": "requests: test_no_progress_of_a_task_that_is_not_there",
    "reported_task": "requests: test_no_report_of_a_task_that_is_not_there",
    "settled_over": "requests: test_a_task_that_runs_is_never_settled",
    "undecided": "changes: test_the_first_decision_stands",
    "unexpired": "changes: test_nobody_decides_on_what_has_expired",
    "same_patch": "changes: test_nobody_decides_on_another_patch_than_the_one_that_was_read",
    "expired_undecided": "changes: test_what_somebody_decided_does_not_expire",
    "time_up": "changes: test_a_change_expires_past_its_time",
    "first_prompt": "changes: test_the_first_prompt_stands",
    "prompt_of_change": "changes: test_no_prompt_of_a_change_that_is_not_there",
    "parked_change": "changes: test_nothing_is_parked_at_a_change_that_is_not_there",
    "applied_approved": "changes: test_nothing_is_published_that_nobody_approved",
    "conflicted_approved": "changes: test_nothing_is_published_that_nobody_approved",
    "withdrawn_approved": "changes: test_a_late_publisher_finds_how_it_was_settled",
    "told_settled": "changes: test_what_waits_for_people_is_never_forgotten",
    "registered": "registry: test_an_agent_is_removed_once",
}


def keeps_contract(name: str, conditions: TaskConditions) -> None:
    """Run one of the contract's tests, with each of its parameters."""
    module, _, test = name.partition(": ")
    run = getattr(importlib.import_module(f"tests.store.test_tasks_{module}"), test)
    for given in parameters(run):
        run(desk=Desk.on(InMemoryDynamoDB(), "tasks", conditions), **given)


def parameters(test: Callable[..., None]) -> list[dict[str, Any]]:
    marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
    return [{mark.args[0]: value} for mark in marks for value in mark.args[1]] or [{}]


def noticed(run: Callable[[], object]) -> bool:
    """Whether the check fails: pytest's own failures are no Exceptions."""
    try:
        run()
    except (Exception, pytest.fail.Exception):
        return True
    return False


@pytest.mark.parametrize("clause", NOTICED_BY)
def test_the_contract_notices_a_missing_clause(clause: str) -> None:
    name = NOTICED_BY[clause]
    keeps_contract(name, TASKS)
    without = replace(TASKS, **{clause: NOTHING})
    assert noticed(lambda: keeps_contract(name, without)), name


def test_every_clause_is_removed_once() -> None:
    assert {field.name for field in fields(TASKS)} == set(NOTICED_BY)

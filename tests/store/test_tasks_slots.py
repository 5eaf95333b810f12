"""Slots and sessions: taken when a task begins, given back when it ends."""

from dataclasses import replace

import pytest

from parley.adapters.dynamodb import keys
from parley.core.limits import SECOND
from parley.core.tasks.choosing import Choice
from parley.core.tasks.project import Compute
from parley.core.tasks.task import ExecutionPath, Session, TaskOutcome, TaskState
from parley.errors import Fenced
from parley.ports.tasks import Begun
from tests.store.desk import ACP, DONE, FAILED, NATIVE, NOW, SNAPSHOT, Desk, change, task

OTHER = Choice(ExecutionPath.PTY, "claude")


def test_a_task_runs_as_it_was_chosen(desk: Desk) -> None:
    asked = desk.pending()
    choice = Choice(ExecutionPath.PTY, "claude", "big", Compute.FARGATE, "a note")
    assert desk.tasks.begin(asked, choice, 4, 4, NOW + 5) is Begun.BEGUN
    assert desk.task() == replace(
        asked,
        state=TaskState.RUNNING,
        path=ExecutionPath.PTY,
        compute=Compute.FARGATE,
        chosen_agent="claude",
        chosen_model="big",
        note="a note",
        generation=1,
        started_at=NOW + 5,
    )
    assert desk.taken() == (1, 1)


def test_a_task_begins_once(desk: Desk) -> None:
    asked = desk.pending()
    assert [desk.begin(asked), desk.begin(asked)] == [Begun.BEGUN, Begun.NOT_PENDING]
    assert desk.taken() == (1, 1)


def test_a_task_begins_once_whatever_its_session_says(desk: Desk) -> None:
    asked = desk.pending()
    desk.end(desk.claimed("two"))
    desk.begin(asked)
    elsewhere = replace(asked, session="two")
    assert desk.begin(elsewhere) is Begun.NOT_PENDING
    assert desk.taken() == (1, 1)


def test_a_task_that_is_not_there_does_not_begin(desk: Desk) -> None:
    assert desk.begin(task()) is Begun.NOT_PENDING
    assert desk.taken() == (0, 0)


def test_the_stage_takes_no_more_than_its_limit(desk: Desk) -> None:
    for id in ("one", "two"):
        assert desk.begin(desk.pending(id), stage=2) is Begun.BEGUN
    assert desk.begin(desk.pending("three"), stage=2) is Begun.STAGE_FULL
    assert desk.task("three").state is TaskState.PENDING
    assert desk.taken() == (2, 2)


def test_a_project_takes_no_more_than_its_limit(desk: Desk) -> None:
    for id in ("one", "two"):
        assert desk.begin(desk.pending(id), project=2) is Begun.BEGUN
    assert desk.begin(desk.pending("three"), project=2) is Begun.PROJECT_FULL
    assert desk.begin(desk.pending("four", project="api"), project=2) is Begun.BEGUN
    assert desk.taken() == (3, 2)


def test_where_everything_is_full_the_stage_is_told(desk: Desk) -> None:
    desk.begin(desk.pending("one"))
    asked = desk.pending("two", session="one")
    assert desk.begin(asked, stage=1, project=1) is Begun.STAGE_FULL
    assert desk.begin(asked, stage=2, project=1) is Begun.PROJECT_FULL


def test_two_tasks_of_one_session_never_run_at_once(desk: Desk) -> None:
    first = desk.claimed("one")
    second = desk.pending("two", session="one")
    assert desk.begin(second) is Begun.SESSION_BUSY
    assert desk.taken() == (1, 1)
    desk.end(first)
    assert desk.begin(second) is Begun.BEGUN


def test_a_beginning_makes_the_session(desk: Desk) -> None:
    assert desk.tasks.session("one") is None
    desk.begun()
    made = Session("one", "web", "opencode", ExecutionPath.ACP, holder="one")
    assert desk.tasks.session("one") == made


def test_an_end_leaves_its_outcome_and_frees_everything(desk: Desk) -> None:
    running = desk.claimed()
    assert desk.tasks.end(running, DONE, change(), NOW + 9)
    assert desk.task() == replace(
        running,
        state=TaskState.COMPLETED,
        ended_at=NOW + 9,
        outcome=DONE,
        summary=DONE.summary,
        cost=DONE.cost,
        transcript=DONE.transcript,
        change="one",
    )
    assert desk.taken() == (0, 0)
    assert desk.change() == change()
    assert desk.tasks.session("one") == Session(
        id="one",
        project="web",
        agent="opencode",
        path=ExecutionPath.ACP,
        agent_session="ses_1",
        files="tasks/one/1/session.tar.gz",
        turns=("one",),
    )


def test_a_task_ends_once(desk: Desk) -> None:
    desk.tasks.outcome(desk.claimed(), DONE)
    running = desk.task()
    assert desk.tasks.end(running, DONE, change(), NOW)
    assert not desk.tasks.end(running, FAILED, None, NOW + 1)
    assert desk.task().state is TaskState.COMPLETED
    assert desk.taken() == (0, 0)
    session = desk.tasks.session("one")
    assert session is not None
    assert session.turns == ("one",)


def test_a_task_that_has_not_begun_does_not_end(desk: Desk) -> None:
    asked = desk.pending()
    assert not desk.tasks.end(asked, FAILED, None, NOW)
    assert desk.task() == asked
    assert desk.taken() == (0, 0)


def test_what_a_task_did_meanwhile_is_dropped_at_its_end(desk: Desk) -> None:
    running = desk.claimed()
    desk.tasks.checkpoint(running, SNAPSHOT)
    desk.tasks.doing("one", "Reading")
    desk.end(running)
    ended = desk.task()
    assert (ended.checkpoint, ended.doing, ended.commands) == (None, "", ())


def test_a_task_without_a_snapshot_makes_no_change(desk: Desk) -> None:
    desk.ended(outcome=FAILED)
    assert (desk.task().change, desk.changes.get("one")) == ("", None)
    assert desk.task().cost is None


def test_a_task_with_an_empty_snapshot_makes_no_change(desk: Desk) -> None:
    empty = replace(SNAPSHOT, files=(), flags=(), count=0)
    running = desk.claimed()
    assert desk.tasks.end(running, replace(DONE, snapshot=empty), change(snapshot=empty), NOW)
    assert (desk.task().change, desk.changes.get("one")) == ("", None)


def test_an_outcome_that_came_meanwhile_is_read_before_the_runner_is_called_lost(
    desk: Desk,
) -> None:
    running = desk.claimed()
    desk.tasks.outcome(running, DONE)
    with pytest.raises(Fenced):
        desk.tasks.end(running, FAILED, None, NOW)
    assert desk.task().state is TaskState.RUNNING
    assert desk.tasks.end(desk.task(), DONE, change(), NOW)


def test_a_live_session_is_kept_and_one_at_rest_for_90_days(desk: Desk) -> None:
    key = keys.task_session("one")
    running = desk.claimed()
    assert "expires_at" not in desk.fields(key)
    desk.end(running)
    assert desk.fields(key)["expires_at"] == NOW // SECOND + 90 * 86_400
    desk.begun("two", session="one")
    assert "expires_at" not in desk.fields(key)


def follow(desk: Desk, choice: Choice, outcome: TaskOutcome) -> Session:
    """A second task of the first one's session."""
    desk.ended("one")
    running = desk.begun("two", choice, session="one")
    desk.end(running, outcome)
    session = desk.tasks.session("one")
    assert session is not None
    return session


def test_a_session_lists_its_tasks_in_their_order(desk: Desk) -> None:
    assert follow(desk, ACP, FAILED).turns == ("one", "two")


def test_a_session_has_the_files_of_the_last_task_that_left_some(desk: Desk) -> None:
    newer = replace(DONE, session_files="tasks/two/1/session.tar.gz", agent_session="ses_2")
    after = follow(desk, ACP, newer)
    assert (after.agent_session, after.files) == ("ses_2", "tasks/two/1/session.tar.gz")


def test_a_task_that_left_no_files_leaves_those_that_are_there(desk: Desk) -> None:
    after = follow(desk, ACP, FAILED)
    assert (after.agent_session, after.files) == ("ses_1", "tasks/one/1/session.tar.gz")


def test_another_agent_that_finishes_takes_the_session_over(desk: Desk) -> None:
    after = follow(desk, OTHER, TaskOutcome(TaskState.COMPLETED, "done"))
    assert (after.agent, after.path) == ("claude", ExecutionPath.PTY)
    assert (after.agent_session, after.files) == ("", "")


def test_another_agent_that_never_got_going_takes_nothing(desk: Desk) -> None:
    after = follow(desk, OTHER, FAILED)
    assert (after.agent, after.agent_session) == ("opencode", "ses_1")


def test_another_task_finds_out_who_holds_the_session(desk: Desk) -> None:
    desk.ended("one")
    desk.begun("two", session="one")
    session = desk.tasks.session("one")
    assert session is not None
    assert session.holder == "two"


def test_a_native_session_has_no_agent(desk: Desk) -> None:
    running = desk.begun(choice=NATIVE)
    assert running.note == NATIVE.note
    desk.end(running, FAILED)
    session = desk.tasks.session("one")
    assert session == Session("one", "web", "", ExecutionPath.NATIVE, turns=("one",))

"""Tasks that are asked for, found and told of."""

from dataclasses import replace

import pytest

from parley.adapters.dynamodb import keys
from parley.core.limits import DAY, SECOND
from parley.core.tasks.task import TaskState
from tests.store.desk import DONE, NATIVE, NOW, Desk, task

AFTER_90_DAYS = NOW // SECOND + 90 * 86_400


def test_a_task_is_found_as_it_was_asked_for(desk: Desk) -> None:
    asked = task(agent="a", model="m", mode="plan", thinking="high", session="s", on_top="zero")
    assert desk.tasks.create(asked) == asked
    assert desk.tasks.get("one") == asked


def test_a_task_of_nobody_in_a_chat_has_no_delivery(desk: Desk) -> None:
    desk.pending(delivery=None)
    assert desk.task().delivery is None


def test_a_task_that_nobody_asked_for_is_not_found(desk: Desk) -> None:
    assert desk.tasks.get("one") is None


def test_the_first_request_of_an_id_stands(desk: Desk) -> None:
    first = desk.pending()
    assert desk.tasks.create(task(prompt="Something else")) == first
    assert desk.task() == first


def test_a_repeated_request_finds_the_task_as_it_is_by_now(desk: Desk) -> None:
    running = desk.begun()
    assert desk.tasks.create(task()) == running


def test_pending_tasks_come_oldest_first(desk: Desk) -> None:
    for age, id in enumerate("cab"):
        desk.pending(id, created_at=NOW + age)
    desk.begun("running", created_at=NOW - 1)
    assert list(desk.tasks.pending()) == ["c", "a", "b"]


def test_a_task_is_live_from_its_beginning_until_it_is_settled(desk: Desk) -> None:
    desk.pending()
    assert desk.live() == []
    desk.begin(desk.task())
    assert desk.live() == ["one"]
    desk.end(desk.claim())
    desk.tasks.reported("one")
    assert desk.live() == ["one"]
    desk.tasks.settle("one")
    assert desk.live() == []


def test_a_settled_task_goes_90_days_after_its_end(desk: Desk) -> None:
    desk.ended()
    desk.clock.advance(5 * DAY)
    desk.tasks.settle("one")
    assert desk.fields(keys.task("one"))["expires_at"] == AFTER_90_DAYS


def test_a_task_that_runs_is_never_settled(desk: Desk) -> None:
    desk.claimed()
    desk.tasks.settle("one")
    assert desk.live() == ["one"]
    assert "expires_at" not in desk.fields(keys.task("one"))


def test_settling_what_is_not_there_makes_nothing(desk: Desk) -> None:
    desk.tasks.settle("one")
    assert desk.tasks.get("one") is None


def test_the_newest_tasks_come_first_however_far_they_are(desk: Desk) -> None:
    desk.pending("pending", created_at=NOW + 4)
    desk.begun("live", created_at=NOW + 5)
    desk.ended("settled", created_at=NOW + 6)
    desk.tasks.settle("settled")
    desk.pending("old", created_at=NOW - 1)
    found = [each.id for each in desk.tasks.recent(3)]
    assert found == ["settled", "live", "pending"]


def test_more_recent_tasks_are_asked_for_than_there_are(desk: Desk) -> None:
    desk.pending()
    assert desk.tasks.recent(10) == [desk.task()]


def test_a_task_fails_before_it_begins(desk: Desk) -> None:
    asked = desk.pending()
    assert desk.tasks.fail(asked, "There is no repository", NOW + 1)
    failed = replace(
        asked, state=TaskState.FAILED, summary="There is no repository", ended_at=NOW + 1
    )
    assert desk.task() == failed
    assert (list(desk.tasks.pending()), desk.live()) == ([], ["one"])


def test_a_task_that_has_begun_does_not_fail_that_way(desk: Desk) -> None:
    asked = desk.pending()
    desk.begin(asked)
    assert not desk.tasks.fail(asked, "There is no repository", NOW)
    assert desk.task().state is TaskState.RUNNING


def test_a_failure_is_told_once(desk: Desk) -> None:
    asked = desk.pending()
    desk.tasks.fail(asked, "first", NOW)
    assert not desk.tasks.fail(asked, "second", NOW)
    assert desk.task().summary == "first"


def test_a_task_that_failed_unbegun_goes_when_it_is_settled(desk: Desk) -> None:
    desk.tasks.fail(desk.pending(), "no", NOW)
    desk.tasks.settle("one")
    assert desk.fields(keys.task("one"))["expires_at"] == AFTER_90_DAYS


def test_of_two_who_found_an_execution_dead_one_goes_on(desk: Desk) -> None:
    running = desk.begun()
    assert desk.tasks.advance(running) == replace(running, generation=2)
    assert desk.tasks.advance(running) is None
    assert desk.task().generation == 2


def test_whoever_parks_sees_the_task_as_it_is_then(desk: Desk) -> None:
    running = desk.begun(choice=NATIVE)
    desk.tasks.outcome(running, DONE)
    parked = desk.tasks.park("one", "token")
    assert parked == desk.task()
    assert (parked.token, parked.outcome) == ("token", DONE)


def test_the_last_token_is_the_one_that_waits(desk: Desk) -> None:
    desk.begun(choice=NATIVE)
    desk.tasks.park("one", "first")
    assert desk.tasks.park("one", "second").token == "second"


def test_nothing_is_parked_at_a_task_that_is_not_there(desk: Desk) -> None:
    with pytest.raises(LookupError):
        desk.tasks.park("one", "token")
    assert desk.fields(keys.task("one")) == {}


def test_the_first_progress_post_stands(desk: Desk) -> None:
    desk.begun()
    desk.tasks.note_progress("one", "1700.1")
    desk.tasks.note_progress("one", "1700.2")
    assert desk.task().progress == "1700.1"


def test_no_progress_of_a_task_that_is_not_there(desk: Desk) -> None:
    desk.tasks.note_progress("one", "1700.1")
    assert desk.tasks.get("one") is None


def test_what_was_reported_stays_reported(desk: Desk) -> None:
    desk.ended()
    assert not desk.task().reported
    desk.tasks.reported("one")
    desk.tasks.reported("one")
    assert desk.task().reported


def test_no_report_of_a_task_that_is_not_there(desk: Desk) -> None:
    desk.tasks.reported("one")
    assert desk.tasks.get("one") is None


def test_a_long_prompt_is_kept_in_pieces_until_its_task_goes(desk: Desk) -> None:
    prompt = "Größer 🦜 " * 20_000
    desk.pending(prompt=prompt)
    assert desk.task().prompt == prompt
    assert desk.tasks.recent(1)[0].prompt == prompt
    piece = desk.fields(keys.task_prompt("one", 2))
    assert piece["text"] in prompt
    assert "expires_at" not in piece
    desk.tasks.fail(desk.task(), "no", NOW)
    desk.tasks.settle("one")
    assert desk.fields(keys.task_prompt("one", 2))["expires_at"] == AFTER_90_DAYS
    assert desk.task().prompt == prompt


def test_the_first_long_prompt_stands_too(desk: Desk) -> None:
    first = desk.pending(prompt="a" * 10_000)
    assert desk.tasks.create(task(prompt="b" * 10_000)) == first
    assert desk.task() == first

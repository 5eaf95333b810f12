"""Changes: decided once, on the patch that was read, and settled once."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from parley.adapters.dynamodb import keys
from parley.core.limits import DAY, SECOND
from parley.core.message import Sender
from parley.core.tasks.change import Change, ChangeState
from tests.store.desk import ADA, CHAT, GRACE, NOW, SNAPSHOT, Desk, change

BRANCH = ("parley/one", "e" * 40, "https://github.test/pull/1")


def test_a_change_is_found_as_it_was_recorded(desk: Desk) -> None:
    assert desk.changed(approvers=()) == change(approvers=())
    assert desk.changes.get("two") is None


def test_a_change_of_nobody_in_a_chat_has_no_delivery(desk: Desk) -> None:
    assert change().delivery == CHAT
    assert desk.changed(delivery=None).delivery is None


@pytest.mark.parametrize(
    "state", [ChangeState.APPROVED, ChangeState.REJECTED, ChangeState.SUPERSEDED]
)
def test_whoever_is_first_decides(desk: Desk, state: ChangeState) -> None:
    waiting = desk.changed()
    decided = desk.changes.decide(waiting, state, ADA, "because", NOW + 5, "two")
    assert decided == replace(
        waiting, state=state, by="U1", by_name="Ada", at=NOW + 5, reason="because", follow_up="two"
    )
    assert desk.change() == decided


def test_the_first_decision_stands(desk: Desk) -> None:
    waiting = desk.changed()
    first = desk.changes.decide(waiting, ChangeState.REJECTED, ADA, "no", NOW)
    assert desk.changes.decide(waiting, ChangeState.APPROVED, GRACE, "", NOW) == first


def test_nobody_decides_on_what_has_expired(desk: Desk) -> None:
    waiting = desk.changed()
    found = desk.changes.decide(waiting, ChangeState.APPROVED, ADA, "", NOW + DAY)
    assert found == waiting
    assert desk.change() == waiting


def test_somebody_decides_in_the_last_moment(desk: Desk) -> None:
    decided = desk.changes.decide(desk.changed(), ChangeState.APPROVED, ADA, "", NOW + DAY - 1)
    assert decided.state is ChangeState.APPROVED


def test_nobody_decides_on_another_patch_than_the_one_that_was_read(desk: Desk) -> None:
    waiting = desk.changed()
    read = replace(waiting, snapshot=replace(SNAPSHOT, patch_sha256="0" * 64))
    assert desk.changes.decide(read, ChangeState.APPROVED, ADA, "", NOW) == waiting


def test_a_decision_on_what_is_not_there_is_told(desk: Desk) -> None:
    with pytest.raises(LookupError):
        desk.changes.decide(change(), ChangeState.APPROVED, ADA, "", NOW)
    assert desk.changes.get("one") is None


def test_the_longest_reason_is_kept(desk: Desk) -> None:
    reason = "ß🦜" * 5_000
    desk.changes.decide(desk.changed(), ChangeState.SUPERSEDED, ADA, reason, NOW, "two")
    assert desk.change().reason == reason


def test_a_change_expires_past_its_time(desk: Desk) -> None:
    waiting = desk.changed()
    assert desk.changes.expire("one", NOW + DAY - 1) == waiting
    expired = desk.changes.expire("one", NOW + DAY)
    assert expired == replace(waiting, state=ChangeState.EXPIRED, at=NOW + DAY)
    assert desk.changes.expire("one", NOW + 2 * DAY) == expired


def test_what_somebody_decided_does_not_expire(desk: Desk) -> None:
    approved = desk.approved()
    assert desk.changes.expire("one", NOW + 2 * DAY) == approved


def test_the_first_prompt_stands(desk: Desk) -> None:
    desk.changed()
    desk.changes.note_prompt("one", "1700.1")
    desk.changes.note_prompt("one", "1700.2")
    assert desk.change().prompt == "1700.1"


def test_no_prompt_of_a_change_that_is_not_there(desk: Desk) -> None:
    desk.changes.note_prompt("one", "1700.1")
    assert desk.changes.get("one") is None


def test_whoever_parks_sees_the_decision_that_came_before(desk: Desk) -> None:
    approved = desk.approved()
    assert desk.changes.park("one", "token") == replace(approved, token="token")
    assert desk.changes.park("one", "newer").token == "newer"


def test_nothing_is_parked_at_a_change_that_is_not_there(desk: Desk) -> None:
    with pytest.raises(LookupError):
        desk.changes.park("one", "token")
    assert desk.fields(keys.change("one")) == {}


def test_a_published_change_is_applied(desk: Desk) -> None:
    approved = desk.approved()
    applied = desk.changes.published("one", *BRANCH)
    assert applied == replace(
        approved, state=ChangeState.APPLIED, branch=BRANCH[0], commit=BRANCH[1], url=BRANCH[2]
    )
    assert desk.change() == applied


def test_a_conflicted_change_has_its_files(desk: Desk) -> None:
    approved = desk.approved()
    conflicted = desk.changes.conflicted("one", ["a.txt", "b\udc80\n.txt"])
    assert conflicted == replace(
        approved, state=ChangeState.CONFLICTED, conflicts=("a.txt", "b\udc80\n.txt")
    )


def test_thousands_of_conflicts_are_told_as_far_as_they_fit(desk: Desk) -> None:
    desk.approved()
    files = [f"{number}/{'x' * 100}" for number in range(9_000)]
    kept = desk.changes.conflicted("one", files).conflicts
    assert 100 < len(kept) < 1_000
    assert list(kept) == files[: len(kept)]


def test_what_could_not_be_published_waits_for_people_again(desk: Desk) -> None:
    waiting = desk.changed()
    desk.changes.decide(waiting, ChangeState.APPROVED, ADA, "ship it", NOW)
    withdrawn = desk.changes.withdrawn("one", "GitHub said no")
    assert withdrawn == replace(waiting, trouble="GitHub said no", at=NOW)
    again = desk.changes.decide(withdrawn, ChangeState.APPROVED, GRACE, "", NOW + 1)
    assert (again.state, again.by, again.trouble) == (ChangeState.APPROVED, "U2", "")


SETTLING: dict[str, Callable[[Desk], Change]] = {
    "published": lambda desk: desk.changes.published("one", *BRANCH),
    "conflicted": lambda desk: desk.changes.conflicted("one", ["a.txt"]),
    "withdrawn": lambda desk: desk.changes.withdrawn("one", "trouble"),
}


@pytest.mark.parametrize("late", list(SETTLING))
def test_nothing_is_published_that_nobody_approved(desk: Desk, late: str) -> None:
    waiting = desk.changed()
    assert SETTLING[late](desk) == waiting


@pytest.mark.parametrize("late", list(SETTLING))
def test_a_late_publisher_finds_how_it_was_settled(desk: Desk, late: str) -> None:
    desk.approved()
    settled = desk.changes.published("one", *BRANCH)
    other = Sender("U9")
    assert desk.changes.decide(settled, ChangeState.REJECTED, other, "", NOW) == settled
    assert SETTLING[late](desk) == settled


def test_a_settled_change_is_told_and_goes_like_its_task(desk: Desk) -> None:
    desk.changes.decide(desk.changed(), ChangeState.REJECTED, ADA, "", NOW)
    desk.changes.told("one")
    assert desk.change().told
    assert desk.fields(keys.change("one"))["expires_at"] == NOW // SECOND + 90 * 86_400


def test_what_waits_for_people_is_never_forgotten(desk: Desk) -> None:
    desk.approved()
    desk.changes.told("one")
    desk.changes.told("two")
    assert not desk.change().told
    assert "expires_at" not in desk.fields(keys.change("one"))
    assert desk.changes.get("two") is None

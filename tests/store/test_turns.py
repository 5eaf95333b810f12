"""What is recorded of an open turn: session, post, run, waiting, progress, outcome (6 to 8, 16)."""

from dataclasses import replace

import pytest

from parley.core.conversation import Conversation
from parley.core.limits import MINUTE
from parley.core.reply import Part
from parley.core.turn import Outcome, Post, Spell, Usage
from parley.errors import Fenced
from parley.ports import Store
from tests.store.bench import Bench
from tests.store.builders import (
    CONVERSATION,
    LEASE_UNTIL,
    NOW,
    accept,
    acquire,
    message,
    opened,
    parts,
)


def state_of(store: Store) -> Conversation:
    state = store.inbox.read(CONVERSATION)
    assert state is not None
    return state


def test_an_unknown_turn_is_an_error(store: Store) -> None:
    with pytest.raises(LookupError):
        store.turns.get(CONVERSATION, "turn1")


def test_a_new_session_starts_at_cursor_zero(store: Store) -> None:
    at = opened(store)
    store.turns.save_progress(at.holder, at.turn, 42, "", False, LEASE_UNTIL)
    store.turns.record_session(at.holder, "session1", None)
    assert (state_of(store).session, state_of(store).cursor) == ("session1", 0)


def test_a_session_is_untied_with_its_cursor(store: Store) -> None:
    at = opened(store)
    store.turns.record_session(at.holder, "session1", None)
    store.turns.save_progress(at.holder, at.turn, 42, "", False, LEASE_UNTIL)
    store.turns.record_session(at.holder, None, None)
    assert (state_of(store).session, state_of(store).cursor) == (None, 0)


def test_a_notice_is_set_on_the_open_turn(store: Store) -> None:
    at = opened(store)
    store.turns.record_session(at.holder, None, "The session was gone.")
    assert at.stored().notice == "The session was gone."


def test_no_notice_leaves_the_earlier_one(store: Store) -> None:
    at = opened(store)
    store.turns.record_session(at.holder, None, "The session was gone.")
    store.turns.record_session(at.holder, "session2", None)
    assert at.stored().notice == "The session was gone."


def test_a_session_is_recorded_where_no_turn_is_open(store: Store) -> None:
    accept(store, message(1))
    store.turns.record_session(acquire(store), "session1", "nobody to tell")
    assert state_of(store).session == "session1"


def test_a_post_is_marked_on_the_turn_and_can_be_marked_anew(store: Store) -> None:
    at = opened(store)
    for post in (Post("session1", NOW, 0), Post("session2", NOW + MINUTE, 12)):
        store.turns.record_post(at.holder, at.turn, post, 0)
        assert at.stored().post == post


def test_a_post_marks_from_where_the_run_is_followed(store: Store) -> None:
    at = opened(store)
    store.turns.record_post(at.holder, at.turn, Post("session1", NOW, 0), 17)
    assert (state_of(store).boot, state_of(store).cursor) == (NOW, 17)


def test_a_run_is_recorded_on_the_turn_and_the_state(store: Store) -> None:
    at = opened(store)
    store.turns.record_run(at.holder, at.turn, "run1")
    assert (at.stored().run, state_of(store).run) == ("run1", "run1")


def test_a_wait_is_noted_with_its_cause_and_the_lease_outlives_it(store: Store) -> None:
    at = opened(store)
    store.turns.record_wait(at.holder, at.turn, {"busy": Spell(NOW, 1)}, 1, LEASE_UNTIL)
    spells = {"busy": Spell(NOW, 1), "gone": Spell(NOW + 1, 1)}
    store.turns.record_wait(at.holder, at.turn, spells, 2, LEASE_UNTIL + MINUTE)
    assert (at.stored().waiting, at.stored().waits) == (spells, 2)
    assert state_of(store).lease_until == LEASE_UNTIL + MINUTE


def test_the_chat_is_told_of_the_waiting_once(store: Store) -> None:
    at = opened(store)
    assert store.turns.record_told(at.holder, at.turn)
    assert not store.turns.record_told(at.holder, at.turn)
    assert at.stored().told


def test_a_run_ends_the_waiting(store: Store) -> None:
    at = opened(store)
    store.turns.record_wait(at.holder, at.turn, {"busy": Spell(NOW, 1)}, 1, LEASE_UNTIL)
    store.turns.record_told(at.holder, at.turn)
    store.turns.record_run(at.holder, at.turn, "run1")
    turn = at.stored()
    assert (turn.waits, turn.waiting, turn.told) == (0, {}, False)


def test_progress_ends_the_waiting(store: Store) -> None:
    at = opened(store)
    store.turns.record_wait(at.holder, at.turn, {"busy": Spell(NOW, 1)}, 1, LEASE_UNTIL)
    store.turns.save_progress(at.holder, at.turn, 1, "", False, LEASE_UNTIL)
    assert (at.stored().waits, at.stored().waiting) == (0, {})


def test_progress_saves_cursor_text_gap_and_lease(store: Store) -> None:
    at = opened(store)
    store.turns.save_progress(at.holder, at.turn, 42, "so far", True, LEASE_UNTIL + 1)
    assert (at.stored().text, at.stored().gapped) == ("so far", True)
    assert (state_of(store).cursor, state_of(store).lease_until) == (42, LEASE_UNTIL + 1)


def test_progress_saves_what_was_used_and_forgets_it_where_that_is_unknown(store: Store) -> None:
    at = opened(store)
    store.turns.save_progress(at.holder, at.turn, 42, "", False, LEASE_UNTIL, Usage(8, 2, 10))
    assert at.stored().usage == Usage(8, 2, 10)
    store.turns.save_progress(at.holder, at.turn, 50, "", True, LEASE_UNTIL)
    assert at.stored().usage is None


def test_progress_can_be_repeated(store: Store) -> None:
    at = opened(store)
    for _ in range(2):
        store.turns.save_progress(at.holder, at.turn, 42, "so far", False, LEASE_UNTIL)
    assert at.stored().text == "so far"


def test_progress_is_refused_once_an_outcome_stands(bench: Bench) -> None:
    at = opened(bench.store).ended()
    before = bench.everything_of(CONVERSATION)
    with pytest.raises(Fenced):
        bench.store.turns.save_progress(at.holder, at.turn, 42, "late", False, LEASE_UNTIL)
    assert bench.everything_of(CONVERSATION) == before


def test_an_outcome_is_stored_with_its_chunks_and_usage(store: Store) -> None:
    at = opened(store)
    usage = Usage(100, 20, 120)
    reply = (Part("one"), Part("```\ntwo\n```", file="rest.md"))
    assert store.turns.record_outcome(at.holder, at.turn, Outcome.COMPLETED, reply, usage, None)
    turn = at.stored()
    assert (turn.outcome, turn.usage) == (Outcome.COMPLETED, usage)
    assert (turn.reply, turn.delivered) == (reply, 0)


@pytest.mark.parametrize(("cursor", "kept"), [(None, 7), (42, 42)], ids=["without", "with"])
def test_an_outcome_moves_the_cursor_only_when_it_has_one(
    store: Store, cursor: int | None, kept: int
) -> None:
    at = opened(store)
    store.turns.save_progress(at.holder, at.turn, 7, "", False, LEASE_UNTIL)
    store.turns.record_outcome(at.holder, at.turn, Outcome.SILENT, parts("-"), None, cursor)
    assert state_of(store).cursor == kept


@pytest.mark.parametrize("cursor", [None, 42], ids=["without a cursor", "with one"])
def test_the_first_outcome_stands(bench: Bench, cursor: int | None) -> None:
    at = opened(bench.store).ended("the answer")
    before = bench.everything_of(CONVERSATION)
    assert not bench.store.turns.record_outcome(
        at.holder, at.turn, Outcome.FAILED, parts("sorry"), None, cursor
    )
    assert bench.everything_of(CONVERSATION) == before


@pytest.mark.parametrize("cursor", [None, 42], ids=["without a cursor", "with one"])
def test_a_turn_that_is_not_the_open_one_gets_no_outcome(bench: Bench, cursor: int | None) -> None:
    """A late writer whose turn was completed; its item may even be gone."""
    at = opened(bench.store).ended()
    bench.store.turns.complete(at.holder, at.stored())
    before = bench.everything_of(CONVERSATION)
    for turn in (at.turn, "turn9"):
        assert not bench.store.turns.record_outcome(
            at.holder, turn, Outcome.FAILED, parts("sorry"), None, cursor
        )
    assert bench.everything_of(CONVERSATION) == before


def test_a_successor_goes_on_with_what_was_recorded(store: Store) -> None:
    at = opened(store)
    store.turns.save_progress(at.holder, at.turn, 42, "so far", False, LEASE_UNTIL)
    before = at.stored()
    later = at.taken_over()
    store.turns.record_run(later.holder, later.turn, "run1")
    assert later.stored() == replace(before, run="run1")

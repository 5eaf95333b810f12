"""What people do to a conversation from outside its machine (protocol 30, 33, 34)."""

from dataclasses import replace

import pytest

from parley.core.batch import Batch, BatchStatus
from parley.core.busy import BusyMode
from parley.core.conversation import Conversation
from parley.core.limits import HOUR, MINUTE, SECOND
from parley.errors import Fenced
from parley.ports import Store
from tests.store.bench import Bench
from tests.store.builders import (
    CONVERSATION,
    NOW,
    accept,
    acquire,
    asked,
    batch,
    claim,
    decision,
    delivery,
    message,
    opened,
    stopped_by,
    with_asked,
    with_batch,
    with_slot,
)


def state_of(store: Store) -> Conversation:
    state = store.inbox.read(CONVERSATION)
    assert state is not None
    return state


def stored(store: Store, key: str = asked().key) -> Batch:
    return store.approvals.get(CONVERSATION, key)


# Stop


def test_a_stop_is_asked_of_the_present_turn(store: Store) -> None:
    at = opened(store)
    assert stopped_by(store)
    assert state_of(store).stop == at.turn


def test_a_repeated_stop_is_a_success(store: Store) -> None:
    opened(store)
    read = state_of(store)
    assert store.controls.stop(read, None, NOW)
    assert store.controls.stop(read, None, NOW)


def test_nothing_is_stopped_where_no_turn_is_open(bench: Bench) -> None:
    accept(bench.store, message(1))
    before = bench.everything_of(CONVERSATION)
    assert not bench.store.controls.stop(state_of(bench.store), None, NOW)
    assert bench.everything_of(CONVERSATION) == before


def test_a_stop_of_a_turn_that_is_over_leaves_the_next_one_alone(bench: Bench) -> None:
    at = opened(bench.store)
    read = state_of(bench.store)
    at.ended()
    bench.store.turns.complete(at.holder, at.stored())
    accept(bench.store, message(2))
    claim(bench.store, at.holder, "turn2")
    before = bench.everything_of(CONVERSATION)
    assert not bench.store.controls.stop(read, None, NOW)
    assert bench.everything_of(CONVERSATION) == before


def test_a_stop_cancels_the_batch_that_a_person_is_asked_about(store: Store) -> None:
    with_asked(store)
    assert stopped_by(store)
    assert (stored(store).status, stored(store).at) == (BatchStatus.CANCELLED, NOW)
    assert list(store.repairs.closed()) == [(CONVERSATION, stored(store))]


def test_a_repeated_stop_of_an_open_batch_is_a_success(store: Store) -> None:
    with_asked(store)
    read = state_of(store)
    assert store.controls.stop(read, asked(), NOW)
    assert store.controls.stop(read, asked(), NOW + SECOND)
    assert (state_of(store).stop, stored(store).at) == (read.turn, NOW)


def test_a_stop_that_did_not_see_the_batch_reads_again(bench: Bench) -> None:
    at = opened(bench.store)
    read = state_of(bench.store)
    bench.store.batches.record(at.holder, asked(), 5, "so far", NOW)
    before = bench.everything_of(CONVERSATION)
    assert not bench.store.controls.stop(read, None, NOW)
    assert bench.everything_of(CONVERSATION) == before


def test_a_stop_that_saw_a_batch_which_was_posted_reads_again(bench: Bench) -> None:
    at = with_slot(bench.store)
    read = state_of(bench.store)
    bench.store.batches.posted(at.holder, batch())
    before = bench.everything_of(CONVERSATION)
    assert not bench.store.controls.stop(read, batch(), NOW)
    assert bench.everything_of(CONVERSATION) == before


def test_a_stop_that_saw_an_open_batch_which_was_decided_reads_again(bench: Bench) -> None:
    with_asked(bench.store)
    read = state_of(bench.store)
    bench.store.approvals.decide(CONVERSATION, asked(), decision(), NOW)
    before = bench.everything_of(CONVERSATION)
    assert not bench.store.controls.stop(read, asked(), NOW)
    assert bench.everything_of(CONVERSATION) == before


def test_a_stop_wins_over_a_decision_that_is_not_posted(store: Store) -> None:
    at = with_asked(store)
    decided = store.approvals.decide(CONVERSATION, asked(), decision(), NOW)
    assert stopped_by(store)
    assert stored(store) == decided
    assert not store.batches.intend(at.holder, decided, NOW, NOW + SECOND)


def test_no_batch_is_recorded_after_a_stop(store: Store) -> None:
    at = opened(store)
    stopped_by(store)
    with pytest.raises(Fenced):
        store.batches.record(at.holder, asked(), 5, "so far", NOW)


def test_an_interrupting_message_stops_the_turn_while_it_is_queued(store: Store) -> None:
    at = opened(store)
    read = state_of(store)
    accept(store, message(2))
    assert store.controls.stop(read, None, NOW, message(2))
    assert state_of(store).stop == at.turn


def test_an_interrupting_message_never_stops_the_turn_that_it_became(bench: Bench) -> None:
    opened(bench.store)
    before = bench.everything_of(CONVERSATION)
    assert not bench.store.controls.stop(state_of(bench.store), None, NOW, message(1))
    assert bench.everything_of(CONVERSATION) == before


def test_an_interrupting_message_cancels_the_open_batch_too(store: Store) -> None:
    with_asked(store)
    read = state_of(store)
    accept(store, message(2))
    for _ in range(2):
        assert store.controls.stop(read, asked(), NOW, message(2))
    assert stored(store).status is BatchStatus.CANCELLED


# Supersede


def test_a_queued_message_supersedes_an_open_batch(store: Store) -> None:
    with_asked(store)
    accept(store, message(2))
    assert store.controls.supersede(CONVERSATION, asked(), message(2), NOW)
    assert stored(store).status is BatchStatus.SUPERSEDED
    assert list(store.repairs.closed()) == [(CONVERSATION, stored(store))]


def test_a_batch_is_superseded_once(bench: Bench) -> None:
    with_asked(bench.store)
    accept(bench.store, message(2))
    bench.store.controls.supersede(CONVERSATION, asked(), message(2), NOW)
    before = bench.everything_of(CONVERSATION)
    assert not bench.store.controls.supersede(CONVERSATION, asked(), message(2), NOW + SECOND)
    assert bench.everything_of(CONVERSATION) == before


def test_a_decision_is_not_superseded(store: Store) -> None:
    with_asked(store)
    accept(store, message(2))
    store.approvals.decide(CONVERSATION, asked(), decision(), NOW)
    assert not store.controls.supersede(CONVERSATION, asked(), message(2), NOW)
    assert stored(store).status is BatchStatus.ALLOWED


def test_a_message_that_is_claimed_already_supersedes_nothing(bench: Bench) -> None:
    with_asked(bench.store)
    before = bench.everything_of(CONVERSATION)
    assert not bench.store.controls.supersede(CONVERSATION, asked(), message(1), NOW)
    assert bench.everything_of(CONVERSATION) == before


# Mode and renewal


def set_mode(store: Store, mode: BusyMode = BusyMode.STEER, now: int = NOW) -> None:
    store.controls.set_mode(CONVERSATION, mode, "slack / U1", delivery(), now)


def released(store: Store) -> None:
    at = opened(store).ended()
    store.turns.complete(at.holder, at.stored())
    assert store.leases.release(at.holder, NOW)


def test_a_mode_makes_an_idle_conversation_where_there_is_none(bench: Bench) -> None:
    set_mode(bench.store)
    state = state_of(bench.store)
    assert (state.mode, state.pending, state.owner) == (BusyMode.STEER, 0, None)
    assert (state.title, state.delivery) == ("slack / U1", delivery())
    assert state.generation == NOW // SECOND
    assert bench.state(CONVERSATION)["expires_at"] == (NOW + 168 * HOUR) // SECOND
    assert list(bench.store.repairs.unsettled()) == []


def test_a_conversation_that_a_mode_made_takes_messages_as_any_other(store: Store) -> None:
    set_mode(store)
    accept(store, message(1))
    at = claim(store, acquire(store))
    assert (state_of(store).mode, state_of(store).turn) == (BusyMode.STEER, at.turn)


def test_the_newest_mode_counts(store: Store) -> None:
    set_mode(store)
    set_mode(store, BusyMode.REJECT)
    assert state_of(store).mode is BusyMode.REJECT


def test_a_mode_keeps_what_the_conversation_has(store: Store) -> None:
    released(store)
    before = state_of(store)
    moved = delivery(thread_ts="18.2")
    store.controls.set_mode(CONVERSATION, BusyMode.STEER, "other", moved, NOW + MINUTE)
    after = state_of(store)
    assert after == replace(before, mode=BusyMode.STEER, updated_at=NOW + MINUTE)


def test_a_mode_is_activity_for_an_idle_conversation(bench: Bench) -> None:
    released(bench.store)
    set_mode(bench.store, now=NOW + HOUR)
    assert bench.state(CONVERSATION)["expires_at"] == (NOW + 169 * HOUR) // SECOND


@pytest.mark.parametrize("working", [False, True], ids=["queued", "with a turn"])
def test_a_mode_never_makes_a_busy_conversation_expire(bench: Bench, working: bool) -> None:
    accept(bench.store, message(1))
    if working:
        claim(bench.store, acquire(bench.store))
    before = bench.state(CONVERSATION)
    set_mode(bench.store, now=NOW + HOUR)
    assert bench.state(CONVERSATION) == {**before, "mode": "steer"}


def test_a_renewal_is_noted_with_the_time_from_which_rules_count(store: Store) -> None:
    accept(store, message(1))
    assert store.controls.renew(CONVERSATION, NOW + MINUTE)
    assert (state_of(store).renew, state_of(store).rules_since) == (True, NOW + MINUTE)


def test_there_is_nothing_to_renew_where_there_is_no_conversation(bench: Bench) -> None:
    assert not bench.store.controls.renew(CONVERSATION, NOW)
    assert bench.everything_of(CONVERSATION) == []


def test_a_conversation_that_a_message_would_revive_is_renewed(bench: Bench) -> None:
    released(bench.store)
    bench.clock.advance(200 * HOUR)
    assert bench.store.inbox.read(CONVERSATION) is None
    assert bench.store.controls.renew(CONVERSATION, bench.clock.now())
    accept(bench.store, message(2))
    assert state_of(bench.store).renew


def test_a_renewing_claim_unties_the_session_and_obeys_once(store: Store) -> None:
    at = opened(store)
    store.turns.record_session(at.holder, "session1", None)
    store.turns.save_progress(at.holder, at.turn, 42, "", False, NOW + HOUR)
    at.ended()
    store.turns.complete(at.holder, at.stored())
    accept(store, message(2))
    store.controls.renew(CONVERSATION, NOW)
    queued = store.turns.queued(CONVERSATION)
    assert store.turns.claim(at.holder, replace(at.stored(), id="turn2"), queued, None, renew=True)
    state = state_of(store)
    assert (state.session, state.cursor, state.renew) == (None, 0, False)
    assert state.turn == "turn2"


def test_an_open_batch_outlives_a_mode(store: Store) -> None:
    with_batch(store)
    set_mode(store)
    assert state_of(store).batch == batch().key

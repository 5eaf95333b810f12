"""The machine's side of asking: recorded, parked, expired, posted, consumed (protocol 20 to 28)."""

from dataclasses import replace

import pytest

from parley.adapters.dynamodb import keys
from parley.core.approval import Choice
from parley.core.batch import Batch, BatchStatus
from parley.core.conversation import Conversation
from parley.core.limits import DAY, SECOND
from parley.ports import Store
from tests.store.bench import Bench
from tests.store.builders import (
    CONVERSATION,
    NOW,
    Open,
    accept,
    asked,
    batch,
    decision,
    message,
    opened,
    with_asked,
)

LATE = asked().expires_at
LEASE = LATE + DAY


def stored(store: Store) -> Batch:
    return store.batches.get(CONVERSATION, asked().key)


def state_of(store: Store) -> Conversation:
    state = store.inbox.read(CONVERSATION)
    assert state is not None
    return state


def decide(store: Store, choice: Choice = Choice.ALLOW) -> Batch:
    return store.approvals.decide(CONVERSATION, asked(), decision(choice), NOW)


def supersede(store: Store) -> None:
    accept(store, message(2))
    assert store.controls.supersede(CONVERSATION, asked(), message(2), NOW)


def intend(at: Open, number: int = 1) -> bool:
    return at.store.batches.intend(at.holder, asked(number=number), NOW, NOW + 10 * SECOND)


def test_what_a_person_is_asked_about_comes_back_exactly(store: Store) -> None:
    at = opened(store)
    assert store.batches.record(at.holder, asked(), 5, "so far", NOW) == asked()
    assert stored(store) == asked()


def test_a_question_stands_on_the_state_and_on_the_turn(store: Store) -> None:
    at = with_asked(store)
    assert (state_of(store).batch, state_of(store).approval) == (asked().key, asked().approval)
    assert at.stored().asked == asked().key


def test_a_batch_that_asks_nobody_leaves_the_last_question_on_the_turn(store: Store) -> None:
    at = with_asked(store)
    store.batches.record(at.holder, batch(number=2), 9, "more", NOW)
    assert (state_of(store).batch, state_of(store).approval) == (batch(number=2).key, None)
    assert at.stored().asked == asked().key


def test_a_repeated_question_keeps_the_first_id(bench: Bench) -> None:
    at = with_asked(bench.store)
    before = bench.everything_of(CONVERSATION)
    again = replace(asked(), approval="another00000", expires_at=LATE + SECOND)
    assert bench.store.batches.record(at.holder, again, 6, "more", NOW) == asked()
    assert bench.everything_of(CONVERSATION) == before
    assert bench.store.approvals.find("another00000") is None


def test_a_repeated_question_brings_the_decision(store: Store) -> None:
    at = with_asked(store)
    decided = decide(store)
    assert store.batches.record(at.holder, asked(), 5, "so far", NOW) == decided


def test_the_way_from_the_button_lasts_as_long_as_the_batch(bench: Bench) -> None:
    with_asked(bench.store)
    lookup = bench.fields(keys.approval(asked().approval))
    batch_item = bench.fields(keys.batch(CONVERSATION, asked().key))
    assert lookup["expires_at"] == batch_item["expires_at"]


# Parked


def test_parking_stores_the_token_and_extends_the_lease(store: Store) -> None:
    at = with_asked(store)
    assert store.batches.park(at.holder, asked(), "token1", LEASE) == replace(
        asked(), token="token1"
    )
    assert state_of(store).lease_until == LEASE


def test_parking_shows_a_decision_that_came_before_the_token(store: Store) -> None:
    at = with_asked(store)
    decided = decide(store)
    assert store.batches.park(at.holder, asked(), "token1", LEASE) == replace(
        decided, token="token1"
    )


def test_a_successor_parks_with_its_own_token(store: Store) -> None:
    at = with_asked(store)
    store.batches.park(at.holder, asked(), "token1", LEASE)
    later = at.taken_over()
    assert store.batches.park(later.holder, asked(), "token2", LEASE).token == "token2"


def test_the_first_prompt_stands(store: Store) -> None:
    with_asked(store)
    store.batches.record_prompt(CONVERSATION, asked(), "C7/17.1")
    store.batches.record_prompt(CONVERSATION, asked(), "C7/17.2")
    assert stored(store).prompt == "C7/17.1"


def test_a_prompt_is_recorded_though_the_batch_was_closed_meanwhile(store: Store) -> None:
    with_asked(store)
    decided = decide(store)
    store.batches.record_prompt(CONVERSATION, asked(), "C7/17.1")
    assert stored(store) == replace(decided, prompt="C7/17.1")


def test_it_is_noted_that_the_calls_met_their_fate(store: Store) -> None:
    with_asked(store)
    for _ in range(2):  # a repeat is harmless
        store.batches.record_over(CONVERSATION, asked())
    assert stored(store) == replace(asked(), over=True)


# Expiry


def test_an_open_batch_expires(store: Store) -> None:
    at = with_asked(store)
    expired = store.batches.expire(at.holder, asked(), LATE)
    assert expired == stored(store) == replace(asked(), status=BatchStatus.EXPIRED, at=LATE)


def test_what_the_machine_closes_needs_no_call_back(store: Store) -> None:
    at = with_asked(store)
    store.batches.expire(at.holder, asked(), LATE)
    assert list(store.repairs.closed()) == []


@pytest.mark.parametrize("choice", [Choice.ALLOW, Choice.DENY])
def test_a_decision_is_not_expired(bench: Bench, choice: Choice) -> None:
    at = with_asked(bench.store)
    decided = decide(bench.store, choice)
    before = bench.everything_of(CONVERSATION)
    assert bench.store.batches.expire(at.holder, asked(), LATE) == decided
    assert bench.everything_of(CONVERSATION) == before


def test_a_click_after_the_expiry_decides_nothing(store: Store) -> None:
    at = with_asked(store)
    expired = store.batches.expire(at.holder, asked(), LATE)
    assert decide(store) == expired


# Posting


@pytest.mark.parametrize("choice", [Choice.ALLOW, Choice.DENY])
def test_a_decision_gets_the_slot(store: Store, choice: Choice) -> None:
    at = with_asked(store)
    assert not intend(at)
    decide(store, choice)
    assert intend(at)


def test_a_batch_that_was_superseded_gets_the_slot_to_be_rejected(store: Store) -> None:
    at = with_asked(store)
    supersede(store)
    assert intend(at)


def test_no_slot_for_what_expired(store: Store) -> None:
    at = with_asked(store)
    store.batches.expire(at.holder, asked(), LATE)
    assert not intend(at)


def test_posted_decisions_are_consumed(store: Store) -> None:
    at = with_asked(store)
    decided = decide(store)
    assert intend(at)
    for _ in range(2):  # a repeat is harmless
        store.batches.posted(at.holder, decided)
    assert stored(store) == replace(decided, posted=True)
    assert (state_of(store).batch, state_of(store).approval) == (None, None)
    assert list(store.repairs.closed()) == []


def test_no_slot_for_a_batch_that_was_posted(store: Store) -> None:
    at = with_asked(store)
    store.batches.posted(at.holder, decide(store))
    assert not intend(at)


# Consumed


def test_a_consumed_batch_is_found_no_more_and_the_conversation_is_free(store: Store) -> None:
    at = with_asked(store)
    supersede(store)
    for _ in range(2):  # a repeat is harmless
        store.batches.consumed(at.holder, asked())
    assert (state_of(store).batch, state_of(store).approval) == (None, None)
    assert list(store.repairs.closed()) == []
    assert stored(store).status is BatchStatus.SUPERSEDED


def test_a_batch_that_is_consumed_late_leaves_the_next_one_alone(store: Store) -> None:
    at = with_asked(store)
    supersede(store)
    store.batches.record(at.holder, asked(number=2), 9, "more", NOW)
    store.batches.consumed(at.holder, asked())
    assert state_of(store).batch == asked(number=2).key
    assert list(store.repairs.closed()) == []


# Found by the sweeper


def test_an_open_batch_is_not_among_the_closed(store: Store) -> None:
    with_asked(store)
    assert list(store.repairs.closed()) == []


def test_closed_batches_are_no_unsettled_conversations(store: Store) -> None:
    with_asked(store)
    decided = decide(store)
    assert list(store.repairs.unsettled()) == [CONVERSATION]
    assert list(store.repairs.closed()) == [(CONVERSATION, decided)]


def test_a_batch_that_is_forgotten_needs_no_call_back(store: Store) -> None:
    with_asked(store)
    decided = decide(store)
    for _ in range(2):  # a repeat is harmless
        store.repairs.forget(CONVERSATION, decided)
    assert list(store.repairs.closed()) == []
    assert stored(store) == decided


def test_completion_clears_the_question(store: Store) -> None:
    at = with_asked(store).ended()
    assert store.turns.complete(at.holder, at.stored())
    assert (state_of(store).batch, state_of(store).approval) == (None, None)

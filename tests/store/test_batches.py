"""Decisions on tool calls: frozen, posted by one at a time, in no stopped turn (20 to 22)."""

import json
from dataclasses import replace

import pytest

from parley.adapters.dynamodb import keys
from parley.core.batch import Ruling, Verdict
from parley.core.limits import DAY, SECOND
from parley.errors import Fenced
from parley.ports import Store
from tests.store.bench import Bench
from tests.store.builders import (
    CONVERSATION,
    NOW,
    Open,
    accept,
    batch,
    claim,
    message,
    opened,
    with_batch,
    with_slot,
)

UNTIL = NOW + 10 * SECOND


def intend(at: Open, now: int = NOW, number: int = 1) -> bool:
    return at.store.batches.intend(at.holder, batch(number=number), now, now + 10 * SECOND)


def test_a_recorded_batch_comes_back_exactly(store: Store) -> None:
    at = opened(store)
    assert store.batches.record(at.holder, batch(), 5, "so far", NOW) == batch()
    assert store.batches.get(CONVERSATION, batch().key) == batch()


def test_a_recorded_batch_is_what_the_conversation_waits_for(store: Store) -> None:
    at = with_batch(store)
    state = store.inbox.read(CONVERSATION)
    assert state is not None
    assert (state.batch, state.cursor) == (batch().key, 5)
    assert at.stored().text == "so far"


def test_a_repeat_gets_the_first_verdicts_and_changes_nothing(bench: Bench) -> None:
    at = with_batch(bench.store)
    before = bench.everything_of(CONVERSATION)
    other = replace(batch(), verdicts=(Verdict("call_1", Ruling.DENY, "policy changed"),))
    assert bench.store.batches.record(at.holder, other, 6, "more", NOW) == batch()
    assert bench.everything_of(CONVERSATION) == before


def test_a_successor_gets_the_batch_that_was_recorded_before_it(store: Store) -> None:
    later = with_batch(store).taken_over()
    assert store.batches.record(later.holder, batch(), 5, "so far", NOW) == batch()


def test_a_batch_expires_as_turns_do(bench: Bench) -> None:
    at = opened(bench.store)
    bench.store.batches.record(at.holder, batch(), 5, "so far", NOW + SECOND)
    stored = bench.fields(keys.batch(CONVERSATION, batch().key))
    assert stored["expires_at"] == (NOW + SECOND + 30 * DAY) // SECOND


def test_a_batch_that_was_posted_comes_back_as_posted(store: Store) -> None:
    at = with_slot(store)
    store.batches.posted(at.holder, batch())
    again = store.batches.record(at.holder, batch(), 5, "so far", NOW)
    assert again.posted


def test_no_batch_for_a_stopped_turn(bench: Bench) -> None:
    at = opened(bench.store)
    bench.alter(keys.state(CONVERSATION), {"stop": at.turn})
    refused_record(bench, at)


def test_a_stop_of_another_turn_does_not_count(bench: Bench) -> None:
    at = opened(bench.store)
    bench.alter(keys.state(CONVERSATION), {"stop": "turn0"})
    assert bench.store.batches.record(at.holder, batch(), 5, "so far", NOW) == batch()


def test_no_batch_after_the_outcome(bench: Bench) -> None:
    refused_record(bench, opened(bench.store).ended())


def test_no_batch_for_a_turn_that_is_being_ended(bench: Bench) -> None:
    at = opened(bench.store)
    bench.alter(keys.turn(CONVERSATION, at.turn), {"ending": "stop"})
    refused_record(bench, at)


def test_no_batch_for_a_turn_that_is_not_the_open_one(bench: Bench) -> None:
    at = opened(bench.store).ended()
    bench.store.turns.complete(at.holder, at.stored())
    accept(bench.store, message(2))
    refused_record(bench, claim(bench.store, at.holder, "turn2"))


def test_no_batch_for_a_turn_without_an_outcome_that_another_one_replaced(bench: Bench) -> None:
    at = opened(bench.store)
    bench.alter(keys.state(CONVERSATION), {"turn": "turn2"})
    refused_record(bench, at)


def refused_record(bench: Bench, at: Open) -> None:
    before = bench.everything_of(CONVERSATION)
    with pytest.raises(Fenced):
        bench.store.batches.record(at.holder, batch(), 5, "so far", NOW)
    assert bench.everything_of(CONVERSATION) == before


def test_a_turns_batches_are_its_own(store: Store) -> None:
    at = with_batch(store)
    store.batches.record(at.holder, batch(number=2), 9, "more", NOW)
    assert list(store.batches.of_turn(CONVERSATION, at.turn)) == [batch(), batch(number=2)]
    assert list(store.batches.of_turn(CONVERSATION, "turn")) == []


def test_an_unknown_batch_is_an_error(store: Store) -> None:
    with pytest.raises(LookupError):
        store.batches.get(CONVERSATION, batch().key)


def test_large_arguments_lie_in_the_bucket_and_come_back_exactly(bench: Bench) -> None:
    at = opened(bench.store)
    large = batch(command="ü" * 600_000)
    bench.store.batches.record(at.holder, large, 5, "so far", NOW)
    assert bench.store.batches.get(CONVERSATION, large.key) == large
    assert len(json.dumps(bench.fields(keys.batch(CONVERSATION, large.key)))) < 10_000


def test_one_at_a_time_posts_decisions(bench: Bench) -> None:
    at = with_batch(bench.store)
    assert intend(at)
    later = at.taken_over()
    before = bench.everything_of(CONVERSATION)
    assert not intend(later, now=UNTIL)
    assert bench.everything_of(CONVERSATION) == before


def test_a_lapsed_slot_is_taken_by_the_successor(store: Store) -> None:
    later = with_slot(store).taken_over()
    assert intend(later, now=UNTIL + 1)


def test_no_slot_for_a_batch_that_is_not_the_one_that_waits(bench: Bench) -> None:
    at = with_batch(bench.store)
    bench.store.batches.record(at.holder, batch(number=2), 9, "more", NOW)
    refused_intent(bench, at)


def test_no_slot_for_a_stopped_turn(bench: Bench) -> None:
    at = with_batch(bench.store)
    bench.alter(keys.state(CONVERSATION), {"stop": at.turn})
    refused_intent(bench, at)


def test_no_slot_in_a_turn_that_is_being_ended(bench: Bench) -> None:
    at = with_batch(bench.store)
    bench.alter(keys.turn(CONVERSATION, at.turn), {"ending": "stop"})
    refused_intent(bench, at)


@pytest.mark.parametrize("status", ["open", "expired", "cancelled"])
def test_no_slot_for_a_batch_that_is_not_decided(bench: Bench, status: str) -> None:
    at = with_batch(bench.store)
    bench.alter(keys.batch(CONVERSATION, batch().key), {"status": status})
    refused_intent(bench, at)


def refused_intent(bench: Bench, at: Open) -> None:
    before = bench.everything_of(CONVERSATION)
    assert not intend(at)
    assert bench.everything_of(CONVERSATION) == before


def test_a_posted_batch_frees_the_slot_and_the_conversation(store: Store) -> None:
    at = with_slot(store)
    store.batches.posted(at.holder, batch())
    state = store.inbox.read(CONVERSATION)
    assert state is not None
    assert state.batch is None
    assert store.batches.get(CONVERSATION, batch().key).posted
    store.batches.record(at.holder, batch(number=2), 9, "more", NOW)
    assert intend(at, number=2)


def test_a_repeated_report_changes_nothing(bench: Bench) -> None:
    at = with_slot(bench.store)
    bench.store.batches.posted(at.holder, batch())
    before = bench.everything_of(CONVERSATION)
    bench.store.batches.posted(at.holder, batch())
    assert bench.everything_of(CONVERSATION) == before


def test_a_late_report_leaves_the_next_batch_alone(bench: Bench) -> None:
    at = with_slot(bench.store)
    bench.store.batches.posted(at.holder, batch())
    bench.store.batches.record(at.holder, batch(number=2), 9, "more", NOW)
    assert intend(at, number=2)
    before = bench.everything_of(CONVERSATION)
    bench.store.batches.posted(at.holder, batch())
    assert bench.everything_of(CONVERSATION) == before


def test_a_successor_reports_what_it_posted_again(store: Store) -> None:
    later = with_slot(store).taken_over()
    assert intend(later, now=UNTIL + 1)
    store.batches.posted(later.holder, batch())
    assert store.batches.get(CONVERSATION, batch().key).posted

"""A turn that ends before its run, and what its end takes with it (protocol 8 and 29)."""

from dataclasses import replace

import pytest

from parley.adapters.dynamodb import keys
from parley.core.batch import BatchStatus
from parley.core.limits import SECOND
from parley.core.turn import Ending, Outcome
from parley.errors import Fenced
from parley.ports import Store
from tests.store.bench import Bench
from tests.store.builders import (
    CONVERSATION,
    NOW,
    Open,
    accept,
    acquire,
    asked,
    batch,
    decision,
    opened,
    parts,
    steer,
    turn,
    with_asked,
    with_batch,
)

STOPPED = Ending(Outcome.CANCELLED, "stopped by Ada", NOW)
EXPIRED = Ending(Outcome.EXPIRED, "nobody decided", NOW)


def outcome(at: Open, word: Outcome = Outcome.CANCELLED, *, with_batch: bool = True) -> bool:
    ending = at.store.batches.get(CONVERSATION, asked().key) if with_batch else None
    return at.store.turns.record_outcome(
        at.holder, at.turn, word, parts("-"), None, None, batch=ending
    )


def test_an_ending_is_kept_on_the_turn(store: Store) -> None:
    at = opened(store)
    assert store.turns.record_ending(at.holder, at.turn, STOPPED, None)
    assert at.stored().ending == STOPPED


def test_a_long_reason_comes_back_whole(bench: Bench) -> None:
    at = opened(bench.store)
    long = replace(STOPPED, reason="because " * 10_000)
    bench.store.turns.record_ending(at.holder, at.turn, long, None)
    assert at.stored().ending == long
    assert len(str(bench.fields(keys.turn(CONVERSATION, at.turn)))) < 3_000


def test_the_first_ending_stands(bench: Bench) -> None:
    at = opened(bench.store)
    bench.store.turns.record_ending(at.holder, at.turn, STOPPED, None)
    before = bench.everything_of(CONVERSATION)
    assert not bench.store.turns.record_ending(at.holder, at.turn, EXPIRED, None)
    assert bench.everything_of(CONVERSATION) == before


def test_a_turn_with_an_outcome_is_not_ended_once_more(bench: Bench) -> None:
    at = opened(bench.store).ended()
    before = bench.everything_of(CONVERSATION)
    with pytest.raises(Fenced):
        bench.store.turns.record_ending(at.holder, at.turn, STOPPED, None)
    assert bench.everything_of(CONVERSATION) == before


def test_a_turn_that_is_not_the_open_one_is_not_ended(bench: Bench) -> None:
    at = opened(bench.store)
    before = bench.everything_of(CONVERSATION)
    with pytest.raises(Fenced):
        bench.store.turns.record_ending(at.holder, "turn9", STOPPED, None)
    assert bench.everything_of(CONVERSATION) == before


@pytest.mark.parametrize(
    ("ending", "status"), [(STOPPED, BatchStatus.CANCELLED), (EXPIRED, BatchStatus.EXPIRED)]
)
def test_an_ending_closes_the_open_batch(store: Store, ending: Ending, status: BatchStatus) -> None:
    at = with_asked(store)
    assert store.turns.record_ending(at.holder, at.turn, ending, asked())
    assert store.batches.get(CONVERSATION, asked().key).status is status
    assert list(store.repairs.closed()) == []


def test_an_ending_does_not_overrule_a_decision_that_it_did_not_see(bench: Bench) -> None:
    at = with_asked(bench.store)
    bench.store.approvals.decide(CONVERSATION, asked(), decision(), NOW)
    before = bench.everything_of(CONVERSATION)
    assert not bench.store.turns.record_ending(at.holder, at.turn, STOPPED, asked())
    assert bench.everything_of(CONVERSATION) == before


def test_an_ending_leaves_a_batch_that_is_closed_as_it_is(store: Store) -> None:
    at = with_asked(store)
    decided = store.approvals.decide(CONVERSATION, asked(), decision(), NOW)
    assert store.turns.record_ending(at.holder, at.turn, STOPPED, decided)
    assert store.batches.get(CONVERSATION, asked().key) == decided


def test_no_decision_is_posted_in_a_turn_that_only_ends(store: Store) -> None:
    at = with_batch(store)
    store.turns.record_ending(at.holder, at.turn, STOPPED, batch())
    assert not store.batches.intend(at.holder, batch(), NOW, NOW + SECOND)


def test_an_ended_turn_gets_its_outcome(store: Store) -> None:
    at = opened(store)
    store.turns.record_ending(at.holder, at.turn, STOPPED, None)
    assert outcome(at, with_batch=False)


@pytest.mark.parametrize(
    ("word", "status"),
    [(Outcome.FAILED, BatchStatus.CANCELLED), (Outcome.EXPIRED, BatchStatus.EXPIRED)],
)
def test_an_outcome_closes_the_open_batch(store: Store, word: Outcome, status: BatchStatus) -> None:
    at = with_asked(store)
    assert outcome(at, word)
    assert store.batches.get(CONVERSATION, asked().key).status is status
    assert list(store.repairs.closed()) == []


def test_an_outcome_does_not_overrule_a_decision_that_it_did_not_see(bench: Bench) -> None:
    at = with_asked(bench.store)
    bench.store.approvals.decide(CONVERSATION, asked(), decision(), NOW)
    before = bench.everything_of(CONVERSATION)
    assert not outcome(at)
    assert bench.everything_of(CONVERSATION) == before


def test_no_outcome_while_a_message_is_on_its_way_into_the_run(bench: Bench) -> None:
    at = opened(bench.store)
    accept(bench.store, steer(2))
    assert bench.store.steering.take(at.holder, at.stored(), steer(2), NOW, NOW + SECOND)
    before = bench.everything_of(CONVERSATION)
    assert not outcome(at, with_batch=False)
    assert bench.everything_of(CONVERSATION) == before


def test_an_outcome_when_all_of_them_are_resolved(store: Store) -> None:
    at = opened(store)
    accept(store, steer(2))
    store.steering.take(at.holder, at.stored(), steer(2), NOW, NOW + SECOND)
    store.steering.resolve(at.holder, at.stored(), [], [steer(2)])
    assert outcome(at, with_batch=False)


def test_the_progress_post_is_kept_on_the_turn(store: Store) -> None:
    at = opened(store)
    for post in ("C7/17.1", "C7/17.2", "C7/17.2"):
        store.turns.record_progress_post(at.holder, at.turn, post)
        assert at.stored().progress == post


def test_images_and_senders_are_stored_with_the_turn(bench: Bench) -> None:
    accept(bench.store, steer(1))
    holder = acquire(bench.store)
    images = tuple(f"data:image/png;base64,{'A' * 100_000}{n}" for n in range(3))
    opening = replace(turn(), images=images, senders=("slack:U1", "slack:U2"))
    bench.store.turns.claim(holder, opening, [steer(1)], None)
    claimed = bench.store.turns.get(CONVERSATION, "turn1")
    assert (claimed.images, claimed.senders) == (images, ("slack:U1", "slack:U2"))
    assert len(str(bench.fields(keys.turn(CONVERSATION, "turn1")))) < 3_000

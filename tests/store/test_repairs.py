"""What the sweeper finds, and how a conversation is taken from a dead execution (14 and 15)."""

import pytest

from parley.core.limits import HOUR, SECOND
from parley.errors import Superseded
from parley.ports import Store
from tests.store.bench import Bench
from tests.store.builders import (
    CONVERSATION,
    LEASE_UNTIL,
    NOW,
    Open,
    accept,
    acquire,
    message,
    opened,
)

BORN = NOW // SECOND
LAPSED = LEASE_UNTIL + 1
either_way = pytest.mark.parametrize("heed_lease", [True, False], ids=["sweep", "failure rule"])


def settled(store: Store) -> Open:
    at = opened(store).ended()
    store.turns.complete(at.holder, at.stored())
    return at


def test_nothing_is_unsettled_on_an_empty_table(store: Store) -> None:
    assert list(store.repairs.unsettled()) == []


def test_owned_conversations_are_unsettled_with_nothing_pending(store: Store) -> None:
    settled(store)
    assert list(store.repairs.unsettled()) == [CONVERSATION]


def test_released_conversations_are_not_in_the_index(bench: Bench) -> None:
    bench.store.leases.release(settled(bench.store).holder, NOW)
    assert "unsettled" not in bench.state(CONVERSATION)
    assert list(bench.store.repairs.unsettled()) == []


def test_a_message_after_the_release_is_found_again(store: Store) -> None:
    store.leases.release(settled(store).holder, NOW)
    accept(store, message(2))
    assert list(store.repairs.unsettled()) == [CONVERSATION]


def test_every_unsettled_conversation_is_found_once(store: Store) -> None:
    names = [f"slack:thread:C7:{number}" for number in range(150)]
    accept(store, *(message(1, conversation=name) for name in names))
    assert sorted(store.repairs.unsettled()) == sorted(names)


@either_way
def test_a_bump_takes_the_conversation_with_its_work(store: Store, heed_lease: bool) -> None:
    at = opened(store)
    store.turns.record_run(at.holder, at.turn, "run1")
    state = store.repairs.bump(CONVERSATION, BORN, LAPSED, heed_lease=heed_lease)
    assert state is not None
    assert (state.generation, state.owner, state.lease_until) == (BORN + 1, None, None)
    assert (state.pending, state.turn, state.run) == (1, at.turn, "run1")
    assert (state.attempts, state.updated_at) == (1, LAPSED)
    assert store.inbox.read(CONVERSATION) == state


@either_way
def test_a_bumped_conversation_is_found_until_it_is_settled(store: Store, heed_lease: bool) -> None:
    opened(store)
    store.repairs.bump(CONVERSATION, BORN, LAPSED, heed_lease=heed_lease)
    assert list(store.repairs.unsettled()) == [CONVERSATION]


def test_each_bump_counts_one_attempt(store: Store) -> None:
    opened(store)
    for generation in (BORN, BORN + 1):
        state = store.repairs.bump(CONVERSATION, generation, LAPSED, heed_lease=True)
    assert state is not None
    assert state.attempts == 2


@pytest.mark.parametrize("now", [NOW, LEASE_UNTIL], ids=["early", "at its very end"])
def test_the_sweeper_heeds_a_living_lease(bench: Bench, now: int) -> None:
    opened(bench.store)
    before = bench.everything_of(CONVERSATION)
    assert bench.store.repairs.bump(CONVERSATION, BORN, now, heed_lease=True) is None
    assert bench.everything_of(CONVERSATION) == before


def test_the_failure_rule_does_not_wait_for_the_lease(store: Store) -> None:
    opened(store)
    assert store.repairs.bump(CONVERSATION, BORN, NOW, heed_lease=False) is not None


def test_a_conversation_without_an_owner_has_no_lease_to_heed(store: Store) -> None:
    accept(store, message(1))
    assert store.repairs.bump(CONVERSATION, BORN, NOW, heed_lease=True) is not None


@either_way
@pytest.mark.parametrize("generation", [BORN - 1, BORN + 1], ids=["past", "future"])
def test_another_generation_is_left_alone(bench: Bench, generation: int, heed_lease: bool) -> None:
    opened(bench.store)
    before = bench.everything_of(CONVERSATION)
    bumped = bench.store.repairs.bump(CONVERSATION, generation, LAPSED, heed_lease=heed_lease)
    assert bumped is None
    assert bench.everything_of(CONVERSATION) == before


@either_way
def test_a_conversation_that_is_gone_is_not_made_anew(bench: Bench, heed_lease: bool) -> None:
    assert bench.store.repairs.bump(CONVERSATION, BORN, LAPSED, heed_lease=heed_lease) is None
    assert bench.everything_of(CONVERSATION) == []


def test_of_two_sweepers_one_bumps(store: Store) -> None:
    opened(store)
    assert store.repairs.bump(CONVERSATION, BORN, LAPSED, heed_lease=True) is not None
    assert store.repairs.bump(CONVERSATION, BORN, LAPSED, heed_lease=True) is None


@either_way
def test_a_dead_owner_of_nothing_is_settled(bench: Bench, heed_lease: bool) -> None:
    settled(bench.store)
    state = bench.store.repairs.bump(CONVERSATION, BORN, LAPSED, heed_lease=heed_lease)
    assert state is not None
    assert (state.generation, state.owner, state.pending) == (BORN + 1, None, 0)
    assert list(bench.store.repairs.unsettled()) == []
    assert bench.state(CONVERSATION)["expires_at"] == (LAPSED + 168 * HOUR) // SECOND + 1


def test_a_living_owner_of_nothing_is_left_alone_by_the_sweeper(bench: Bench) -> None:
    settled(bench.store)
    before = bench.everything_of(CONVERSATION)
    assert bench.store.repairs.bump(CONVERSATION, BORN, NOW, heed_lease=True) is None
    assert bench.everything_of(CONVERSATION) == before


def test_a_bumped_owner_writes_no_more_and_its_successor_resumes(store: Store) -> None:
    zombie = opened(store)
    store.repairs.bump(CONVERSATION, BORN, LAPSED, heed_lease=True)
    with pytest.raises(Superseded):
        store.leases.extend(zombie.holder, LAPSED + HOUR)
    successor = acquire(store)
    assert successor.generation == BORN + 1
    state = store.inbox.read(CONVERSATION)
    assert state is not None
    assert state.turn == zombie.turn


def test_the_oldest_queued_message_is_told_by_its_arrival(store: Store) -> None:
    accept(store, message(5), message(3), message(4))
    assert store.repairs.oldest_queued(CONVERSATION) == message(3).accepted_at


def test_arrival_counts_not_the_platforms_order(store: Store) -> None:
    accept(store, message(1, position="00000009"), message(2, position="00000001"))
    assert store.repairs.oldest_queued(CONVERSATION) == message(1).accepted_at


def test_claimed_messages_do_not_count_as_queued(store: Store) -> None:
    opened(store)
    assert store.repairs.oldest_queued(CONVERSATION) is None
    accept(store, message(2))
    assert store.repairs.oldest_queued(CONVERSATION) == message(2).accepted_at


def test_nothing_queued_has_no_age(store: Store) -> None:
    assert store.repairs.oldest_queued(CONVERSATION) is None

"""Acquire, extend, count, release, hand over (protocol 2, 11, 12, 13, 16)."""

import pytest

from parley.adapters.dynamodb import keys
from parley.core.fence import Fence, Holder
from parley.core.limits import HOUR, SECOND
from parley.errors import Fenced, Superseded
from parley.ports import Store
from tests.store.bench import Bench
from tests.store.builders import (
    CONVERSATION,
    LEASE_UNTIL,
    NOW,
    accept,
    acquire,
    claim,
    message,
    opened,
)

BORN = NOW // SECOND


def holder(step: int = 0, retry: int = 0, generation: int = BORN) -> Holder:
    return Holder(CONVERSATION, Fence(generation, step, retry))


def settled(store: Store) -> Holder:
    """Nothing pending and no turn, but owned still."""
    at = opened(store).ended()
    assert store.turns.complete(at.holder, at.stored())
    return at.holder


def test_the_first_invocation_takes_the_conversation(store: Store) -> None:
    accept(store, message(1))
    state = store.leases.acquire(holder(), LEASE_UNTIL)
    assert (state.owner, state.fence, state.lease_until) == (BORN, str(holder().fence), LEASE_UNTIL)
    assert store.inbox.read(CONVERSATION) == state


@pytest.mark.parametrize(
    "later", [holder(0, 1), holder(1, 0), holder(2, 0)], ids=["retry", "next task", "a jump"]
)
def test_a_later_invocation_takes_over_from_a_living_lease(store: Store, later: Holder) -> None:
    accept(store, message(1))
    store.leases.acquire(holder(), LEASE_UNTIL)
    assert store.leases.acquire(later, LEASE_UNTIL + 1).fence == str(later.fence)


def test_steps_count_as_numbers(store: Store) -> None:
    accept(store, message(1))
    store.leases.acquire(holder(9, 3), LEASE_UNTIL)
    assert store.leases.acquire(holder(10, 0), LEASE_UNTIL).fence == str(holder(10, 0).fence)


def test_of_two_invocations_with_one_fence_the_second_is_fenced(store: Store) -> None:
    accept(store, message(1))
    store.leases.acquire(holder(1, 1), LEASE_UNTIL)
    with pytest.raises(Fenced):
        store.leases.acquire(holder(1, 1), LEASE_UNTIL)


@pytest.mark.parametrize("earlier", [holder(3, 0), holder(2, 9)], ids=["retry", "step"])
def test_an_earlier_invocation_is_fenced(bench: Bench, earlier: Holder) -> None:
    accept(bench.store, message(1))
    bench.store.leases.acquire(holder(3, 1), LEASE_UNTIL)
    before = bench.everything_of(CONVERSATION)
    with pytest.raises(Fenced):
        bench.store.leases.acquire(earlier, LEASE_UNTIL + 1)
    assert bench.everything_of(CONVERSATION) == before


@pytest.mark.parametrize("generation", [BORN - 1, BORN + 1], ids=["past", "future"])
def test_another_generation_is_superseded(bench: Bench, generation: int) -> None:
    accept(bench.store, message(1))
    before = bench.everything_of(CONVERSATION)
    with pytest.raises(Superseded):
        bench.store.leases.acquire(holder(generation=generation), LEASE_UNTIL)
    assert bench.everything_of(CONVERSATION) == before


def test_a_conversation_that_is_gone_supersedes(store: Store) -> None:
    with pytest.raises(Superseded):
        store.leases.acquire(holder(), LEASE_UNTIL)
    assert store.inbox.read(CONVERSATION) is None


def test_acquiring_an_idle_conversation_keeps_it_from_expiring_and_from_being_missed(
    bench: Bench,
) -> None:
    """A wake may come late, when all is done."""
    bench.store.leases.release(settled(bench.store), NOW)
    bench.store.leases.acquire(holder(generation=BORN + 1), LEASE_UNTIL)
    assert "expires_at" not in bench.state(CONVERSATION)
    assert list(bench.store.repairs.unsettled()) == [CONVERSATION]


def test_extend_moves_the_lease(store: Store) -> None:
    accept(store, message(1))
    mine = acquire(store)
    for _ in range(2):  # a repeat is harmless
        store.leases.extend(mine, LEASE_UNTIL + HOUR)
        state = store.inbox.read(CONVERSATION)
        assert state is not None
        assert state.lease_until == LEASE_UNTIL + HOUR


def test_attempts_are_counted_one_by_one(store: Store) -> None:
    accept(store, message(1))
    mine = acquire(store)
    assert [store.leases.count_attempt(mine) for _ in range(3)] == [1, 2, 3]


def test_release_moves_the_generation_and_takes_the_owner_away(store: Store) -> None:
    mine = settled(store)
    assert store.leases.release(mine, NOW + HOUR)
    state = store.inbox.read(CONVERSATION)
    assert state is not None
    assert (state.generation, state.owner, state.lease_until) == (BORN + 1, None, None)
    assert state.updated_at == NOW + HOUR


def test_a_released_conversation_is_settled_and_expires_after_a_week(bench: Bench) -> None:
    assert bench.store.leases.release(settled(bench.store), NOW)
    assert bench.state(CONVERSATION)["expires_at"] == (NOW + 168 * HOUR) // SECOND
    assert list(bench.store.repairs.unsettled()) == []


def test_release_forgets_failed_attempts(store: Store) -> None:
    mine = settled(store)
    store.leases.count_attempt(mine)
    store.leases.release(mine, NOW)
    state = store.inbox.read(CONVERSATION)
    assert state is not None
    assert state.attempts == 0


def test_release_is_refused_while_a_message_is_queued(bench: Bench) -> None:
    mine = settled(bench.store)
    accept(bench.store, message(2))
    before = bench.everything_of(CONVERSATION)
    assert not bench.store.leases.release(mine, NOW)
    assert bench.everything_of(CONVERSATION) == before


def test_release_is_refused_while_a_turn_is_open(bench: Bench) -> None:
    mine = settled(bench.store)
    bench.alter(keys.state(CONVERSATION), {"turn": "turn9"})
    assert not bench.store.leases.release(mine, NOW)
    assert bench.state(CONVERSATION)["generation"] == BORN


def test_a_repeated_release_is_superseded_by_the_first(store: Store) -> None:
    mine = settled(store)
    store.leases.release(mine, NOW)
    with pytest.raises(Superseded):
        store.leases.release(mine, NOW)


def test_a_released_conversation_is_taken_by_the_next_generation(store: Store) -> None:
    store.leases.release(settled(store), NOW)
    accept(store, message(2))
    assert store.leases.acquire(holder(generation=BORN + 1), LEASE_UNTIL).pending == 1


def test_a_conversation_is_handed_over_with_its_work(store: Store) -> None:
    at = opened(store)
    store.turns.record_run(at.holder, at.turn, "run1")
    store.leases.count_attempt(at.holder)
    accept(store, message(2))
    state = store.leases.hand_over(at.holder)
    assert (state.generation, state.owner, state.lease_until) == (BORN + 1, None, None)
    assert (state.pending, state.turn, state.run, state.attempts) == (2, at.turn, "run1", 1)
    assert list(store.repairs.unsettled()) == [CONVERSATION]


def test_a_hand_over_ends_the_giver(store: Store) -> None:
    at = opened(store)
    store.leases.hand_over(at.holder)
    with pytest.raises(Superseded):
        store.leases.extend(at.holder, LEASE_UNTIL)


def test_a_repeated_hand_over_is_superseded_by_the_first(store: Store) -> None:
    at = opened(store)
    store.leases.hand_over(at.holder)
    with pytest.raises(Superseded):
        store.leases.hand_over(at.holder)


def test_the_successor_starts_from_the_least_fence(store: Store) -> None:
    accept(store, message(1))
    giver = acquire(store, step=1999)
    claim(store, giver)
    store.leases.hand_over(giver)
    assert store.leases.acquire(holder(generation=BORN + 1), LEASE_UNTIL).turn == "turn1"

"""Claim and complete: a message enters one turn, and is counted off once (protocol 5 and 10)."""

from dataclasses import replace

import pytest

from parley.adapters.dynamodb import keys
from parley.core.limits import DAY, HOUR, SECOND
from parley.errors import Fenced
from parley.ports import Store
from tests.store.bench import Bench
from tests.store.builders import (
    CONVERSATION,
    NOW,
    accept,
    acquire,
    claim,
    context,
    message,
    opened,
    parts,
    turn,
)


def test_a_claim_opens_the_turn(store: Store) -> None:
    accept(store, message(1), message(2))
    holder = acquire(store)
    assert store.turns.claim(holder, turn(), store.turns.queued(CONVERSATION), None)
    state = store.inbox.read(CONVERSATION)
    assert state is not None
    assert (state.turn, state.pending) == ("turn1", 2)


def test_a_claimed_turn_is_stored_with_its_messages_prompt_and_own_delivery(store: Store) -> None:
    accept(store, message(2), message(1))
    holder = acquire(store)
    store.turns.claim(holder, turn(prompt="Hi?"), store.turns.queued(CONVERSATION), None)
    taken = tuple(keys.message_sk(message(number)) for number in (1, 2))
    assert store.turns.get(CONVERSATION, "turn1") == replace(turn(prompt="Hi?"), messages=taken)


def test_an_open_turn_does_not_expire(bench: Bench) -> None:
    at = opened(bench.store)
    assert "expires_at" not in bench.fields(keys.turn(CONVERSATION, at.turn))


def test_a_second_claim_is_refused_while_a_turn_is_open(bench: Bench) -> None:
    at = opened(bench.store)
    accept(bench.store, message(2))
    before = bench.everything_of(CONVERSATION)
    with pytest.raises(Fenced):
        bench.store.turns.claim(at.holder, turn("turn2"), [message(2)], None)
    assert bench.everything_of(CONVERSATION) == before


def test_a_claim_that_did_not_see_the_renewal_is_refused(bench: Bench) -> None:
    accept(bench.store, message(1))
    holder = acquire(bench.store)
    bench.store.controls.renew(CONVERSATION, NOW)
    before = bench.everything_of(CONVERSATION)
    with pytest.raises(Fenced):
        bench.store.turns.claim(holder, turn(), [message(1)], None)
    assert bench.everything_of(CONVERSATION) == before


def test_a_repeated_claim_is_refused_by_the_first(bench: Bench) -> None:
    at = opened(bench.store)
    before = bench.everything_of(CONVERSATION)
    with pytest.raises(Fenced):
        bench.store.turns.claim(at.holder, turn(), [message(1)], None)
    assert bench.everything_of(CONVERSATION) == before


def test_a_message_enters_one_turn_only(bench: Bench) -> None:
    at = opened(bench.store).ended()
    bench.store.turns.complete(at.holder, at.stored())
    accept(bench.store, message(2))
    before = bench.everything_of(CONVERSATION)
    with pytest.raises(Fenced):
        bench.store.turns.claim(at.holder, turn("turn2"), [message(1), message(2)], None)
    assert bench.everything_of(CONVERSATION) == before


def test_a_turns_id_is_used_once(bench: Bench) -> None:
    at = opened(bench.store).ended()
    bench.store.turns.complete(at.holder, at.stored())
    accept(bench.store, message(2))
    before = bench.everything_of(CONVERSATION)
    with pytest.raises(Fenced):
        bench.store.turns.claim(at.holder, turn("turn1"), [message(2)], None)
    assert bench.everything_of(CONVERSATION) == before


def test_a_used_context_is_gone_with_the_claim(bench: Bench) -> None:
    bench.contexts.put(context())
    accept(bench.store, message(1))
    assert bench.store.turns.claim(acquire(bench.store), turn(), [message(1)], context())
    assert bench.store.turns.context(context().target) is None


@pytest.mark.parametrize("left", [None, context(NOW + 1)], ids=["used", "replaced"])
def test_a_claim_with_a_context_that_is_no_longer_there_is_false_and_writes_nothing(
    bench: Bench, left: object
) -> None:
    if left:
        bench.contexts.put(context(NOW + 1))
    accept(bench.store, message(1))
    holder = acquire(bench.store)
    before = bench.everything_of(CONVERSATION)
    assert not bench.store.turns.claim(holder, turn(), [message(1)], context())
    assert bench.everything_of(CONVERSATION) == before
    assert (bench.store.turns.context(context().target) is None) is (left is None)


def test_an_open_turn_counts_more_than_a_missing_context(store: Store) -> None:
    at = opened(store)
    accept(store, message(2))
    with pytest.raises(Fenced):
        store.turns.claim(at.holder, turn("turn2"), [message(2)], context())


def test_ninety_messages_and_a_context_are_claimed_and_completed_at_once(bench: Bench) -> None:
    bench.contexts.put(context())
    accept(bench.store, *(message(number, text="y" * 2_000) for number in range(1, 91)))
    holder = acquire(bench.store)
    queued = bench.store.turns.queued(CONVERSATION)
    assert len(queued) == 90
    assert bench.store.turns.claim(holder, turn(), queued, context())
    assert bench.store.turns.complete(holder, bench.store.turns.get(CONVERSATION, "turn1"))
    assert bench.store.leases.release(holder, NOW)


def test_completion_counts_off_the_turns_messages_only(store: Store) -> None:
    at = opened(store, 3).ended()
    accept(store, message(4))
    assert store.turns.complete(at.holder, at.stored())
    state = store.inbox.read(CONVERSATION)
    assert state is not None
    assert state.pending == 1


def test_completion_clears_what_belongs_to_the_turn(bench: Bench) -> None:
    at = opened(bench.store)
    bench.store.turns.record_run(at.holder, at.turn, "run1")
    bench.store.leases.count_attempt(at.holder)
    bench.alter(keys.state(CONVERSATION), {"stop": at.turn, "batch": "b"})
    at.ended()
    bench.store.turns.complete(at.holder, at.stored())
    state = bench.store.inbox.read(CONVERSATION)
    assert state is not None
    assert (state.turn, state.run, state.stop, state.batch) == (None, None, None, None)
    assert state.attempts == 0


def test_completion_keeps_session_cursor_and_owner(store: Store) -> None:
    at = opened(store)
    store.turns.record_session(at.holder, "session1", None)
    store.turns.save_progress(at.holder, at.turn, 42, "text", False, NOW + HOUR)
    at.ended()
    store.turns.complete(at.holder, at.stored())
    state = store.inbox.read(CONVERSATION)
    assert state is not None
    assert (state.session, state.cursor, state.owner) == ("session1", 42, at.holder.generation)


def test_a_second_completion_is_false_and_counts_nothing(bench: Bench) -> None:
    at = opened(bench.store, 2).ended()
    accept(bench.store, message(3))
    stored = at.stored()
    assert bench.store.turns.complete(at.holder, stored)
    before = bench.everything_of(CONVERSATION)
    assert not bench.store.turns.complete(at.holder, stored)
    assert bench.everything_of(CONVERSATION) == before


def test_completing_an_earlier_turn_leaves_the_open_one_alone(store: Store) -> None:
    at = opened(store).ended()
    earlier = at.stored()
    store.turns.complete(at.holder, earlier)
    accept(store, message(2))
    claim(store, at.holder, "turn2")
    assert not store.turns.complete(at.holder, earlier)
    state = store.inbox.read(CONVERSATION)
    assert state is not None
    assert (state.turn, state.pending) == ("turn2", 1)


def test_a_turn_that_got_more_messages_since_it_was_read_is_not_completed(bench: Bench) -> None:
    at = opened(bench.store).ended()
    read = at.stored()
    bench.alter(keys.turn(CONVERSATION, at.turn), {"messages": [*read.messages, "M#later"]})
    before = bench.everything_of(CONVERSATION)
    with pytest.raises(Fenced):
        bench.store.turns.complete(at.holder, read)
    assert bench.everything_of(CONVERSATION) == before


def test_a_message_of_another_turn_is_never_done_with_this_one(bench: Bench) -> None:
    at = opened(bench.store).ended()
    bench.alter(keys.message(message(1)), {"turn": "turn9"})
    before = bench.everything_of(CONVERSATION)
    with pytest.raises(Fenced):
        bench.store.turns.complete(at.holder, at.stored())
    assert bench.everything_of(CONVERSATION) == before


def test_a_closed_turn_stays_readable_for_a_month(bench: Bench) -> None:
    at = opened(bench.store).ended("all of it")
    bench.store.turns.complete(at.holder, at.stored())
    stored = bench.fields(keys.turn(CONVERSATION, at.turn))
    assert (stored["status"], stored["expires_at"]) == ("closed", (NOW + 30 * DAY) // SECOND)
    assert at.stored().reply == parts("all of it")


def test_a_done_message_drops_what_it_said_and_expires(bench: Bench) -> None:
    at = opened(bench.store).ended()
    bench.store.turns.complete(at.holder, at.stored())
    stored = bench.fields(keys.message(message(1)))
    assert stored["status"] == "done"
    assert "text" not in stored
    assert "attachments" not in stored
    assert stored["expires_at"] > NOW // SECOND

"""Conversations of chats that go on under another id."""

import pytest

from parley.core.busy import BusyMode
from parley.core.conversation import Conversation
from parley.core.delivery import Chat, Delivery
from parley.core.limits import HOUR, IDLE_TTL, SECOND
from parley.ports import Store
from tests.store.bench import Bench
from tests.store.builders import CONVERSATION, NOW, accept, delivery, message, opened

NEW = "telegram:group:-1002"
THERE = Delivery("telegram", "1", Chat.of_group("-1002"), "telegram:chat:-1002")


def moved(store: Store, now: int = NOW) -> bool:
    return store.moves.move(CONVERSATION, NEW, THERE, now)


def state_of(store: Store, conversation: str = NEW) -> Conversation:
    state = store.inbox.read(conversation)
    assert state is not None
    return state


def test_the_new_conversation_goes_on_in_the_old_ones_session(store: Store) -> None:
    at = opened(store)
    store.turns.record_session(at.holder, "session1", None)
    store.turns.save_progress(at.holder, at.turn, 42, "", False, NOW + HOUR)
    store.controls.set_mode(CONVERSATION, BusyMode.STEER, "", delivery(), NOW)
    assert moved(store)
    state = state_of(store)
    assert (state.session, state.cursor, state.mode) == ("session1", 42, BusyMode.STEER)
    assert (state.title, state.delivery) == ("slack / U1", THERE)


def test_a_new_session_that_was_asked_for_begins_in_the_new_conversation(store: Store) -> None:
    opened(store)
    store.controls.renew(CONVERSATION, NOW)
    assert moved(store)
    assert state_of(store).renew


def test_the_old_ones_work_stays_with_it(bench: Bench) -> None:
    opened(bench.store)
    before = bench.everything_of(CONVERSATION)
    assert moved(bench.store)
    state = state_of(bench.store)
    assert (state.pending, state.owner, state.turn, state.run) == (0, None, None, None)
    assert bench.everything_of(CONVERSATION) == before
    assert list(bench.store.repairs.unsettled()) == [CONVERSATION]


def test_what_is_carried_over_expires_like_any_idle_conversation(bench: Bench) -> None:
    opened(bench.store)
    assert moved(bench.store)
    assert bench.state(NEW)["expires_at"] == (NOW + IDLE_TTL) // SECOND
    assert state_of(bench.store).generation == NOW // SECOND


def test_a_conversation_that_has_begun_is_left_alone(bench: Bench) -> None:
    """By a message that came first, or by the first delivery of the move."""
    opened(bench.store)
    accept(bench.store, message(2, conversation=NEW))
    before = bench.everything_of(NEW)
    assert not moved(bench.store)
    assert bench.everything_of(NEW) == before


@pytest.mark.parametrize("idle", [False, True], ids=["never begun", "expired"])
def test_there_is_nothing_to_carry_over_where_there_is_no_conversation(
    bench: Bench, idle: bool
) -> None:
    if idle:
        bench.store.controls.set_mode(CONVERSATION, BusyMode.STEER, "x", delivery(), NOW)
    assert not moved(bench.store, NOW + IDLE_TTL)
    assert bench.everything_of(NEW) == []


def test_what_id_a_chat_had_is_known_by_channel_and_id(bench: Bench) -> None:
    moves = bench.store.moves
    assert moves.origin("telegram", "-1002") is None
    for _ in range(2):
        moves.record("telegram", "-2", "-1002")
    assert moves.origin("telegram", "-1002") == "-2"
    assert moves.origin("telegram", "-2") is None
    assert moves.origin("slack", "-1002") is None

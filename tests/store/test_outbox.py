"""An intent before each chunk, a count after it (protocol 9)."""

import pytest

from parley.core.limits import SECOND
from parley.ports import Store
from tests.store.bench import Bench
from tests.store.builders import CONVERSATION, NOW, Open, opened, parts

UNTIL = NOW + 20 * SECOND


def intend(at: Open, chunk: int = 0, now: int = NOW, until: int = UNTIL) -> bool:
    return at.store.outbox.intend(at.holder, at.turn, chunk, now, until)


def confirm(at: Open, chunk: int = 0) -> None:
    at.store.outbox.confirm(at.holder, at.turn, chunk)


def test_an_intent_names_chunk_sender_and_end(store: Store) -> None:
    at = opened(store).ended()
    assert intend(at)
    turn = at.stored()
    assert (turn.sending, turn.sender, turn.sending_until) == (0, str(at.holder.fence), UNTIL)


def test_a_confirmed_chunk_is_counted_and_its_intent_gone(store: Store) -> None:
    at = opened(store).ended()
    intend(at)
    confirm(at)
    turn = at.stored()
    assert (turn.delivered, turn.sending, turn.sending_until) == (1, None, None)


def test_chunks_are_sent_one_after_the_other(store: Store) -> None:
    at = opened(store).ended("one", "two", "three")
    for chunk in range(3):
        assert intend(at, chunk)
        confirm(at, chunk)
    assert at.stored().delivered == 3


def test_no_intent_while_another_is_alive(bench: Bench) -> None:
    at = opened(bench.store).ended()
    intend(at)
    later = at.taken_over()
    before = bench.everything_of(CONVERSATION)
    assert not intend(later, now=UNTIL)
    assert bench.everything_of(CONVERSATION) == before


def test_a_repeated_intent_of_ones_own_waits_like_any_other(store: Store) -> None:
    at = opened(store).ended()
    assert intend(at)
    assert not intend(at)


def test_a_lapsed_intent_is_followed_by_anothers(store: Store) -> None:
    at = opened(store).ended()
    intend(at)
    later = at.taken_over()
    assert intend(later, now=UNTIL + 1, until=UNTIL + 20 * SECOND)
    assert later.stored().sender == str(later.holder.fence)


def test_no_intent_for_a_chunk_that_is_counted(bench: Bench) -> None:
    at = opened(bench.store).ended()
    intend(at)
    confirm(at)
    before = bench.everything_of(CONVERSATION)
    assert not intend(at, 0, now=UNTIL + 1)
    assert bench.everything_of(CONVERSATION) == before


def test_no_intent_for_a_chunk_whose_turn_has_not_come(store: Store) -> None:
    at = opened(store).ended()
    assert not intend(at, 1)


def test_a_repeated_confirmation_changes_nothing(bench: Bench) -> None:
    at = opened(bench.store).ended()
    intend(at)
    confirm(at)
    intend(at, 1)
    before = bench.everything_of(CONVERSATION)
    confirm(at)
    assert bench.everything_of(CONVERSATION) == before


def test_a_confirmation_counts_although_a_later_invocation_took_over(store: Store) -> None:
    """It records a fact: the chunk is in the chat."""
    zombie = opened(store).ended()
    intend(zombie)
    zombie.taken_over()
    confirm(zombie)
    assert zombie.stored().delivered == 1


def test_a_confirmation_counts_although_the_generation_moved_on(store: Store) -> None:
    zombie = opened(store).ended()
    intend(zombie)
    store.repairs.bump(CONVERSATION, zombie.holder.generation, NOW, heed_lease=False)
    confirm(zombie)
    assert zombie.stored().delivered == 1


def test_another_senders_chunk_is_not_confirmed(bench: Bench) -> None:
    zombie = opened(bench.store).ended()
    intend(zombie)
    later = zombie.taken_over()
    intend(later, now=UNTIL + 1)
    before = bench.everything_of(CONVERSATION)
    confirm(zombie)
    assert bench.everything_of(CONVERSATION) == before


def test_a_confirmation_without_an_intent_counts_nothing(store: Store) -> None:
    at = opened(store).ended()
    confirm(at)
    assert at.stored().delivered == 0


def test_a_confirmation_for_a_turn_that_is_gone_leaves_no_trace(bench: Bench) -> None:
    at = opened(bench.store).ended()
    before = bench.everything_of(CONVERSATION)
    bench.store.outbox.confirm(at.holder, "turn9", 0)
    assert bench.everything_of(CONVERSATION) == before


def test_a_retracted_intent_leaves_the_chunk_to_be_sent(store: Store) -> None:
    at = opened(store).ended()
    intend(at)
    store.outbox.retract(at.holder, at.turn, 0)
    assert intend(at)


def test_a_retraction_can_be_repeated(store: Store) -> None:
    at = opened(store).ended()
    intend(at)
    for _ in range(2):
        store.outbox.retract(at.holder, at.turn, 0)
    assert at.stored().sending is None


def test_anothers_intent_is_not_retracted(bench: Bench) -> None:
    at = opened(bench.store).ended()
    intend(at)
    later = at.taken_over()
    before = bench.everything_of(CONVERSATION)
    bench.store.outbox.retract(later.holder, later.turn, 0)
    assert bench.everything_of(CONVERSATION) == before


@pytest.mark.parametrize("chunk", [0, 2], ids=["counted", "to come"])
def test_another_chunks_intent_is_not_retracted(store: Store, chunk: int) -> None:
    at = opened(store).ended()
    intend(at)
    confirm(at)
    intend(at, 1)
    store.outbox.retract(at.holder, at.turn, chunk)
    assert at.stored().sending == 1


def test_a_reply_that_is_given_up_is_kept_with_the_reason(store: Store) -> None:
    at = opened(store).ended("the answer")
    for _ in range(2):  # a repeat is harmless
        store.outbox.give_up(at.holder, at.turn, "channel_not_found")
    assert (at.stored().undelivered, at.stored().reply) == (
        "channel_not_found",
        parts("the answer"),
    )

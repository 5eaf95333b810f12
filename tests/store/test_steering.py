"""Messages passed on to a run: taken one by one, and each ends in one turn (protocol 31, 32)."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from parley.adapters.dynamodb import keys
from parley.core.busy import BusyMode
from parley.core.limits import SECOND
from parley.core.message import Message
from parley.core.turn import Ending, Outcome
from parley.ports import Store
from tests.store.bench import Bench
from tests.store.builders import (
    CONVERSATION,
    NOW,
    Open,
    accept,
    acquire,
    batch,
    claim,
    message,
    opened,
    steer,
    stopped_by,
    turn,
    with_slot,
)

UNTIL = NOW + 10 * SECOND


def with_texts(store: Store, count: int = 2) -> Open:
    """An open turn, and texts from 2 on that wait to be passed on to its run."""
    at = opened(store)
    accept(store, *texts(count))
    return at


def texts(count: int) -> list[Message]:
    return [steer(number) for number in range(2, 2 + count)]


def take(at: Open, number: int = 2, now: int = NOW) -> bool:
    return at.store.steering.take(at.holder, at.stored(), steer(number), now, now + 10 * SECOND)


def pass_on(at: Open, *numbers: int) -> None:
    for number in numbers:
        assert take(at, number)
        at.store.steering.passed(at.holder, at.stored(), steer(number))


def refused_take(bench: Bench, at: Open, number: int = 2) -> None:
    before = bench.everything_of(CONVERSATION)
    assert not take(at, number)
    assert bench.everything_of(CONVERSATION) == before


def resolve(at: Open, entered: Sequence[int], absent: Sequence[int]) -> bool:
    return at.store.steering.resolve(
        at.holder, at.stored(), [steer(n) for n in entered], [steer(n) for n in absent]
    )


def sks(*numbers: int) -> tuple[str, ...]:
    return tuple(keys.message_sk(steer(number)) for number in numbers)


def test_a_taken_message_is_in_the_turns_list_and_queued_no_more(store: Store) -> None:
    at = with_texts(store, 1)
    assert take(at)
    assert (at.stored().steering, at.stored().passed) == (sks(2), 0)
    assert store.steering.steered(at.stored()) == [steer(2)]
    assert store.turns.queued(CONVERSATION) == []


def test_a_taken_message_stays_pending(store: Store) -> None:
    at = with_texts(store, 1)
    take(at)
    state = store.inbox.read(CONVERSATION)
    assert state is not None
    assert state.pending == 2


def test_texts_are_listed_in_the_order_in_which_they_were_taken(store: Store) -> None:
    at = with_texts(store, 3)
    pass_on(at, 3, 2, 4)
    assert (at.stored().steering, at.stored().passed) == (sks(3, 2, 4), 3)
    assert store.steering.steered(at.stored()) == [steer(3), steer(2), steer(4)]


def test_the_list_is_read_though_the_turn_was_read_before(store: Store) -> None:
    at = with_texts(store, 1)
    read = at.stored()
    take(at)
    assert store.steering.steered(read) == [steer(2)]


def test_nothing_is_on_its_way_in_a_turn_without_steering(store: Store) -> None:
    at = with_texts(store)
    assert store.steering.steered(at.stored()) == []


def test_an_answered_text_frees_the_slot_for_the_next(store: Store) -> None:
    at = with_texts(store)
    assert take(at)
    assert not take(at, 3)
    store.steering.passed(at.holder, at.stored(), steer(2))
    assert at.stored().passed == 1
    assert take(at, 3)


def test_a_text_that_is_not_answered_gets_the_slot_again(store: Store) -> None:
    at = with_texts(store)
    take(at)
    later = at.taken_over()
    assert not take(later, now=UNTIL)
    assert take(later, now=UNTIL + 1)
    assert later.stored().steering == sks(2)
    store.steering.passed(later.holder, later.stored(), steer(2))
    assert later.stored().passed == 1


def test_a_text_gets_the_slot_again_though_the_turn_was_read_before(store: Store) -> None:
    at = with_texts(store)
    read = at.stored()
    assert store.steering.take(at.holder, read, steer(2), NOW, UNTIL)
    assert not store.steering.take(at.holder, read, steer(2), UNTIL, UNTIL + SECOND)
    assert store.steering.take(at.holder, read, steer(2), UNTIL + 1, UNTIL + SECOND)
    assert at.stored().steering == sks(2)


def test_no_second_text_before_the_first_one_is_answered(bench: Bench) -> None:
    at = with_texts(bench.store)
    take(at)
    before = bench.everything_of(CONVERSATION)
    assert not take(at, 3, now=UNTIL + 1)
    assert bench.everything_of(CONVERSATION) == before


def test_an_answered_text_is_not_posted_again(bench: Bench) -> None:
    at = with_texts(bench.store)
    pass_on(at, 2)
    refused_take(bench, at)


def test_a_repeated_report_counts_once(bench: Bench) -> None:
    at = with_texts(bench.store)
    pass_on(at, 2)
    before = bench.everything_of(CONVERSATION)
    bench.store.steering.passed(at.holder, at.stored(), steer(2))
    assert bench.everything_of(CONVERSATION) == before


def test_no_text_while_decisions_are_posted(bench: Bench) -> None:
    at = with_slot(bench.store)
    accept(bench.store, steer(2))
    refused_take(bench, at)


def test_no_decisions_while_a_text_is_posted(store: Store) -> None:
    at = with_texts(store)
    store.batches.record(at.holder, batch(), 5, "so far", NOW)
    take(at)
    assert not store.batches.intend(at.holder, batch(), NOW, UNTIL)
    assert store.batches.intend(at.holder, batch(), UNTIL + 1, UNTIL + SECOND)


def test_no_text_for_a_stopped_turn(bench: Bench) -> None:
    at = with_texts(bench.store)
    stopped_by(bench.store)
    refused_take(bench, at)


def test_no_text_for_a_turn_that_is_being_ended(bench: Bench) -> None:
    at = with_texts(bench.store)
    ending = Ending(Outcome.FAILED, "no", NOW)
    bench.store.turns.record_ending(at.holder, at.turn, ending, None)
    refused_take(bench, at)


def test_no_text_for_a_turn_with_an_outcome(bench: Bench) -> None:
    refused_take(bench, with_texts(bench.store).ended())


def test_no_text_for_a_turn_that_is_not_the_open_one(bench: Bench) -> None:
    at = with_texts(bench.store)
    bench.alter(keys.state(CONVERSATION), {"turn": "turn2"})
    refused_take(bench, at)


@pytest.mark.parametrize("number", [1, 9], ids=["claimed", "unknown"])
def test_only_what_is_queued_is_taken(bench: Bench, number: int) -> None:
    refused_take(bench, with_texts(bench.store), number)


def test_ninety_messages_are_claimed_and_steered_together(bench: Bench) -> None:
    accept(bench.store, *(message(number) for number in range(88)))
    at = claim(bench.store, acquire(bench.store))
    accept(bench.store, *(steer(number) for number in (90, 91, 92)))
    pass_on(at, 90, 91)
    refused_take(bench, at, 92)
    assert resolve(at, [90, 91], [])
    refused_take(bench, at, 92)
    at.ended()
    assert bench.store.turns.complete(at.holder, at.stored())
    assert bench.store.turns.queued(CONVERSATION) == [steer(92)]


# Resolution


def test_a_text_that_entered_belongs_to_the_turn(store: Store) -> None:
    at = with_texts(store)
    pass_on(at, 2, 3)
    assert resolve(at, [2, 3], [])
    stored = at.stored()
    assert stored.messages == sks(1, 2, 3)
    assert (stored.steering, stored.passed) == ((), 0)
    assert store.turns.queued(CONVERSATION) == []


def test_entered_texts_are_counted_off_with_the_turn(store: Store) -> None:
    at = with_texts(store)
    pass_on(at, 2, 3)
    resolve(at, [2, 3], [])
    at.ended()
    assert store.turns.complete(at.holder, at.stored())
    assert store.leases.release(at.holder, NOW)


def test_an_absent_text_is_queued_again_as_a_follow_up(store: Store) -> None:
    at = with_texts(store)
    pass_on(at, 2, 3)
    assert resolve(at, [2], [3])
    assert at.stored().messages == sks(1, 2)
    assert store.turns.queued(CONVERSATION) == [replace(steer(3), mode=BusyMode.FOLLOWUP)]


def test_what_was_put_back_becomes_the_next_turn(store: Store) -> None:
    at = with_texts(store, 1)
    pass_on(at, 2)
    resolve(at, [], [2])
    at.ended()
    assert store.turns.complete(at.holder, at.stored())
    claim(store, at.holder, "turn2")
    assert store.turns.get(CONVERSATION, "turn2").messages == sks(2)


def test_a_text_that_was_never_answered_is_resolved_too(store: Store) -> None:
    at = with_texts(store, 1)
    take(at)
    assert resolve(at, [], [2])
    assert store.turns.queued(CONVERSATION) == [replace(steer(2), mode=BusyMode.FOLLOWUP)]


def test_a_resolution_frees_the_slot(store: Store) -> None:
    at = with_texts(store)
    take(at)
    resolve(at, [2], [])
    assert take(at, 3)


def test_a_repeated_resolution_is_false(bench: Bench) -> None:
    at = with_texts(bench.store)
    pass_on(at, 2, 3)
    resolve(at, [2], [3])
    before = bench.everything_of(CONVERSATION)
    assert not resolve(at, [2], [3])
    assert bench.everything_of(CONVERSATION) == before


def test_where_nothing_is_on_its_way_there_is_nothing_to_resolve(store: Store) -> None:
    assert not resolve(with_texts(store), [], [])


def test_a_resolution_that_misses_a_text_is_refused(bench: Bench) -> None:
    at = with_texts(bench.store)
    pass_on(at, 2, 3)
    before = bench.everything_of(CONVERSATION)
    assert not resolve(at, [2], [])
    assert bench.everything_of(CONVERSATION) == before


@pytest.mark.parametrize(("entered", "absent"), [([3], []), ([], [3])], ids=["entered", "absent"])
def test_only_what_is_on_its_way_is_resolved(
    bench: Bench, entered: list[int], absent: list[int]
) -> None:
    at = with_texts(bench.store)
    pass_on(at, 2)
    before = bench.everything_of(CONVERSATION)
    assert not resolve(at, entered, absent)
    assert bench.everything_of(CONVERSATION) == before


def test_a_message_on_its_way_is_in_no_other_turn(store: Store) -> None:
    at = with_texts(store, 1)
    take(at)
    other = replace(turn("turn2"), messages=())
    assert store.steering.steered(other) == []

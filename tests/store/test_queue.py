"""What is queued, in which order, and how much of it a turn takes (protocol 5)."""

from collections.abc import Iterable

from parley.core.limits import CLAIM_BYTES
from parley.core.message import Message
from parley.ports import Store
from tests.store.bench import Bench
from tests.store.builders import CONVERSATION, accept, acquire, claim, message, opened


def numbers(messages: Iterable[Message]) -> list[int]:
    return [int(each.position) for each in messages]


def test_messages_come_in_the_platforms_order_not_in_that_of_arrival(store: Store) -> None:
    accept(store, message(3), message(1), message(2))
    assert numbers(store.turns.queued(CONVERSATION)) == [1, 2, 3]


def test_a_position_sorts_before_a_longer_one_that_it_begins(store: Store) -> None:
    accept(store, message(1, position="17.10"), message(2, position="17.1"))
    assert [each.position for each in store.turns.queued(CONVERSATION)] == ["17.1", "17.10"]


def test_a_message_comes_back_as_it_was_accepted(store: Store) -> None:
    strange = message(1, text="Zeile\n\n  eingerückt 🎉\t#: ")
    accept(store, strange)
    assert store.turns.queued(CONVERSATION) == [strange]


def test_nothing_is_queued_where_nothing_was_accepted(store: Store) -> None:
    assert list(store.turns.queued(CONVERSATION)) == []


def test_another_conversations_messages_are_not_its_own(store: Store) -> None:
    accept(store, message(1), message(2, conversation=f"{CONVERSATION}0"))
    assert numbers(store.turns.queued(CONVERSATION)) == [1]


def test_claimed_messages_are_not_queued(store: Store) -> None:
    opened(store, 2)
    accept(store, message(3))
    assert numbers(store.turns.queued(CONVERSATION)) == [3]


def test_done_messages_are_not_queued(store: Store) -> None:
    at = opened(store).ended()
    store.turns.complete(at.holder, at.stored())
    accept(store, message(2))
    assert numbers(store.turns.queued(CONVERSATION)) == [2]


def test_at_most_ninety_messages_are_taken(store: Store) -> None:
    accept(store, *(message(number) for number in range(1, 93)))
    assert numbers(store.turns.queued(CONVERSATION)) == list(range(1, 91))


def test_no_more_text_is_taken_than_the_limit(store: Store) -> None:
    accept(store, *(message(number, text="x" * 50_000) for number in range(1, 8)))
    assert 6 * 50_000 > CLAIM_BYTES >= 5 * 50_000
    assert numbers(store.turns.queued(CONVERSATION)) == [1, 2, 3, 4, 5]


def test_text_up_to_the_very_limit_is_taken(store: Store) -> None:
    accept(store, *(message(number, text="x" * (CLAIM_BYTES // 2)) for number in range(1, 4)))
    assert numbers(store.turns.queued(CONVERSATION)) == [1, 2]


def test_the_limit_counts_bytes_not_letters(store: Store) -> None:
    accept(store, *(message(number, text="ü" * 70_000) for number in range(1, 4)))
    assert numbers(store.turns.queued(CONVERSATION)) == [1]


def test_a_message_above_the_limit_is_taken_alone(store: Store) -> None:
    accept(store, message(1, text="x" * (CLAIM_BYTES + 1)), message(2))
    assert numbers(store.turns.queued(CONVERSATION)) == [1]


def test_a_small_message_does_not_jump_over_a_large_one(store: Store) -> None:
    large = message(2, text="x" * CLAIM_BYTES)
    accept(store, message(1), large, message(3))
    assert numbers(store.turns.queued(CONVERSATION)) == [1]


def test_texts_beyond_the_limit_are_not_fetched(bench: Bench) -> None:
    large = message(2, text="x" * CLAIM_BYTES)
    accept(bench.store, message(1), large)
    bench.texts.texts.clear()
    assert numbers(bench.store.turns.queued(CONVERSATION)) == [1]


def test_the_queue_is_read_beyond_the_first_page(store: Store) -> None:
    """A page of the table ends at a megabyte; done messages before the queued ones fill it."""
    text = "x" * 8_000
    accept(store, *(message(number, text) for number in range(1, 141)), message(141))
    assert store.repairs.oldest_queued(CONVERSATION) == message(1).accepted_at
    holder = acquire(store)
    for number in range(4):
        at = claim(store, holder, f"turn{number}").ended()
        assert store.turns.complete(holder, at.stored())
    assert numbers(store.turns.queued(CONVERSATION))[-1] == 141

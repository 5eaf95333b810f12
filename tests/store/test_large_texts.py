"""Texts too large for an item lie in the bucket, under a name made of their content."""

import json

import pytest

from parley.adapters.dynamodb import keys
from parley.adapters.dynamodb.codec import Item
from parley.core.limits import INLINE_BYTES
from parley.core.turn import Outcome
from parley.errors import StoreUnavailable
from parley.ports import Store
from tests.store.bench import Bench
from tests.store.builders import (
    CONVERSATION,
    LEASE_UNTIL,
    NOW,
    accept,
    acquire,
    message,
    opened,
    parts,
    turn,
)

LARGE = "Ein größerer Text. " * 100_000  # far above what an item may hold


def size(bench: Bench, key: Item) -> int:
    return len(json.dumps(bench.fields(key)))


@pytest.mark.parametrize(
    ("text", "in_bucket"),
    [("x" * INLINE_BYTES, 0), ("x" * (INLINE_BYTES + 1), 1), ("ü" * (INLINE_BYTES - 1), 1)],
    ids=["at the limit", "above it", "above it in bytes"],
)
def test_only_texts_above_the_limit_go_to_the_bucket(
    bench: Bench, text: str, in_bucket: int
) -> None:
    accept(bench.store, message(1, text))
    assert len(bench.texts.texts) == in_bucket
    assert bench.store.turns.queued(CONVERSATION)[0].text == text


def test_a_large_message_comes_back_whole(bench: Bench) -> None:
    accept(bench.store, message(1, LARGE))
    assert bench.store.turns.queued(CONVERSATION) == [message(1, LARGE)]
    assert size(bench, keys.message(message(1))) < 2_000


def test_a_large_prompt_comes_back_whole(bench: Bench) -> None:
    accept(bench.store, message(1))
    bench.store.turns.claim(acquire(bench.store), turn(prompt=LARGE), [message(1)], None)
    assert bench.store.turns.get(CONVERSATION, "turn1").prompt == LARGE
    assert size(bench, keys.turn(CONVERSATION, "turn1")) < 2_000


def test_text_grows_into_the_bucket_and_shrinks_out_of_it(store: Store) -> None:
    at = opened(store)
    for cursor, text in enumerate(["small", LARGE, LARGE + "more", "small again"]):
        store.turns.save_progress(at.holder, at.turn, cursor, text, False, LEASE_UNTIL)
        assert at.stored().text == text


def test_a_large_reply_comes_back_chunk_by_chunk(bench: Bench) -> None:
    at = opened(bench.store)
    chunks = parts(*(f"{number}: {'y' * 11_000}" for number in range(60)))
    bench.store.turns.record_outcome(at.holder, at.turn, Outcome.COMPLETED, chunks, None, None)
    assert at.stored().reply == chunks
    assert size(bench, keys.turn(CONVERSATION, at.turn)) < 3_000


def test_a_text_is_named_by_conversation_and_content(bench: Bench) -> None:
    accept(bench.store, message(1, LARGE), message(2, LARGE), message(3, LARGE, "slack:dm:U1"))
    names = sorted(bench.texts.texts)
    assert len(names) == 2
    folders = [name.split("/") for name in names]
    assert [(folder[0], len(folder[1]), len(folder[2])) for folder in folders] == [
        ("texts", 16, 64),
        ("texts", 16, 64),
    ]
    assert len({folder[2] for folder in folders}) == 1


def test_a_message_whose_text_cannot_be_put_is_not_accepted(bench: Bench) -> None:
    def fail(_operation: str) -> None:
        raise StoreUnavailable("no bucket")

    bench.texts.before = fail
    with pytest.raises(StoreUnavailable):
        bench.store.inbox.accept(message(1, LARGE), "slack / U1", NOW)
    assert bench.everything_of(CONVERSATION) == []


def test_a_message_is_accepted_after_its_text_was_put_in_vain(bench: Bench) -> None:
    def fail(_operation: str) -> None:
        raise StoreUnavailable("the answer was lost")

    bench.texts.after = fail
    with pytest.raises(StoreUnavailable):
        bench.store.inbox.accept(message(1, LARGE), "slack / U1", NOW)
    bench.texts.after = None
    accept(bench.store, message(1, LARGE))
    assert bench.store.turns.queued(CONVERSATION) == [message(1, LARGE)]

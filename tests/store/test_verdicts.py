"""What an identity was claimed with, and what a person may be told of a turn (protocol 35)."""

from dataclasses import replace

from parley.adapters.dynamodb import keys
from parley.core.busy import BusyMode
from parley.core.limits import HOUR, SECOND
from parley.core.message import Attachment
from parley.core.turn import Ending, Outcome
from parley.ports import Store
from tests.store.bench import Bench
from tests.store.builders import CONVERSATION, NOW, accept, acquire, message, opened, turn

REJECTED = "rejected"


def test_nobody_claimed_an_identity_yet(store: Store) -> None:
    assert store.inbox.verdict(message(1).id) is None


def test_an_accepted_message_has_an_empty_verdict(store: Store) -> None:
    accept(store, message(1))
    assert store.inbox.verdict(message(1).id) == ""


def test_a_claimed_identity_has_its_verdict_and_no_message(store: Store) -> None:
    assert store.inbox.claim(message(1).id, REJECTED, NOW) == REJECTED
    assert store.inbox.verdict(message(1).id) == REJECTED
    assert store.inbox.read(CONVERSATION) is None


def test_the_first_verdict_stands(bench: Bench) -> None:
    bench.store.inbox.claim(message(1).id, REJECTED, NOW)
    before = bench.fields(keys.seen(message(1).id))
    assert bench.store.inbox.claim(message(1).id, "stopped", NOW + HOUR) == REJECTED
    assert bench.fields(keys.seen(message(1).id)) == before


def test_what_was_accepted_is_not_claimed_for_anything_else(store: Store) -> None:
    accept(store, message(1))
    assert store.inbox.claim(message(1).id, REJECTED, NOW) == ""


def test_what_was_claimed_is_not_accepted(store: Store) -> None:
    store.inbox.claim(message(1).id, REJECTED, NOW)
    assert not store.inbox.accept(message(1), "slack / U1", NOW)
    assert store.inbox.read(CONVERSATION) is None


def test_a_verdict_is_kept_as_long_as_an_accepted_identity(bench: Bench) -> None:
    bench.store.inbox.claim(message(1).id, REJECTED, NOW)
    assert bench.fields(keys.seen(message(1).id))["expires_at"] == (NOW + 48 * HOUR) // SECOND


def test_attachments_and_mode_wait_with_the_message(store: Store) -> None:
    files = (Attachment("a.png", "image/png", 1024, "https://files/1"), Attachment("b", "", 0, "7"))
    sent = replace(message(1), attachments=files, mode=BusyMode.STEER)
    accept(store, sent)
    assert store.turns.queued(CONVERSATION) == [sent]


def test_a_turn_is_shown_without_its_texts(bench: Bench) -> None:
    accept(bench.store, message(1))
    holder = acquire(bench.store)
    large = replace(turn(prompt="x" * 100_000), images=("data:image/png;base64,AA==",))
    bench.store.turns.claim(holder, large, [message(1)], None)
    at = bench.store.turns.get(CONVERSATION, "turn1")
    bench.texts.texts.clear()
    shown = bench.store.inbox.turn(CONVERSATION, "turn1")
    assert shown == replace(at, prompt="", images=())


def test_a_turn_that_ends_is_shown_too(store: Store) -> None:
    at = opened(store)
    ending = Ending(Outcome.CANCELLED, "stopped", NOW)
    store.turns.record_ending(at.holder, at.turn, ending, None)
    shown = store.inbox.turn(CONVERSATION, at.turn)
    assert shown is not None
    assert shown.ending == replace(ending, reason="")


def test_an_unknown_turn_is_shown_as_none(store: Store) -> None:
    assert store.inbox.turn(CONVERSATION, "turn1") is None

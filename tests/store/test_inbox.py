"""Accept and read (protocol 1)."""

from dataclasses import replace

from parley.adapters.dynamodb import keys
from parley.adapters.dynamodb.store import open_store
from parley.core.delivery import Chat, Delivery
from parley.core.limits import HOUR, SECOND
from parley.core.message import Message, MessageId
from parley.ports import Store
from tests.store.bench import Bench
from tests.store.builders import CONVERSATION, NOW, accept, acquire, delivery, message, opened


def test_an_accepted_message_is_queued_and_counted(store: Store) -> None:
    assert store.inbox.accept(message(1), "slack / U1", NOW)
    state = store.inbox.read(CONVERSATION)
    assert state is not None
    assert state.pending == 1
    assert store.turns.queued(CONVERSATION) == [message(1)]


def test_a_conversation_is_born_with_a_generation_made_of_the_time(store: Store) -> None:
    accept(store, message(1))
    state = store.inbox.read(CONVERSATION)
    assert state is not None
    assert state.generation == NOW // SECOND
    assert state.owner is None


def test_a_later_message_keeps_the_generation(store: Store) -> None:
    accept(store, message(1))
    store.inbox.accept(message(2), "slack / U1", NOW + HOUR)
    state = store.inbox.read(CONVERSATION)
    assert state is not None
    assert state.generation == NOW // SECOND
    assert state.updated_at == NOW + HOUR


def test_the_first_title_stays_and_the_newest_delivery_counts(store: Store) -> None:
    store.inbox.accept(message(1), "first", NOW)
    moved = delivery(thread_ts="18.2")
    store.inbox.accept(replace(message(2), delivery=moved), "second", NOW)
    state = store.inbox.read(CONVERSATION)
    assert state is not None
    assert state.title == "first"
    assert state.delivery == moved


def test_a_repeated_delivery_is_refused(store: Store) -> None:
    accept(store, message(1))
    assert not store.inbox.accept(message(1), "slack / U1", NOW)


def test_a_refused_delivery_writes_nothing(bench: Bench) -> None:
    accept(bench.store, message(1))
    before = bench.everything_of(CONVERSATION)
    assert not bench.store.inbox.accept(message(1), "another title", NOW + HOUR)
    assert bench.everything_of(CONVERSATION) == before


def test_a_twin_with_another_envelope_is_refused(store: Store) -> None:
    """Slack sends a mention twice, with other texts; the identity is the same."""
    accept(store, message(1))
    twin = replace(message(1), text="the same, as the other event", correlation_id="other")
    assert not store.inbox.accept(twin, "slack / U1", NOW)


def test_a_message_is_claimed_for_one_conversation_only(store: Store) -> None:
    accept(store, message(1))
    elsewhere = replace(message(1), conversation="slack:dm:U1")
    assert not store.inbox.accept(elsewhere, "slack / U1", NOW)
    assert store.inbox.read("slack:dm:U1") is None


def test_a_message_that_was_answered_is_still_known(store: Store) -> None:
    at = opened(store).ended()
    store.turns.complete(at.holder, at.stored())
    assert not store.inbox.accept(message(1), "slack / U1", NOW)


def test_identities_are_told_apart_whatever_they_contain(store: Store) -> None:
    identities = [
        MessageId("slack", "T1", "C#7", "1"),
        MessageId("slack", "T1", "C", "7#1"),
        MessageId("slack", "T1", "C%237", "1"),
        MessageId("slack", "T1#C", "7", "1"),
    ]
    accept(store, *(replace(message(1), id=identity) for identity in identities))
    assert len(store.turns.queued(CONVERSATION)) == len(identities)


def test_two_messages_at_one_position_are_both_kept(store: Store) -> None:
    accept(store, message(1, position="5"), message(2, position="5"))
    assert len(store.turns.queued(CONVERSATION)) == 2


def test_an_identity_is_kept_for_two_days(bench: Bench) -> None:
    accept(bench.store, message(1))
    seen = bench.fields(keys.seen(message(1).id))
    assert seen["expires_at"] == (NOW + 48 * HOUR) // SECOND


def test_no_conversation_is_read_where_there_is_none(store: Store) -> None:
    assert store.inbox.read(CONVERSATION) is None


def test_a_released_conversation_is_known_until_it_expires(bench: Bench) -> None:
    released(bench.store)
    bench.clock.advance(168 * HOUR - SECOND)
    assert bench.store.inbox.read(CONVERSATION) is not None


def test_an_expired_conversation_is_unknown_though_the_table_has_it(bench: Bench) -> None:
    released(bench.store)
    bench.clock.advance(168 * HOUR)
    assert bench.state(CONVERSATION)
    assert bench.store.inbox.read(CONVERSATION) is None


def test_expiry_is_told_by_the_wall_clock_where_no_other_is_given(bench: Bench) -> None:
    released(bench.store, now=0)
    store = open_store(bench.client, bench.table, bench.texts)
    assert bench.state(CONVERSATION)
    assert store.inbox.read(CONVERSATION) is None


def test_a_message_to_an_expired_conversation_goes_on_with_its_session(bench: Bench) -> None:
    released(bench.store)
    bench.clock.advance(200 * HOUR)
    accept(bench.store, message(2))
    state = bench.store.inbox.read(CONVERSATION)
    assert state is not None
    assert state.session == "session1"
    assert state.generation == NOW // SECOND + 1


def test_a_conversation_that_is_busy_does_not_expire(bench: Bench) -> None:
    released(bench.store)
    accept(bench.store, message(2))
    assert "expires_at" not in bench.state(CONVERSATION)


def released(store: Store, now: int = NOW) -> None:
    at = opened(store)
    store.turns.record_session(at.holder, "session1", None)
    at.ended()
    assert store.turns.complete(at.holder, at.stored())
    assert store.leases.release(at.holder, now)


def test_an_accepted_message_leaves_a_running_turn_alone(store: Store) -> None:
    at = opened(store)
    accept(store, message(2))
    state = store.inbox.read(CONVERSATION)
    assert state is not None
    assert (state.pending, state.turn, state.fence) == (2, at.turn, str(at.holder.fence))


def test_a_conversation_with_something_pending_is_unsettled(store: Store) -> None:
    accept(store, message(1))
    assert list(store.repairs.unsettled()) == [CONVERSATION]


def test_acquiring_shows_what_was_accepted(store: Store) -> None:
    accept(store, message(1), message(2))
    acquire(store)
    state = store.inbox.read(CONVERSATION)
    assert state is not None
    assert state.pending == 2


# Known threads


def thread(root: str = "17.1", group: str = "C7") -> Delivery:
    target = f"slack:channel:{group}:thread:{root}"
    return Delivery("slack", "U1", Chat.of_thread(group, root), target)


def said_in(at: Delivery, number: int = 1) -> Message:
    return replace(message(number), delivery=at)


def test_a_thread_is_unknown_until_a_message_is_accepted_in_it(store: Store) -> None:
    assert not store.inbox.known("T1", thread())
    accept(store, said_in(thread()))
    assert store.inbox.known("T1", thread())


def test_threads_of_one_conversation_are_known_one_by_one(store: Store) -> None:
    accept(store, said_in(thread("17.1")))
    assert not store.inbox.known("T1", thread("18.2"))
    assert not store.inbox.known("T1", thread(group="C8"))
    assert not store.inbox.known("T2", thread())


def test_threads_are_told_apart_whatever_their_names_contain(store: Store) -> None:
    accept(store, said_in(replace(thread(), target="7#1")))
    assert not store.inbox.known("T1#7", replace(thread(), target="1"))
    assert not store.inbox.known("T1", replace(thread(), target="7%231"))


def test_a_thread_is_known_for_168_hours_after_its_last_message(bench: Bench) -> None:
    accept(bench.store, said_in(thread()))
    assert bench.store.inbox.accept(said_in(thread(), 2), "slack / U1", NOW + HOUR)
    bench.clock.advance(169 * HOUR - SECOND)
    assert bench.store.inbox.known("T1", thread())
    bench.clock.advance(SECOND)
    assert bench.fields(keys.known("T1", thread()))
    assert not bench.store.inbox.known("T1", thread())


def test_an_expired_thread_is_known_again_after_a_mention(bench: Bench) -> None:
    accept(bench.store, said_in(thread()))
    bench.clock.advance(200 * HOUR)
    assert bench.store.inbox.accept(said_in(thread(), 2), "slack / U1", bench.clock.now())
    assert bench.store.inbox.known("T1", thread())


def test_a_repeated_delivery_keeps_no_thread_known(bench: Bench) -> None:
    """It is refused as a whole, and as a duplicate though the thread is marked already."""
    accept(bench.store, said_in(thread()))
    before = bench.fields(keys.known("T1", thread()))
    assert not bench.store.inbox.accept(said_in(thread()), "slack / U1", NOW + HOUR)
    assert bench.fields(keys.known("T1", thread())) == before


def test_only_a_thread_costs_a_mark(bench: Bench) -> None:
    direct = Delivery("slack", "U1", Chat.direct(), "slack:channel:D1:thread:17.1")
    for number, at in enumerate((direct, delivery()), start=1):
        accept(bench.store, said_in(at, number))
        assert not bench.store.inbox.known("T1", at)

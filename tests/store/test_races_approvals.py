"""People, machine and messages at one batch at the same time, judged by a real endpoint."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from parley.core.approval import Choice, Decision
from parley.core.batch import Batch, BatchStatus
from parley.core.fence import Holder
from parley.core.limits import DAY, SECOND
from parley.core.message import Sender
from parley.core.pairing import PairingResult, Person
from parley.core.turn import Ending, Outcome
from parley.ports import Store
from tests.store.builders import LEASE_UNTIL, NOW, accept, acquire, asked, message, steer, turn
from tests.store.crowd import THREADS, Report, holder, names, outcome_of, together

pytestmark = pytest.mark.real

PAIRS = 40


def opened(store: Store, conversation: str) -> Holder:
    """A conversation with an open turn."""
    accept(store, message(1, conversation=conversation))
    owner = acquire(store, conversation)
    opening = replace(turn(), conversation=conversation)
    assert store.turns.claim(owner, opening, store.turns.queued(conversation), None)
    return owner


def waiting(store: Store, conversation: str) -> tuple[Holder, Batch]:
    """... and a person is asked about a batch of its run."""
    owner = opened(store, conversation)
    batch = replace(asked(), approval=conversation.replace(":", "").lower())
    return owner, store.batches.record(owner, batch, 5, "so far", NOW)


def by(number: int) -> Decision:
    choice = Choice.ALLOW if number % 2 else Choice.DENY
    return Decision(choice, Sender(f"U{number}", "Ada"))


def test_of_two_hundred_approvers_at_once_one_decides(store: Store, report: Report) -> None:
    (conversation,) = names(1)
    _, batch = waiting(store, conversation)
    decide = partial(store.approvals.decide, conversation, batch)
    decided = together([partial(decide, by(number), NOW) for number in range(THREADS)])
    assert decided == [store.approvals.get(conversation, batch.key)] * THREADS
    report(f"{THREADS} approvers of one batch: {len({each.by for each in decided})} decided")


def test_a_click_and_the_expiry_agree_on_one_end(store: Store, report: Report) -> None:
    """The click comes in the last moment, the machine's expiry right after it."""
    conversations = names(PAIRS)
    stage = [waiting(store, name) for name in conversations]
    clicks = [
        partial(store.approvals.decide, name, batch, by(1), batch.expires_at - 1)
        for name, (_, batch) in zip(conversations, stage, strict=True)
    ]
    expiries = [
        partial(store.batches.expire, owner, batch, batch.expires_at) for owner, batch in stage
    ]
    answers = together([*clicks, *expiries])
    assert answers[:PAIRS] == answers[PAIRS:]
    ends = Counter(str(answer.status) for answer in answers[:PAIRS])
    assert set(ends) <= {BatchStatus.ALLOWED, BatchStatus.EXPIRED}
    report(f"{PAIRS} clicks against expiries: {dict(ends)}, none of them both")


def test_a_stop_never_misses_a_batch_that_is_recorded_at_the_same_time(
    store: Store, report: Report
) -> None:
    conversations = names(PAIRS)
    owners = [opened(store, name) for name in conversations]
    states = [store.inbox.read(name) for name in conversations]
    stops = [partial(store.controls.stop, state, None, NOW) for state in states if state]
    records = [
        partial(store.batches.record, owner, replace(asked(), approval=f"id{n}"), 5, "text", NOW)
        for n, owner in enumerate(owners)
    ]
    calls: list[Callable[[], object]] = [*stops, *records]
    answers = together([partial(outcome_of, call) for call in calls])
    stopped = [answer == "True" for answer in answers[:PAIRS]]
    recorded = [answer != "Fenced" for answer in answers[PAIRS:]]
    assert all(one != other for one, other in zip(stopped, recorded, strict=True))
    report(f"{PAIRS} stops against batches: {sum(stopped)} before them, the others read again")


def test_a_stop_that_cancels_and_a_click_agree_on_one_end(store: Store, report: Report) -> None:
    conversations = names(PAIRS)
    batches = [waiting(store, name)[1] for name in conversations]
    states = [store.inbox.read(name) for name in conversations]
    stops = [
        partial(store.controls.stop, state, batch, NOW)
        for state, batch in zip(states, batches, strict=True)
        if state
    ]
    clicks = [
        partial(store.approvals.decide, name, batch, by(1), NOW)
        for name, batch in zip(conversations, batches, strict=True)
    ]
    calls: list[Callable[[], object]] = [*stops, *clicks]
    answers = together(calls)
    for name, batch, stopped in zip(conversations, batches, answers, strict=False):
        status = store.approvals.get(name, batch.key).status
        assert status is (BatchStatus.CANCELLED if stopped else BatchStatus.ALLOWED)
    report(f"{PAIRS} stops against clicks: {answers.count(True)} stopped, the others read again")


def test_a_batch_is_closed_once_whoever_comes(store: Store, report: Report) -> None:
    """A click, a newer message, an expiry and an ending at once."""
    conversations = names(PAIRS)
    stage = {name: waiting(store, name) for name in conversations}
    for name in conversations:
        accept(store, message(2, conversation=name))
    ending = Ending(Outcome.FAILED, "no", NOW)
    decides = [
        partial(store.approvals.decide, name, batch, by(1), NOW)
        for name, (_, batch) in stage.items()
    ]
    supersedes = [
        partial(store.controls.supersede, name, batch, message(2, conversation=name), NOW)
        for name, (_, batch) in stage.items()
    ]
    endings = [
        partial(store.turns.record_ending, owner, turn().id, ending, batch)
        for owner, batch in stage.values()
    ]
    expires = [partial(store.batches.expire, owner, batch, NOW) for owner, batch in stage.values()]
    calls: list[Callable[[], object]] = [*decides, *supersedes, *endings, *expires]
    answers = together(calls)
    ends: Counter[str] = Counter()
    for place, (name, (_, batch)) in enumerate(stage.items()):
        stored = store.approvals.get(name, batch.key)
        decided, superseded, ended, expired = answers[place::PAIRS]
        assert decided == expired == stored
        assert superseded == (stored.status is BatchStatus.SUPERSEDED)
        assert ended == (stored.status is BatchStatus.CANCELLED)
        ends[str(stored.status)] += 1
    report(f"{PAIRS} batches closed from four sides: {dict(ends)}")


def test_a_token_is_found_by_whoever_closes_or_the_closing_by_whoever_parks(
    store: Store, report: Report
) -> None:
    conversations = names(PAIRS)
    stage = [waiting(store, name) for name in conversations]
    parks = [
        partial(store.batches.park, owner, batch, "token", NOW + 2 * DAY) for owner, batch in stage
    ]
    clicks = [
        partial(store.approvals.decide, name, batch, by(1), NOW)
        for name, (_, batch) in zip(conversations, stage, strict=True)
    ]
    answers = together([*parks, *clicks])
    before = 0
    for parked, decided in zip(answers[:PAIRS], answers[PAIRS:], strict=True):
        assert decided.token == "token" or parked.status is BatchStatus.ALLOWED
        before += decided.token is None
    report(f"{PAIRS} clicks against parking: {before} before the token, and parking saw them all")


def test_a_message_is_steered_or_in_the_next_turn_never_in_both(
    store: Store, report: Report
) -> None:
    """An invocation takes it for its run while its successor ends the turn and claims the next."""
    conversations = names(PAIRS)
    owners = [opened(store, name) for name in conversations]
    texts = [
        replace(steer(2), conversation=name, id=message(2, conversation=name).id)
        for name in conversations
    ]
    accept(store, *texts)
    stored = [store.turns.get(name, turn().id) for name in conversations]
    takes = [
        partial(store.steering.take, owner, at, text, NOW, NOW + SECOND)
        for owner, at, text in zip(owners, stored, texts, strict=True)
    ]
    successors = [partial(ended_by_a_successor, store, name) for name in conversations]
    calls = [partial(outcome_of, call) for call in [*takes, *successors]]
    answers = together(calls)
    steered = 0
    for name, taken, text in zip(conversations, answers, texts, strict=False):
        first, queued = store.turns.get(name, turn().id), store.turns.queued(name)
        state = store.inbox.read(name)
        assert state is not None
        on_its_way = store.steering.steered(first) == [text]
        claimed_anew = state.turn == "turn2"
        assert on_its_way == (taken == "True") != claimed_anew
        assert queued == []
        steered += on_its_way
    report(f"{PAIRS} texts against the end of their turn: {steered} steered, the others claimed")


def ended_by_a_successor(store: Store, conversation: str) -> bool:
    """False where a message is on its way into the run."""
    successor = holder(conversation, 1)
    store.leases.acquire(successor, LEASE_UNTIL)
    written = store.turns.record_outcome(successor, turn().id, Outcome.COMPLETED, [], None, None)
    if not written:
        return False
    assert store.turns.complete(successor, store.turns.get(conversation, turn().id))
    following = replace(turn("turn2"), conversation=conversation)
    return store.turns.claim(successor, following, store.turns.queued(conversation), None)


def test_guessing_at_once_is_counted_like_guessing_one_by_one(store: Store, report: Report) -> None:
    guesses = [partial(store.pairings.accept, f"WRONG{n}", "U1", NOW) for n in range(THREADS)]
    answers = Counter(answer.result for answer in together(guesses))
    assert answers == {PairingResult.UNKNOWN: 10, PairingResult.LOCKED: THREADS - 10}
    report(f"{THREADS} wrong codes at once: {answers[PairingResult.UNKNOWN]} were looked up")


def test_of_two_hundred_offers_to_one_person_one_is_kept(store: Store, report: Report) -> None:
    person = Person("telegram", "bot1", "4711")
    offers = [partial(store.pairings.offer, person, f"CODE{n}", NOW) for n in range(THREADS)]
    kept = together(offers).count(True)
    assert kept == 1
    report(f"{THREADS} offers to one person: {kept} kept")

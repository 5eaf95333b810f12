"""Two hundred threads against a real endpoint: what the conditions promise, judged by a server.

The in-memory table is judged under one lock; here requests are in flight together.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from parley.core.fence import Holder
from parley.core.limits import SECOND
from parley.core.turn import Outcome
from parley.errors import Fenced, Superseded
from parley.ports import Store
from tests.store.bench import Bench
from tests.store.builders import LEASE_UNTIL, NOW, accept, acquire, message, parts, turn
from tests.store.crowd import BORN, THREADS, Report, holder, names, outcome_of, together

pytestmark = pytest.mark.real


def test_a_hundred_messages_delivered_twice_at_once_are_accepted_once_each(
    store: Store, report: Report
) -> None:
    conversations = names(5)
    messages = [
        message(number, conversation=conversations[number % len(conversations)])
        for number in range(THREADS // 2)
    ]
    deliver = store.inbox.accept
    answers = together([partial(deliver, each, "t", NOW) for each in [*messages, *messages]])
    first, second = answers[: len(messages)], answers[len(messages) :]
    assert all(one != other for one, other in zip(first, second, strict=True))
    for conversation in conversations:
        state = store.inbox.read(conversation)
        expected = [each for each in messages if each.conversation == conversation]
        assert state is not None
        assert state.pending == len(expected)
        assert store.turns.queued(conversation) == expected
    assert sorted(store.repairs.unsettled()) == conversations
    report(
        f"{len(answers)} deliveries of {len(messages)} messages into {len(conversations)} "
        f"conversations: {sum(answers)} accepted, {answers.count(False)} duplicates"
    )


def test_of_two_hundred_invocations_with_distinct_fences_the_greatest_holds(
    store: Store, report: Report
) -> None:
    (conversation,) = names(1)
    accept(store, message(1, conversation=conversation))
    holders = [holder(conversation, step, retry) for step in range(50) for retry in range(4)]
    takers = [partial(store.leases.acquire, each, LEASE_UNTIL) for each in holders]
    taken = Counter(together([partial(succeeded, take) for take in takers]))
    state = store.inbox.read(conversation)
    assert state is not None
    assert state.fence == str(max(each.fence for each in holders))
    writers = [partial(store.leases.extend, each, LEASE_UNTIL + 1) for each in holders]
    wrote = together([partial(succeeded, write) for write in writers])
    assert wrote == [False] * (THREADS - 1) + [True]
    report(
        f"{THREADS} invocations with distinct fences: {taken[True]} took over in order, "
        f"{taken[False]} came too late, {wrote.count(True)} writes afterwards"
    )


def succeeded(call: Callable[[], object]) -> bool:
    try:
        call()
    except Fenced:
        return False
    return True


def test_of_two_hundred_invocations_with_one_fence_one_holds(store: Store, report: Report) -> None:
    (conversation,) = names(1)
    accept(store, message(1, conversation=conversation))
    take = partial(store.leases.acquire, holder(conversation, 1), LEASE_UNTIL)
    taken = together([partial(succeeded, take)] * THREADS)
    assert taken.count(True) == 1
    report(f"{THREADS} invocations with one fence: {taken.count(True)} holds")


def test_no_message_that_comes_in_during_a_release_is_left_alone(
    bench: Bench, report: Report
) -> None:
    """Forty owners of nothing release while four messages come in to each."""
    store, conversations = bench.store, names(40)
    releases = [partial(store.leases.release, emptied(store, name), NOW) for name in conversations]
    accepts = [
        partial(store.inbox.accept, message(number, conversation=name), "t", NOW)
        for name in conversations
        for number in range(2, 6)
    ]
    answers = together([*releases, *accepts])
    released = dict(zip(conversations, answers, strict=False))
    assert all(answers[len(releases) :])
    unsettled = set(store.repairs.unsettled())
    for conversation in conversations:
        state = store.inbox.read(conversation)
        assert state is not None
        assert state.pending == len(store.turns.queued(conversation)) == 4
        assert state.generation == BORN + released[conversation]
        assert (state.owner is None) == released[conversation]
        assert bench.state(conversation)["unsettled"] == "1"
        assert "expires_at" not in bench.state(conversation)
        assert conversation in unsettled
    given_up = sum(released.values())
    report(
        f"{len(releases)} releases against {len(accepts)} messages: {given_up} released before "
        f"their messages, {len(releases) - given_up} refused, no message without owner or index"
    )


def emptied(store: Store, conversation: str) -> Holder:
    """An owner with nothing left to do."""
    accept(store, message(1, conversation=conversation))
    owner = acquire(store, conversation)
    taken = replace(turn(), conversation=conversation)
    assert store.turns.claim(owner, taken, store.turns.queued(conversation), None)
    store.turns.record_outcome(owner, taken.id, Outcome.COMPLETED, parts("done"), None, None)
    assert store.turns.complete(owner, store.turns.get(conversation, taken.id))
    return owner


def test_two_hundred_claims_of_one_queue_open_one_turn(store: Store, report: Report) -> None:
    (conversation,) = names(1)
    accept(store, *(message(number, conversation=conversation) for number in range(10)))
    owner = acquire(store, conversation)
    queued = store.turns.queued(conversation)
    claims = [
        partial(store.turns.claim, owner, replace(turn(f"t{n}"), conversation=conversation), queued)
        for n in range(THREADS)
    ]
    answers = together([partial(outcome_of, partial(claim, None)) for claim in claims])
    assert Counter(answers) == {"True": 1, Fenced.__name__: THREADS - 1}
    state = store.inbox.read(conversation)
    assert state is not None
    assert state.turn == f"t{answers.index('True')}"
    report(f"{THREADS} claims of one queue: {answers.count('True')} turn")


def test_a_turn_that_is_completed_two_hundred_times_is_counted_off_once(
    store: Store, report: Report
) -> None:
    (conversation,) = names(1)
    accept(store, *(message(number, conversation=conversation) for number in range(10)))
    owner = acquire(store, conversation)
    opened = replace(turn(), conversation=conversation)
    assert store.turns.claim(owner, opened, store.turns.queued(conversation), None)
    accept(store, message(10, conversation=conversation))
    stored = store.turns.get(conversation, opened.id)
    answers = together([partial(store.turns.complete, owner, stored)] * THREADS)
    state = store.inbox.read(conversation)
    assert state is not None
    assert (answers.count(True), state.pending) == (1, 1)
    report(f"{THREADS} completions of one turn: {answers.count(True)} counted")


def test_of_two_hundred_senders_of_one_chunk_one_sends(store: Store, report: Report) -> None:
    (conversation,) = names(1)
    accept(store, message(1, conversation=conversation))
    owner = acquire(store, conversation)
    opened = replace(turn(), conversation=conversation)
    assert store.turns.claim(owner, opened, store.turns.queued(conversation), None)
    intend = partial(store.outbox.intend, owner, opened.id, 0, NOW, NOW + SECOND)
    answers = together([intend] * THREADS)
    assert answers.count(True) == 1
    report(f"{THREADS} intents for one chunk: {answers.count(True)} sends")


def test_many_sweepers_and_an_owner_agree_on_who_goes_on(store: Store, report: Report) -> None:
    """The lease has just lapsed: either its owner extends it first, or one sweeper takes over."""
    (conversation,) = names(1)
    accept(store, message(1, conversation=conversation))
    owner = acquire(store, conversation)
    now = LEASE_UNTIL + 1
    bumps = [partial(bumped, store, conversation, now)] * (THREADS - 1)
    extended = partial(outcome_of, partial(store.leases.extend, owner, now + SECOND))
    kept, *answers = together([extended, *bumps])
    state = store.inbox.read(conversation)
    assert state is not None
    took = answers.count("True")
    assert (kept, took) in [("None", 0), (Superseded.__name__, 1)]
    assert state.generation == BORN + took
    report(f"{len(answers)} sweepers against an owner: {took} took over, the owner got {kept}")


def bumped(store: Store, conversation: str, now: int) -> str:
    return str(store.repairs.bump(conversation, BORN, now, heed_lease=True) is not None)

"""Every write of a holder carries generation and fence (protocol 3 and 4)."""

from collections.abc import Callable

import pytest

from parley.core.limits import SECOND
from parley.core.turn import Ending, Outcome, Post, Spell
from parley.errors import Fenced, Superseded
from tests.store.bench import Bench
from tests.store.builders import (
    CONVERSATION,
    LEASE_UNTIL,
    NOW,
    Open,
    accept,
    acquire,
    batch,
    claim,
    message,
    opened,
    parts,
    turn,
    with_slot,
)

# Each on an open turn with a batch recorded, the posting slot taken, and nothing else in its way.
WRITES: dict[str, Callable[[Open], object]] = {
    "extend": lambda at: at.store.leases.extend(at.holder, LEASE_UNTIL + 1),
    "count_attempt": lambda at: at.store.leases.count_attempt(at.holder),
    "release": lambda at: at.store.leases.release(at.holder, NOW),
    "hand_over": lambda at: at.store.leases.hand_over(at.holder),
    "claim": lambda at: at.store.turns.claim(at.holder, turn("turn2"), [message(2)], None),
    "record_session": lambda at: at.store.turns.record_session(at.holder, "s", None),
    "record_session with a notice": lambda at: at.store.turns.record_session(at.holder, None, "n"),
    "record_post": lambda at: at.store.turns.record_post(at.holder, at.turn, Post("s", NOW, 0), 0),
    "record_run": lambda at: at.store.turns.record_run(at.holder, at.turn, "run2"),
    "record_wait": lambda at: at.store.turns.record_wait(
        at.holder, at.turn, {"busy": Spell(NOW, 1)}, 1, LEASE_UNTIL
    ),
    "record_told": lambda at: at.store.turns.record_told(at.holder, at.turn),
    "save_progress": lambda at: at.store.turns.save_progress(
        at.holder, at.turn, 9, "text", False, LEASE_UNTIL
    ),
    "record_outcome": lambda at: at.store.turns.record_outcome(
        at.holder, at.turn, Outcome.FAILED, parts("no"), None, None
    ),
    "record_outcome with a cursor": lambda at: at.store.turns.record_outcome(
        at.holder, at.turn, Outcome.FAILED, parts("no"), None, 9
    ),
    "complete": lambda at: at.store.turns.complete(at.holder, at.stored()),
    "outbox.intend": lambda at: at.store.outbox.intend(at.holder, at.turn, 0, NOW, NOW + SECOND),
    "outbox.retract": lambda at: at.store.outbox.retract(at.holder, at.turn, 0),
    "give_up": lambda at: at.store.outbox.give_up(at.holder, at.turn, "gone"),
    "batches.record": lambda at: at.store.batches.record(
        at.holder, batch(number=2), 9, "text", NOW
    ),
    "batches.intend": lambda at: at.store.batches.intend(
        at.holder, batch(), NOW + 20_000, NOW + 30_000
    ),
    "batches.posted": lambda at: at.store.batches.posted(at.holder, batch()),
    "batches.park": lambda at: at.store.batches.park(at.holder, batch(), "token", LEASE_UNTIL),
    "batches.expire": lambda at: at.store.batches.expire(at.holder, batch(), NOW),
    "batches.consumed": lambda at: at.store.batches.consumed(at.holder, batch()),
    "record_progress_post": lambda at: at.store.turns.record_progress_post(
        at.holder, at.turn, "C7/1"
    ),
    "record_ending": lambda at: at.store.turns.record_ending(
        at.holder, at.turn, Ending(Outcome.FAILED, "no", NOW), None
    ),
    "steering.take": lambda at: at.store.steering.take(
        at.holder, at.stored(), message(2), NOW + 20_000, NOW + 30_000
    ),
    "steering.passed": lambda at: at.store.steering.passed(at.holder, at.stored(), message(2)),
    "steering.resolve": lambda at: at.store.steering.resolve(
        at.holder, at.stored(), [message(2)], []
    ),
}

writes = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())


@writes
def test_a_write_of_an_earlier_invocation_is_fenced_and_changes_nothing(
    bench: Bench, write: Callable[[Open], object]
) -> None:
    zombie = with_slot(bench.store)
    zombie.taken_over()
    before = bench.everything_of(CONVERSATION)
    with pytest.raises(Fenced):
        write(zombie)
    assert bench.everything_of(CONVERSATION) == before


@writes
def test_a_write_of_an_earlier_generation_is_superseded_and_changes_nothing(
    bench: Bench, write: Callable[[Open], object]
) -> None:
    """Also when nobody of the new generation came yet: the stored fence is still the old one."""
    zombie = with_slot(bench.store)
    bench.store.repairs.bump(CONVERSATION, zombie.holder.generation, NOW, heed_lease=False)
    before = bench.everything_of(CONVERSATION)
    with pytest.raises(Superseded):
        write(zombie)
    assert bench.everything_of(CONVERSATION) == before


def test_an_intent_of_an_earlier_invocation_cannot_be_taken_back_by_it(bench: Bench) -> None:
    zombie = opened(bench.store).ended()
    bench.store.outbox.intend(zombie.holder, zombie.turn, 0, NOW, NOW + SECOND)
    zombie.taken_over()
    with pytest.raises(Fenced):
        bench.store.outbox.retract(zombie.holder, zombie.turn, 0)
    assert zombie.stored().sending == 0


def test_a_claim_of_an_earlier_invocation_leaves_the_queue_alone(bench: Bench) -> None:
    accept(bench.store, message(1))
    zombie = Open(bench.store, acquire(bench.store), "turn1")
    zombie.taken_over()
    with pytest.raises(Fenced):
        claim(bench.store, zombie.holder)
    assert bench.store.turns.queued(CONVERSATION) == [message(1)]

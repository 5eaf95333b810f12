"""Tasks that fail for good, deliveries that do not get through."""

from collections.abc import Callable
from typing import Any

import pytest

from parley.core import replies
from parley.core.directive import Next
from parley.core.limits import ATTEMPTS, HOUR, MINUTE
from parley.core.reply import Part
from parley.errors import ChannelUnavailable, StoreUnavailable
from tests.fakes.agent_runs import Answer, Hold
from tests.protocol import checks
from tests.protocol.simulation import KEY, Simulation, inbound
from tests.services.stage import Before, invoke, sent, started

BROKEN = f"⚠️ {replies.BROKEN}"


def crash(*calls: str) -> Callable[[str], None]:
    """A defect: whatever reaches one of these calls ends with an exception that nobody expects."""

    def before(call: str) -> None:
        if call in calls:
            raise RuntimeError(f"a defect at {call}")

    return before


def settled(simulation: Simulation) -> list[str]:
    simulation.settle()
    checks.at_rest(simulation)
    return simulation.channel.chunks


def test_a_defect_before_the_run_ends_the_turn_with_a_stated_failure() -> None:
    simulation = sent()
    simulation.agent.before = crash("start_run")
    assert settled(simulation) == [BROKEN]
    simulation.agent.before = None
    simulation.send(inbound(2, "again"))
    assert settled(simulation)[1:] == ["answer to: again"]


def test_a_defect_while_the_run_is_followed_cancels_it() -> None:
    simulation = sent(Hold())
    simulation.agent.before = crash("next")
    assert settled(simulation) == [BROKEN]
    assert simulation.agent.cancelled == ["run-1"]


@pytest.mark.parametrize("place", ["before the post", "after the post"])
def test_a_send_that_always_dies_is_not_tried_for_ever(place: str) -> None:
    """The retry of its task finds the intent alive, so no task ever fails for good."""
    simulation = sent()
    if place == "before the post":
        simulation.channel.before = crash("send")
    else:
        simulation.channel.after = crash("send")
    simulation.settle()
    checks.at_rest(simulation)
    assert len(simulation.channel.posts) <= 20
    turn = simulation.store.turns.get(KEY, "id1")
    assert turn.reply == (Part("answer to: hello"),)
    assert turn.undelivered == "every try to send it died"
    assert simulation.telemetry.counts["RepliesUndelivered"] == 1


def test_a_send_that_dies_for_a_while_is_delivered() -> None:
    simulation = sent()
    simulation.channel.before = crash("send")
    simulation.clock.after(2 * 60, lambda: setattr(simulation.channel, "before", None))
    assert settled(simulation) == ["answer to: hello"]


def with_defects(simulation: Simulation, seconds: int, *calls: str) -> None:
    """The store fails at these calls, with an exception that nobody expects, for a while."""
    broken = [True]

    def defect(part: Any, call: str) -> Callable[..., Any]:
        def called(*given: object) -> Any:
            if broken:
                raise RuntimeError(f"a defect at {call}")
            return getattr(part, call)(*given)

        return called

    for name in ("turns", "outbox"):
        part = getattr(simulation.store, name)
        defects = {call: defect(part, call) for call in calls if hasattr(part, call)}
        simulation.with_store(**{name: Before(part, **defects)})
    simulation.clock.after(seconds, broken.clear)


def test_a_defect_in_the_delivery_keeps_the_reply_as_undelivered() -> None:
    simulation = sent()
    with_defects(simulation, 60 * 60, "intend")
    assert settled(simulation) == []
    turn = simulation.store.turns.get(KEY, "id1")
    assert turn.reply == (Part("answer to: hello"),)
    assert turn.undelivered == f"the delivery failed {ATTEMPTS} times"
    assert simulation.telemetry.counts["RepliesUndelivered"] == 1


def test_a_defect_in_the_delivery_that_is_mended_in_time_loses_nothing() -> None:
    simulation = sent()
    with_defects(simulation, 40, "intend")
    assert settled(simulation) == ["answer to: hello"]


def test_a_reply_is_given_up_once_however_often_its_turn_cannot_be_completed() -> None:
    simulation = sent()
    with_defects(simulation, 20 * 60, "intend", "complete")
    assert settled(simulation) == []
    assert simulation.telemetry.counts["RepliesUndelivered"] == 1
    assert simulation.telemetry.counts["TurnsCompleted"] == 1


def test_a_defect_before_a_turn_is_open_waits_and_loses_nothing() -> None:
    simulation = sent()
    with_defects(simulation, 60, "queued")
    assert settled(simulation) == ["answer to: hello"]


def test_a_turn_whose_executions_die_before_its_run_ends_with_a_stated_failure() -> None:
    simulation = sent()
    simulation.agent.down = True
    while simulation.state() is None or simulation.state().turn is None:  # type: ignore[union-attr]
        simulation.turn_the_world()
    for _ in range(ATTEMPTS):
        state = simulation.state()
        assert state is not None
        now = simulation.clock.now()
        simulation.store.repairs.bump(KEY, state.generation, now, heed_lease=False)
    assert settled(simulation) == [BROKEN]
    assert simulation.agent.runs == []


def test_a_platform_that_has_a_fault_for_hours_is_given_up() -> None:
    simulation = sent()
    for send in range(1, 999):
        simulation.channel.fail(send, ChannelUnavailable("503"))
    begun = simulation.clock.now()
    assert settled(simulation) == []
    assert HOUR <= simulation.clock.now() - begun < HOUR + 2 * MINUTE
    assert simulation.telemetry.counts["RepliesUndelivered"] == 1


def test_a_turn_that_was_completed_before_is_counted_once() -> None:
    """The first answer got lost, and the write was repeated below the use case."""
    simulation = sent()
    turns = simulation.store.turns

    def twice(*given: object) -> bool:
        turns.complete(*given)  # type: ignore[arg-type]
        return turns.complete(*given)  # type: ignore[arg-type]

    simulation.with_store(turns=Before(turns, complete=twice))
    assert settled(simulation) == ["answer to: hello"]
    assert simulation.telemetry.counts["TurnsCompleted"] == 0


def test_nothing_to_deliver_gives_the_conversation_up() -> None:
    simulation = started(Answer("done"))
    settled(simulation)
    assert invoke(simulation, "DeliverReply", 9, Next.DELIVER) == Next.DONE


@pytest.mark.parametrize("changes", [1, 2, 3, 4])
def test_a_context_that_changes_while_it_is_claimed_is_read_again(changes: int) -> None:
    simulation = sent()
    turns, left = simulation.store.turns, [True] * changes

    def claim(*given: object, **options: object) -> bool:
        if left:
            left.pop()
            return False
        return turns.claim(*given, **options)  # type: ignore[arg-type]

    simulation.with_store(turns=Before(turns, claim=claim))
    assert settled(simulation) == ["answer to: hello"]


def test_a_context_that_cannot_be_read_does_not_stop_the_turn() -> None:
    simulation = sent()
    turns = simulation.store.turns

    def unavailable(target: str) -> None:
        raise StoreUnavailable("throttled")

    simulation.with_store(turns=Before(turns, context=unavailable))
    assert settled(simulation) == ["answer to: hello"]


def test_a_receipt_that_the_platform_refuses_is_left_out() -> None:
    simulation = sent()
    simulation.channel.refuse_acknowledgement = ChannelUnavailable("503")
    assert settled(simulation) == ["answer to: hello"]
    assert simulation.channel.acknowledged == []

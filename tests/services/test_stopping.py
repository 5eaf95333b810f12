"""Stopping a turn from outside, wherever it is just now (30, 34)."""

from typing import Any

import pytest

from parley.core import replies, saying
from parley.core.approval import Choice
from parley.core.limits import SECOND
from parley.core.message import Sender
from parley.core.turn import Outcome
from parley.errors import StoreUnavailable
from tests.fakes.agent_runs import Hold
from tests.protocol import checks
from tests.protocol.simulation import KEY, Simulation, inbound
from tests.protocol.test_approvals import asked, ran
from tests.services.saying import direct, take
from tests.services.stage import Before


def waiting_for_a_busy_session() -> Simulation:
    """Somebody else's run holds the session, and a turn of ours waits for it."""
    simulation = Simulation()
    simulation.send(inbound(1, "first"))
    simulation.settle()
    simulation.agent.start_foreign_run("session-1", "not ours", Hold())
    simulation.send(inbound(2, "second"))
    while not simulation.telemetry.told("turn_waits"):
        assert simulation.turn_the_world()
    return simulation


def test_a_turn_that_waits_for_a_busy_session_can_be_stopped() -> None:
    simulation = waiting_for_a_busy_session()
    begun = simulation.clock.now()
    simulation.send(inbound(3, "/stop"))
    simulation.settle()
    checks.at_rest(simulation)
    assert simulation.turns()[-1].outcome is Outcome.CANCELLED
    assert simulation.channel.chunks[-1] == f"⚠️ {replies.CANCELLED}"
    assert simulation.agent.runs_of("second") == 0
    assert simulation.clock.now() - begun < 35 * SECOND


def test_somebody_elses_run_is_not_stopped_with_it() -> None:
    simulation = waiting_for_a_busy_session()
    simulation.send(inbound(3, "/stop"))
    simulation.settle()
    assert simulation.agent.cancelled == []


def test_the_message_after_the_stop_waits_on() -> None:
    simulation = waiting_for_a_busy_session()
    simulation.send(inbound(3, "/stop"))
    simulation.send(inbound(4, "third"), delay=40 * SECOND)
    simulation.clock.after(60, lambda: simulation.agent.finish("session-1"))
    simulation.settle()
    checks.at_rest(simulation)
    assert simulation.channel.chunks[-1] == "answer to: third"


def stop(simulation: Simulation) -> bool:
    state = simulation.state()
    assert state is not None
    assert state.turn is not None
    return simulation.front.front.commanding.stopping.stop(KEY, state.turn)


def test_a_stop_can_be_repeated() -> None:
    simulation = asked()
    assert stop(simulation)
    assert stop(simulation)
    simulation.settle()
    checks.at_rest(simulation)
    assert simulation.turns()[0].outcome is Outcome.CANCELLED


def test_a_turn_that_is_over_cannot_be_stopped() -> None:
    simulation = asked()
    state = simulation.state()
    assert state is not None
    assert state.turn is not None
    simulation.click(Choice.ALLOW)
    simulation.settle()
    assert not simulation.front.front.commanding.stopping.stop(KEY, state.turn)


def changing(simulation: Simulation, times: int) -> None:
    """The state is not as it was read, so many times over."""
    controls, left = simulation.store.controls, [True] * times

    def refuse(*given: Any) -> bool:
        return not left.pop() if left else controls.stop(*given)

    simulation.with_store(controls=Before(controls, stop=refuse))


def test_what_changes_meanwhile_is_read_again() -> None:
    simulation = asked()
    changing(simulation, 4)
    assert stop(simulation)


def test_a_state_that_never_stands_still_makes_the_platform_come_again() -> None:
    simulation = asked()
    changing(simulation, 5)
    with pytest.raises(StoreUnavailable):
        stop(simulation)


def test_a_batch_that_is_gone_does_not_keep_a_turn_from_being_stopped() -> None:
    simulation = asked()

    def gone(*_given: object) -> Any:
        raise LookupError

    simulation.with_store(approvals=Before(simulation.store.approvals, get=gone))
    controls = simulation.store.controls
    seen: list[Any] = []

    def remember(state: Any, batch: Any, *rest: Any) -> bool:
        seen.append(batch)
        return True

    simulation.with_store(controls=Before(controls, stop=remember))
    assert stop(simulation)
    assert seen == [None]


def test_stop_wins_over_a_decision_that_is_not_posted_yet() -> None:
    simulation = asked()
    approval = simulation.channel.asked[0].prompt.id
    approving = simulation.front.front.approving
    assert approving.decide("slack", Sender("U1", "U1"), approval, Choice.ALLOW)
    assert stop(simulation)
    simulation.settle()
    checks.at_rest(simulation)
    assert ran(simulation) == []
    assert simulation.turns()[0].outcome is Outcome.CANCELLED
    assert "Allowed, but not run: `run_command`" in simulation.channel.chunks[0]


def test_a_turn_that_ends_between_look_and_stop_is_told_as_none() -> None:
    simulation = asked()
    inbox, looks = simulation.store.inbox, [True]

    def read(conversation: str) -> Any:
        state = inbox.read(conversation)
        if looks:
            looks.clear()
            return state
        return None

    simulation.with_store(inbox=Before(inbox, read=read))
    assert take(simulation, direct(9, text="/stop")).text == saying.NOTHING_RUNS


def test_new_while_something_runs_lets_it_go_on() -> None:
    simulation = asked()
    assert take(simulation, direct(9, text="/new")).text == saying.RENEWED_LATER
    simulation.click(Choice.ALLOW)
    simulation.settle()
    assert ran(simulation)


def test_an_interrupting_message_that_was_answered_already_stops_nothing() -> None:
    """Its delivery is repeated when the turn that it interrupted is over, and its own is open."""
    simulation = Simulation(busy_mode="interrupt")
    simulation.agent.script(Hold())
    simulation.send(inbound(1, "first"))
    simulation.clock.after(3, lambda: simulation.intake.accept(inbound(2, "instead"), "c"))
    simulation.agent.script(Hold())
    told: list[str] = []

    def repeat() -> None:
        told.append(simulation.intake.accept(inbound(2, "instead"), "c").text)
        simulation.agent.finish("session-1")

    simulation.clock.after(12, repeat)
    simulation.settle()
    checks.at_rest(simulation)
    assert told == [""]
    assert [turn.outcome for turn in simulation.turns()][1] is not Outcome.CANCELLED

"""Passing messages on to a run that goes on (21, 31)."""

from typing import Any

import pytest

from parley.core import saying
from parley.core.limits import SECOND
from parley.core.turn import Outcome
from parley.errors import AgentUnreachable, ChannelUnavailable, KeyReused, RunGone, SessionBusy
from parley.services.steering import STARTING_TRIES
from tests.fakes.agent_runs import Answer, Hold
from tests.protocol import checks
from tests.protocol.simulation import Simulation, inbound
from tests.protocol.test_busy_modes import at, finish, working
from tests.services.stage import Before


def told(simulation: Simulation) -> list[str]:
    return [text for _, text in simulation.channel.told]


@pytest.mark.parametrize("refusals", [1, STARTING_TRIES - 1])
def test_a_run_that_is_just_starting_is_asked_again(refusals: int) -> None:
    simulation = working("steer")
    for _ in range(refusals):
        simulation.agent.fail("steer", SessionBusy("starting"))
    at(simulation, 1, 2, "the other branch")
    finish(simulation, Answer("As you say."))
    simulation.settle()
    checks.at_rest(simulation)
    assert len(simulation.agent.steered) == 1
    assert told(simulation) == [saying.STEERED]
    assert len(simulation.agent.runs) == 1


def test_a_run_that_takes_no_text_at_all_leaves_it_to_the_next_turn() -> None:
    simulation = working("steer")
    for _ in range(STARTING_TRIES):
        simulation.agent.fail("steer", SessionBusy("starting"))
    at(simulation, 1, 2, "the other branch")
    finish(simulation)
    simulation.settle()
    checks.at_rest(simulation)
    assert simulation.agent.steered == []
    assert told(simulation) == [saying.NOT_STEERED]
    assert [run.prompt for run in simulation.agent.runs] == ["first", "the other branch"]


def test_a_text_for_a_run_that_has_just_ended_is_the_next_turn() -> None:
    simulation = working("steer")
    simulation.agent.fail("steer", RunGone("just ended"))
    at(simulation, 1, 2, "the other branch")
    finish(simulation, after=3)
    simulation.settle()
    checks.at_rest(simulation)
    assert told(simulation) == [saying.NOT_STEERED]
    assert [run.prompt for run in simulation.agent.runs] == ["first", "the other branch"]


@pytest.mark.parametrize(
    "error", [AgentUnreachable("no answer"), KeyReused("known")], ids=["unheard", "known"]
)
def test_a_text_whose_answer_got_lost_is_heard_once(error: Exception) -> None:
    simulation = working("steer")
    simulation.agent.fail("steer", error, after=True)  # type: ignore[arg-type]
    at(simulation, 1, 2, "the other branch")
    finish(simulation, Answer("As you say."), after=12)
    simulation.settle()
    checks.at_rest(simulation)
    assert len(simulation.agent.steered) == 1
    assert len(simulation.agent.runs) == 1
    assert len(simulation.turns()[0].messages) == 2


def test_texts_are_passed_on_in_the_order_in_which_they_came() -> None:
    simulation = working("steer")
    for number, text in [(2, "one"), (3, "two"), (4, "three")]:
        at(simulation, 1, number, text)
    finish(simulation, Answer("Well."), Answer("Yes."), Answer("So."), Answer("Done."))
    simulation.settle()
    checks.at_rest(simulation)
    assert [text.removeprefix("U1: ") for text in simulation.agent.steered] == [
        "one",
        "two",
        "three",
    ]
    assert len(simulation.turns()[0].messages) == 4


def test_another_invocations_slot_is_waited_out() -> None:
    simulation = Simulation(busy_mode="steer")
    steering, held = simulation.store.steering, [True] * 3

    def take(*given: Any) -> bool:
        return not held.pop() if held else steering.take(*given)

    simulation.with_store(steering=Before(steering, take=take))
    simulation.agent.script(Hold())
    simulation.send(inbound(1, "first"))
    at(simulation, 3, 2, "the other branch")
    finish(simulation, Answer("As you say."), after=20)
    simulation.settle()
    checks.at_rest(simulation)
    assert held == []
    assert len(simulation.agent.steered) == 1


def test_a_sender_who_cannot_be_told_is_heard_all_the_same() -> None:
    simulation = working("steer")

    def tell(*_given: object) -> None:
        raise ChannelUnavailable("503")

    simulation.channel.tell = tell  # type: ignore[assignment, method-assign]
    at(simulation, 1, 2, "the other branch")
    finish(simulation, Answer("As you say."))
    simulation.settle()
    checks.at_rest(simulation)
    assert len(simulation.agent.steered) == 1
    assert simulation.telemetry.told("sender_not_told")


def test_a_turn_that_ends_passes_nothing_more_on() -> None:
    simulation = working("steer")
    begun = simulation.clock.now()

    def stop_then_say() -> None:
        state = simulation.state()
        assert state is not None
        assert state.turn is not None
        simulation.front.front.commanding.stopping.stop(state.key, state.turn)
        simulation.intake.accept(inbound(2, "the other branch"), "c")

    simulation.clock.after(2, stop_then_say)
    simulation.settle()
    checks.at_rest(simulation)
    assert simulation.turns()[0].outcome is Outcome.CANCELLED
    assert [run.prompt for run in simulation.agent.runs] == ["first", "the other branch"]
    assert simulation.channel.posts[0].at - begun < 6 * SECOND


def test_an_agent_that_is_gone_at_the_end_leaves_it_open_whether_it_read_the_text() -> None:
    """Put back, it could be answered twice: it is done, and its sender hears that nobody knows."""
    simulation = working("steer", Hold())
    at(simulation, 1, 2, "the other branch")
    simulation.clock.after(6, lambda: setattr(simulation.agent, "down", True))
    simulation.settle()
    checks.at_rest(simulation)
    assert told(simulation)[-1] == saying.MAYBE_STEERED
    assert len(simulation.agent.runs) == 1
    assert simulation.telemetry.told("steering_unknown")


def test_a_run_that_never_leaves_its_session_leaves_it_open_too() -> None:
    simulation = working("steer", Hold())
    at(simulation, 1, 2, "the other branch")

    def end() -> None:
        simulation.agent.idle_lag = 60_000
        simulation.agent.finish("session-1", Answer("Done."))

    simulation.clock.after(8, end)
    simulation.settle()
    checks.at_rest(simulation)
    assert saying.MAYBE_STEERED in told(simulation)
    assert len(simulation.agent.runs) == 1


def test_senders_whose_text_was_put_back_are_each_told() -> None:
    simulation = working("steer")
    for number, text in [(2, "one"), (3, "two")]:
        at(simulation, 1, number, text)

    def end() -> None:
        run = simulation.agent.sessions["session-1"].active()
        assert run is not None
        run.texts.clear()
        simulation.agent.finish("session-1", Answer("Done."))

    simulation.clock.after(9, end)
    simulation.settle()
    checks.at_rest(simulation)
    assert told(simulation).count(saying.NOT_STEERED) == 2
    assert simulation.agent.runs[1].prompt == "one\n\ntwo"

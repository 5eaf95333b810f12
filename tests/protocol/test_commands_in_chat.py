"""Commands on the whole path: they skip the queue, and a repeat does nothing."""

from typing import Any, cast

import pytest

from parley.core import saying
from parley.core.commands import Status, Stop
from parley.core.limits import SECOND
from parley.core.reading import Received
from parley.core.turn import Outcome
from parley.errors import RateLimited
from parley.ports import Controls
from tests.fakes.agent_runs import Answer, Hold
from tests.machine.interpreter import ProcessDied
from tests.protocol.simulation import KEY, Delivered, Simulation, inbound
from tests.services.stage import Before


def said(simulation: Simulation, number: int, text: str, sender: str = "U1") -> str:
    delivered = simulation.send(inbound(number, text, sender=sender))
    while not delivered.answered:
        simulation.turn_the_world()
    return delivered.told[0].text


def test_stop_reaches_a_running_run_within_three_seconds() -> None:
    simulation = Simulation()
    simulation.agent.script(Hold())
    simulation.send(inbound(1, "work"))
    stopped_at: list[int] = []

    def stop() -> None:
        stopped_at.append(simulation.clock.now())
        simulation.front.front.commanding.carry_out(Stop(), inbound(2, "/stop"))

    simulation.clock.after(7.3, stop)
    simulation.settle()
    assert simulation.turns()[0].outcome is Outcome.CANCELLED
    assert simulation.channel.posts[0].at - stopped_at[0] < 3 * SECOND


def test_stop_says_when_nothing_runs() -> None:
    assert said(Simulation(), 1, "/stop") == "Nothing is running here."


def test_a_stop_that_is_delivered_again_does_not_stop_the_next_turn() -> None:
    simulation = Simulation()
    said(simulation, 1, "/stop")
    simulation.agent.script(Hold())
    simulation.send(inbound(2, "work"), delay=10)
    repeated = inbound(1, "/stop")
    simulation.clock.after(5, lambda: simulation.front.front.commanding.carry_out(Stop(), repeated))
    simulation.clock.after(9, lambda: simulation.agent.finish("session-1", Answer("Done.")))
    simulation.settle()
    assert simulation.turns()[0].outcome is Outcome.COMPLETED


def dying_at(simulation: Simulation, before: bool) -> Controls:
    """The first stop finds the process dying, before it is written or after."""
    controls, deaths = simulation.store.controls, [ProcessDied()]

    def stop(*given: Any) -> bool:
        if before and deaths:
            raise deaths.pop()
        stopped = controls.stop(*given)
        if deaths:
            raise deaths.pop()
        return stopped

    return cast(Controls, Before(controls, stop=stop))


@pytest.mark.parametrize("before", [True, False], ids=["before the stop", "after it"])
def test_a_stop_that_died_on_its_way_stops_its_own_turn_and_no_later_one(before: bool) -> None:
    simulation = Simulation()
    simulation.agent.script(Hold())
    simulation.send(inbound(1, "first"))
    simulation.with_store(controls=dying_at(simulation, before))

    def stop() -> None:
        simulation.deliver_now(Delivered(Received(inbound(2, "/stop")), 0))

    for seconds in (5, 7):
        simulation.clock.after(seconds, stop)
    simulation.settle()
    simulation.agent.script(Hold())
    simulation.send(inbound(3, "second"))
    simulation.clock.after(6, stop)
    simulation.clock.after(9, lambda: simulation.agent.finish("session-1", Answer("Done.")))
    simulation.settle()
    outcomes = [turn.outcome for turn in simulation.turns()]
    assert outcomes == [Outcome.CANCELLED, Outcome.COMPLETED]


def test_status_tells_what_runs_and_what_waits() -> None:
    simulation = Simulation()
    assert said(simulation, 1, "/status").startswith("Nothing has been said here yet.")
    simulation.agent.script(Hold())
    simulation.send(inbound(2, "work"), delay=10)
    told = []
    commanding = simulation.front.front.commanding

    def look() -> None:
        simulation.intake.accept(inbound(3, "more"), "c")
        told.append(commanding.carry_out(Status(), inbound(4, "/status")).text)

    simulation.clock.after(30, look)
    simulation.clock.after(33, lambda: simulation.agent.finish("session-1"))
    simulation.settle()
    assert told[0].splitlines()[:2] == ["The agent has been at it for 25 s.", "1 message waits."]


def test_whoami_tells_ids_and_the_conversation() -> None:
    told = said(Simulation(), 1, "/whoami")
    assert "`U1` on slack" in told
    assert f"`{KEY}`" in told


def test_help_lists_every_command() -> None:
    told = said(Simulation(), 1, "/help")
    assert all(name in told for name in ("new", "stop", "status", "queue", "approve", "deny"))


def test_a_command_that_is_misused_says_how_it_is_written() -> None:
    assert "queue MODE" in said(Simulation(), 1, "/queue sometimes")


def test_new_begins_a_new_session_with_the_next_message() -> None:
    simulation = Simulation()
    simulation.send(inbound(1, "one"))
    simulation.settle()
    assert said(simulation, 2, "/new") == "Your next message begins a new session."
    simulation.send(inbound(3, "two"))
    simulation.settle()
    assert [run.session for run in simulation.agent.runs] == ["session-1", "session-2"]


def test_an_unknown_person_gets_one_answer_with_a_code_that_an_operator_accepts() -> None:
    simulation = Simulation(slack={"users": ["U1"], "operators": ["U7"]})
    told = said(simulation, 1, "hello", sender="U5")
    assert "`U5`" in told
    code = told.partition("`pair ")[2].partition("`")[0]
    assert len(code) == 8
    assert said(simulation, 2, "hello?", sender="U5") == ""
    assert said(simulation, 3, f"/pair {code}") == "Only an operator may do that."
    assert "may talk to the agent now" in said(simulation, 4, f"/pair {code}", sender="U7")
    simulation.send(inbound(5, "and now?", sender="U5"))
    simulation.settle()
    assert simulation.channel.chunks == ["answer to: and now?"]


def test_a_code_is_good_once_and_for_an_hour() -> None:
    simulation = Simulation(slack={"users": ["U1"], "operators": ["U7"]})
    told = said(simulation, 1, "hello", sender="U5")
    code = told.partition("`pair ")[2].partition("`")[0]
    simulation.clock.advance(3_600_000)
    assert said(simulation, 2, f"/pair {code}", sender="U7") == ("No such code, or it has expired.")


def test_stop_says_when_a_message_has_not_begun_yet() -> None:
    simulation = Simulation()
    for delivered in (
        simulation.send(inbound(1, "work")),
        stop := simulation.send(inbound(2, "/stop")),
    ):
        simulation.deliver_now(delivered)
    assert stop.told[0].text == saying.NOT_BEGUN


def test_stop_says_that_nothing_runs_while_the_answer_is_on_its_way() -> None:
    simulation = Simulation()
    simulation.channel.fail(1, RateLimited(60))
    simulation.send(inbound(1, "work"))
    stop = simulation.send(inbound(2, "/stop"), delay=30 * SECOND)
    simulation.settle()
    assert stop.told[0].text == saying.NOTHING_RUNS
    assert simulation.channel.chunks == ["answer to: work"]


def test_what_follows_a_new_is_never_told_to_the_old_session() -> None:
    """Also where both come between the look at the conversation and the claim."""
    simulation = Simulation()
    simulation.send(inbound(1, "first"))
    simulation.settle()
    simulation.send(inbound(2, "second"))
    said_so: list[Delivered] = []

    def renew(operation: str) -> None:
        if operation == "query" and not said_so and simulation.stepfunctions.stepping:
            said_so.append(simulation.send(inbound(3, "/new")))
            simulation.deliver_now(said_so[0])
            simulation.deliver_now(simulation.send(inbound(4, "afresh")))

    simulation.on_data_call = renew
    simulation.settle()
    assert said_so[0].told[0].text == saying.RENEWED
    later = [run for run in simulation.agent.runs if "afresh" in run.prompt]
    assert [run.session for run in later] == ["session-2"]

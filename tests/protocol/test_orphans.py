"""Whose run holds the session: our own that outlived its turn is adopted or cancelled, a person's
never, and none is started twice."""

import pytest

from parley.core import replies
from parley.core.batch import ToolCall
from parley.core.limits import MINUTE
from parley.errors import (
    AgentRejected,
    KeyReused,
)
from tests.fakes.agent_runs import Answer, Hold
from tests.protocol.simulation import Simulation, inbound

VIEW = ToolCall("c1", "stakpak__view", {})


def test_a_run_that_was_lost_sight_of_is_cancelled_by_the_next_turn() -> None:
    simulation = Simulation()
    simulation.agent.script(Answer("first"), Hold())

    def outage() -> None:
        simulation.agent.down = True

    def back() -> None:
        simulation.agent.down = False
        simulation.agent.finish("session-1", Answer("", (VIEW,)), Answer("never"))

    simulation.clock.after(30, outage)
    simulation.clock.after(230, back)
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    assert replies.LOST_CONTACT in simulation.channel.chunks[0]
    simulation.send(inbound(2, "again"), delay=10 * MINUTE)
    begun = simulation.clock.now()
    simulation.settle()
    assert simulation.channel.chunks[1:] == ["answer to: again"]
    assert simulation.clock.now() - begun < 12 * MINUTE
    assert simulation.agent.cancelled == ["run-1"]


def test_a_run_whose_start_was_never_heard_of_is_cancelled_by_the_next_turn() -> None:
    simulation = Simulation()
    simulation.agent.script(Answer("", (VIEW,)), Answer("never"))
    simulation.send(inbound(1, "hello"))
    simulation.agent.fail("start_run", after=True)

    def outage() -> None:
        simulation.agent.down = True
        simulation.clock.after(200, lambda: setattr(simulation.agent, "down", False))

    simulation.clock.after(0.5, outage)
    simulation.settle()
    assert replies.LOST_CONTACT in simulation.channel.chunks[0]
    simulation.send(inbound(2, "again"), delay=10 * MINUTE)
    simulation.settle()
    assert simulation.channel.chunks[1:] == ["answer to: again"]


def test_a_foreign_run_is_never_cancelled() -> None:
    simulation = Simulation()
    simulation.send(inbound(1, "first"))
    simulation.settle()
    simulation.agent.start_foreign_run("session-1", "not ours", Hold())
    simulation.clock.after(60, lambda: simulation.agent.finish("session-1"))
    simulation.send(inbound(2, "second"))
    simulation.settle()
    assert simulation.agent.cancelled == []


def test_a_status_that_makes_no_sense_cancels_the_run_it_gives_up() -> None:
    simulation = Simulation()
    simulation.agent.script(Answer("so far"), Hold())
    simulation.agent.fail("session", AgentRejected("moved"))
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    assert simulation.agent.cancelled == ["run-1"]


def test_a_key_that_was_used_with_other_options_adopts_the_run() -> None:
    simulation = Simulation()
    simulation.agent.script(Answer("so far"), Hold())
    simulation.clock.after(30, lambda: simulation.agent.finish("session-1"))
    simulation.agent.fail("start_run", after=True)
    simulation.agent.fail("start_run", KeyReused("another model"))
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    assert simulation.channel.chunks == ["so far"]
    assert simulation.agent.runs_of("hello") == 1


def test_a_run_in_a_session_that_had_no_turn_before_is_not_ours() -> None:
    simulation = Simulation()

    def take_the_session(call: str) -> None:
        if call == "history_length" and not simulation.agent.runs:
            simulation.agent.start_foreign_run("session-1", "not ours", Hold())
            simulation.clock.after(30, lambda: simulation.agent.finish("session-1"))

    simulation.agent.before = take_the_session
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    assert simulation.channel.chunks[-1] == "answer to: hello"
    assert simulation.agent.cancelled == []


def test_a_run_of_a_turn_that_has_expired_is_left_alone() -> None:
    simulation = Simulation()
    simulation.send(inbound(1, "first"))
    simulation.settle()
    for item in simulation.dynamodb.items("conversations"):
        if item["sk"]["S"].startswith("T#"):
            key = {name: item[name] for name in ("pk", "sk")}
            simulation.dynamodb.delete_item(TableName="conversations", Key=key)
    simulation.agent.start_foreign_run("session-1", "not ours", Hold())
    simulation.clock.after(30, lambda: simulation.agent.finish("session-1"))
    simulation.send(inbound(2, "second"))
    simulation.settle()
    assert simulation.channel.chunks[-1] == "answer to: second"
    assert simulation.agent.cancelled == []


def test_a_server_that_fails_while_an_orphan_is_looked_for_is_asked_again() -> None:
    simulation = Simulation()
    simulation.send(inbound(1, "first"))
    simulation.settle()
    simulation.agent.start_foreign_run("session-1", "not ours", Hold())
    simulation.agent.fail("session")
    simulation.clock.after(30, lambda: simulation.agent.finish("session-1"))
    simulation.send(inbound(2, "second"))
    simulation.settle()
    assert simulation.channel.chunks[-1] == "answer to: second"


def lost_run(simulation: Simulation) -> None:
    """The first turn loses contact with its run, which then waits for a decision."""
    simulation.agent.script(Answer("first"), Hold())

    def back() -> None:
        simulation.agent.down = False
        simulation.agent.finish("session-1", Answer("", (VIEW,)), Answer("never"))

    simulation.clock.after(30, lambda: setattr(simulation.agent, "down", True))
    simulation.clock.after(400, back)
    simulation.send(inbound(1, "hello"))


def test_a_lost_run_is_found_also_when_a_turn_between_never_reached_the_agent() -> None:
    simulation = Simulation()
    lost_run(simulation)
    simulation.send(inbound(2, "during the outage"), delay=200_000)
    simulation.settle()
    assert replies.UNREACHABLE in simulation.channel.chunks[-1]
    simulation.send(inbound(3, "after it"), delay=10 * MINUTE)
    simulation.settle()
    assert simulation.channel.chunks[-1] == "answer to: after it"
    assert simulation.agent.cancelled == ["run-1"]


@pytest.mark.parametrize("theirs", ["now fix the tests and continue", "something else"])
def test_a_persons_run_is_not_taken_for_one_whose_start_was_never_heard_of(theirs: str) -> None:
    simulation = Simulation()
    simulation.send(inbound(1, "first"))
    simulation.settle()

    def outage(call: str) -> None:
        if call == "start_run":
            simulation.agent.down = True

    simulation.agent.before = outage
    simulation.send(inbound(2, "continue"))
    simulation.settle()
    assert replies.LOST_CONTACT in simulation.channel.chunks[-1]
    simulation.agent.before, simulation.agent.down = None, False
    simulation.agent.start_foreign_run("session-1", theirs, Hold())
    simulation.clock.after(90, lambda: simulation.agent.finish("session-1"))
    simulation.send(inbound(3, "third"))
    simulation.settle()
    assert simulation.agent.cancelled == []
    assert simulation.channel.chunks[-1] == "answer to: third"


def test_a_run_adopted_after_a_restart_is_followed_from_its_first_event() -> None:
    simulation = Simulation()
    for number in range(3):
        simulation.send(inbound(number, f"before {number}"))
        simulation.settle()
    simulation.agent.script(Answer("", (VIEW,)), Answer("the answer"))
    restarted: list[str] = []

    def restart_before_the_post(call: str) -> None:
        if call == "start_run" and not restarted:
            restarted.append(call)
            simulation.clock.advance(10_000)
            simulation.agent.restart()
            simulation.agent.fail("start_run", after=True)

    simulation.agent.before = restart_before_the_post
    simulation.send(inbound(9, "hello"))
    begun = simulation.clock.now()
    simulation.settle()
    assert simulation.channel.chunks[-1] == "the answer"
    assert simulation.agent.runs_of("hello") == 1
    assert simulation.clock.now() - begun < 10 * MINUTE


def test_a_foreign_run_is_not_adopted_for_a_key_that_was_used() -> None:
    simulation = Simulation()
    simulation.agent.fail("start_run", after=True)
    simulation.agent.fail("start_run", KeyReused("another model"))
    simulation.send(inbound(1, "hello"))

    def somebody_else() -> None:
        simulation.agent.start_foreign_run("session-1", "not ours", Answer("secret"), Hold())
        simulation.clock.after(60, lambda: simulation.agent.finish("session-1"))

    simulation.clock.after(0.5, somebody_else)
    simulation.settle()
    assert "secret" not in "".join(simulation.channel.chunks)


def test_a_session_lost_after_an_uncertain_post_starts_no_second_run() -> None:
    simulation = Simulation()
    simulation.agent.fail("start_run", after=True)
    simulation.clock.after(0.5, lambda: simulation.agent.lose_session("session-1"))
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    assert simulation.agent.runs_of("hello") == 1
    assert replies.SESSION_GONE in simulation.channel.chunks[0]


def test_a_persons_run_whose_prompt_is_not_saved_yet_is_not_cancelled() -> None:
    simulation = Simulation()
    simulation.agent.fail("start_run", after=True)
    simulation.clock.after(0.5, lambda: setattr(simulation.agent, "down", True))
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    simulation.agent.down = False
    simulation.agent.start_foreign_run("session-1", "not ours", Hold())
    history = simulation.agent.sessions["session-1"].history
    history[-1] = (simulation.clock.now() + 5_000, history[-1][1])
    simulation.clock.after(90, lambda: simulation.agent.finish("session-1"))
    simulation.send(inbound(2, "again"))
    simulation.settle()
    assert simulation.agent.cancelled == []
    assert simulation.channel.chunks[-1] == "answer to: again"


def test_a_run_that_has_just_ended_is_left_to_settle() -> None:
    """The session is idle only some moments after the run's last event."""
    simulation = Simulation()
    simulation.agent.idle_lag = 3_000
    calls: list[str] = []
    simulation.agent.before = calls.append
    simulation.send(inbound(1, "first"))
    simulation.send(inbound(2, "second"), delay=100)
    simulation.settle()
    assert "cancel" not in calls
    assert simulation.channel.chunks[-1] == "answer to: second"

"""Cancelling a native task, wherever it is: it is over within seconds, and nothing more runs."""

from parley.core import replies
from parley.core.limits import HOUR, SECOND
from parley.core.tasks.task import TaskState
from parley.core.turn import Outcome
from parley.errors import AgentUnreachable, ChannelUnavailable
from tests.fakes.agent_runs import Answer, Hold
from tests.protocol import checks
from tests.protocol.native_plays import ASK, COMMAND, CONVERSATION, VIEW, until_running
from tests.protocol.native_simulation import NativeSimulation


def cancelled_at(simulation: NativeSimulation) -> float:
    """Cancel now; seconds until the task is over."""
    at = simulation.clock.now()
    simulation.cancel()
    while simulation.task().outcome is None:
        assert simulation.turn_the_world()
    return (simulation.clock.now() - at) / SECOND


def test_a_task_that_runs_is_cancelled_within_seconds() -> None:
    simulation = NativeSimulation()
    simulation.agent.script(Answer("Half.", (VIEW,)), Hold())
    simulation.ask_for()
    until_running(simulation)
    simulation.clock.after(20, simulation.cancel)
    simulation.settle()
    task = simulation.task()
    assert (task.state, task.summary) == (TaskState.CANCELLED, "Half.")
    assert task.ended_at is not None
    assert task.cancel_at is not None
    assert task.ended_at - task.cancel_at <= 5 * SECOND
    assert simulation.channel.chunks == [f"Half.\n\n⚠️ {replies.CANCELLED}"]


def test_a_task_that_waits_for_a_person_is_cancelled_within_seconds() -> None:
    simulation = NativeSimulation(policy=ASK)
    simulation.agent.script(Answer("", (COMMAND,)), Answer("Deployed."))
    simulation.ask_for()
    simulation.settle_until_asked()
    simulation.clock.advance(2 * HOUR)
    assert cancelled_at(simulation) <= 5
    simulation.settle()
    assert simulation.task().state is TaskState.CANCELLED
    assert simulation.agent.runs[0].ran == []
    assert "Cancelled" in simulation.channel.asked[0].settled[-1]


def test_a_task_that_waits_for_the_agent_server_is_cancelled_at_once() -> None:
    simulation = NativeSimulation()
    for _ in range(6):
        simulation.agent.fail("open_session", AgentUnreachable("down"))
    simulation.ask_for()
    simulation.clock.advance(1)
    for _ in range(40):
        simulation.turn_the_world()
        [*turns] = simulation.turns(CONVERSATION)
        if turns and turns[0].waits >= 4:
            break
    assert cancelled_at(simulation) == 0
    simulation.settle()
    assert simulation.task().state is TaskState.CANCELLED
    assert simulation.agent.runs == []
    assert simulation.turns(CONVERSATION)[0].outcome is Outcome.CANCELLED
    checks.at_rest(simulation)


def test_a_task_whose_agent_server_went_away_is_cancelled_at_once_and_its_run_later() -> None:
    simulation = NativeSimulation()
    simulation.agent.script(Hold())
    simulation.ask_for()
    until_running(simulation)
    simulation.agent.down = True
    while not simulation.turns(CONVERSATION)[0].waiting:
        assert simulation.turn_the_world()
    assert cancelled_at(simulation) == 0
    simulation.agent.down = False
    simulation.settle()
    assert simulation.task().state is TaskState.CANCELLED
    [run] = simulation.agent.runs
    assert run.cancelled
    checks.at_rest(simulation)


def test_a_task_that_was_cancelled_before_its_turn_runs_nothing_and_says_so() -> None:
    simulation = NativeSimulation()
    simulation.ask_for()
    simulation.cancel()
    simulation.settle()
    assert simulation.agent.runs == []
    assert simulation.task().state is TaskState.CANCELLED
    assert simulation.channel.chunks == [f"⚠️ {replies.CANCELLED}"]


def test_a_task_whose_session_is_still_at_an_earlier_answer_is_cancelled_at_once() -> None:
    """A platform that takes nothing for a while holds up the session's next turn."""
    simulation = NativeSimulation()
    for send in range(1, 9):
        simulation.channel.fail(send, ChannelUnavailable("down"))
    simulation.agent.script(Answer("One."))
    simulation.ask_for()
    while simulation.task().ended_at is None:
        assert simulation.turn_the_world()
    simulation.ask_for("t2", "again", session="t1")
    while not simulation.task("t2").token:
        assert simulation.turn_the_world()
    simulation.cancel("t2")
    outcome = simulation.task("t2").outcome
    assert outcome is not None
    assert outcome.state is TaskState.CANCELLED
    simulation.settle()
    assert simulation.task("t2").state is TaskState.CANCELLED
    assert len(simulation.agent.runs) == 1
    assert simulation.channel.chunks == ["One.", f"⚠️ {replies.CANCELLED}"]
    checks.at_rest(simulation)


def test_a_stop_that_got_lost_is_repeated_by_the_sweep() -> None:
    simulation = NativeSimulation()
    simulation.agent.script(Hold())
    simulation.ask_for()
    until_running(simulation)
    now = simulation.clock.now()
    simulation.clock.after(
        5, lambda: simulation.task_store.tasks.cancel(simulation.task(), now + 5 * SECOND)
    )
    simulation.clock.after(10, simulation.sweep)
    simulation.settle()
    assert simulation.task().state is TaskState.CANCELLED


def test_the_next_task_of_the_session_is_not_the_cancelled_one() -> None:
    simulation = NativeSimulation()
    simulation.agent.script(Hold())
    simulation.ask_for()
    until_running(simulation)
    simulation.clock.after(3, simulation.cancel)
    simulation.settle()
    simulation.agent.script(Answer("Two."))
    simulation.ask_for("t2", "again", session="t1")
    simulation.settle()
    assert simulation.task("t2").summary == "Two."
    assert simulation.task("t1").state is TaskState.CANCELLED

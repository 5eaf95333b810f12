"""How a native task ends: once, as its turn does, with what it cost."""

import pytest

from parley.core import replies
from parley.core.approval import Choice
from parley.core.events import StopReason
from parley.core.limits import HOUR, SECOND
from parley.core.tasks.task import Cost, TaskState
from parley.core.turn import Usage
from parley.errors import RateLimited
from tests.fakes.agent_runs import Answer, Die, Fail, Hold, Step, Stop
from tests.protocol.native_plays import (
    ASK,
    COMMAND,
    CONVERSATION,
    VIEW,
    done,
    expire_everything,
    until_running,
)
from tests.protocol.native_simulation import NativeSimulation


@pytest.mark.parametrize(
    ("steps", "state", "summary"),
    [
        ((Answer(""),), TaskState.COMPLETED, replies.NO_TEXT),
        ((Fail("the model is gone"),), TaskState.FAILED, "the model is gone"),
        ((Fail(""),), TaskState.FAILED, "Inference failed"),
        ((Answer("I began.", (VIEW,)), Fail("")), TaskState.FAILED, "I began."),
        ((Answer("I began.", (VIEW,)), Fail("broken")), TaskState.FAILED, "broken"),
        ((Die(),), TaskState.FAILED, replies.VANISHED),
        ((Stop(StopReason.MAX_TURNS),), TaskState.FAILED, replies.EXHAUSTED),
        ((Answer("Half."), Stop(StopReason.CANCELLED)), TaskState.CANCELLED, "Half."),
    ],
    ids=[
        "silent",
        "failed",
        "failed without a word",
        "failed without a reason",
        "failed with text and reason",
        "vanished",
        "exhausted",
        "cancelled at the server",
    ],
)
def test_how_a_turn_ends_is_how_its_task_ends(
    steps: tuple[Step, ...], state: TaskState, summary: str
) -> None:
    simulation = done(*steps)
    task = simulation.task()
    assert (task.state, task.summary) == (state, summary)


def test_a_cost_that_nobody_told_is_unknown() -> None:
    assert done(Die()).task().cost is None


def test_what_a_failed_task_used_is_recorded() -> None:
    one, two = Answer("", (VIEW,), Usage(8, 2, 10)), Answer("", (COMMAND,), Usage(20, 1, 21))
    assert done(one, two, Fail("broken")).task().cost == Cost(tokens=31)


def test_what_a_run_used_before_its_follower_changed_counts_once() -> None:
    simulation = NativeSimulation()
    simulation.agent.script(Answer("", (VIEW,), Usage(8, 2, 10)), Hold())
    simulation.ask_for()
    until_running(simulation)
    more = Answer("", (COMMAND,), Usage(20, 1, 21)), Fail("broken")
    simulation.clock.after(2_000, lambda: simulation.agent.finish("session-1", *more))
    simulation.settle()
    assert simulation.task().cost == Cost(tokens=31)


def test_what_was_used_is_unknown_where_events_were_lost() -> None:
    simulation = NativeSimulation()
    simulation.agent.script(Answer("", (VIEW,), Usage(8, 2, 10)), Hold())
    simulation.ask_for()
    until_running(simulation)

    def lose() -> None:
        simulation.agent.lose_events("session-1", up_to=9)
        simulation.agent.swallow(1)
        simulation.agent.finish("session-1", Answer("more"), Fail("broken"))

    simulation.clock.after(40, lose)
    simulation.settle()
    assert simulation.task().summary == "broken"
    assert simulation.task().cost is None


def test_a_cancelled_tasks_cost_is_recorded() -> None:
    simulation = NativeSimulation()
    simulation.agent.script(Answer("Half.", (VIEW,)), Hold())
    simulation.ask_for()
    until_running(simulation)
    simulation.clock.after(10, simulation.cancel)
    simulation.settle()
    assert simulation.task().state is TaskState.CANCELLED
    cost = simulation.task().cost
    assert cost is not None
    assert cost.tokens


def test_a_platform_that_takes_nothing_holds_up_the_chat_and_not_the_task() -> None:
    simulation = NativeSimulation()
    simulation.channel.fail(1, RateLimited(600))
    simulation.ask_for()
    began = simulation.clock.now()
    simulation.settle()
    task = simulation.task()
    assert task.ended_at is not None
    assert task.ended_at - began < 5 * SECOND
    assert simulation.channel.chunks == ["answer to: fix it"]


def test_a_lost_callback_is_found_by_the_sweep() -> None:
    simulation = NativeSimulation()
    simulation.machine.deaf = True
    simulation.ask_for()
    while simulation.task().outcome is None:
        assert simulation.turn_the_world()
    simulation.machine.deaf = False
    simulation.settle()
    assert simulation.task().state is TaskState.COMPLETED


def test_a_machine_that_starts_anew_after_days_runs_nothing_again() -> None:
    """The identity of a message is known for two days; a task may wait longer for people."""
    simulation = NativeSimulation(policy=ASK)
    simulation.agent.script(Answer("", (COMMAND,)), Answer("", (VIEW,)), Answer("Done."))
    simulation.ask_for()
    simulation.settle_until_asked()
    simulation.clock.advance(19 * HOUR)
    simulation.click(Choice.ALLOW)
    simulation.settle()
    expire_everything(simulation, "SEEN")
    assert simulation.task().state is TaskState.COMPLETED
    simulation.native.run.run("t1", "late token")
    simulation.settle()
    assert len(simulation.agent.runs) == 1


def test_a_second_start_while_the_turn_is_open_does_not_queue_again() -> None:
    simulation = NativeSimulation()
    simulation.agent.script(Hold())
    simulation.ask_for()
    until_running(simulation)
    expire_everything(simulation, "SEEN")
    simulation.machine.waiting["t1"] = None
    assert simulation.machine.step()
    state = simulation.state(CONVERSATION)
    assert state is not None
    assert state.pending == 1
    simulation.agent.finish("session-1", Answer("Done."))
    simulation.settle()
    assert len(simulation.agent.runs) == 1
    assert simulation.task().state is TaskState.COMPLETED

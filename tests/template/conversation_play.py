"""Scenarios of conversations and native tasks, which together ask for all that policies allow."""

from typing import Any, cast

from parley.adapters.dynamodb.contexts import open_contexts
from parley.core.approval import Choice
from parley.core.batch import ToolCall
from parley.core.context import DeliveryContext
from parley.core.limits import ATTEMPTS, PROMPT_BYTES, STEPS_PER_EXECUTION
from tests.fakes.agent_runs import Answer, Hold
from tests.protocol.simulation import TABLE, inbound
from tests.template.observing import LONG, Observed


def plain(simulation: Observed) -> None:
    simulation.send(inbound(1, "hello"))


def with_long_texts(simulation: Observed) -> None:
    simulation.agent.script(Answer(LONG))
    simulation.send(inbound(1, LONG))


def with_a_text_that_the_agent_refuses(simulation: Observed) -> None:
    simulation.send(inbound(1, "x" * (PROMPT_BYTES + 1)))


def after_a_notification(simulation: Observed) -> None:
    left = DeliveryContext("slack:channel:D1", created_at=0, expires_at=2**53, summary="it failed")
    open_contexts(cast(Any, simulation.dynamodb), TABLE).put(left)
    simulation.send(inbound(1, "what happened?"))


def with_tool_calls(simulation: Observed) -> None:
    simulation.agent.script(Answer("", (ToolCall("c1", "view", {}),)), Answer("done"))
    simulation.send(inbound(1, "look"))


def proposed(simulation: Observed) -> None:
    """A batch is recorded about which somebody is to be asked."""
    command = ToolCall("c1", "run_command", {"command": LONG})
    simulation.agent.script(Answer("", (command,)), Answer("done"))
    simulation.send(inbound(1, "deploy"))
    while not simulation.batches():
        assert simulation.turn_the_world()


def asked(simulation: Observed) -> None:
    proposed(simulation)
    while not simulation.channel.asked:
        assert simulation.turn_the_world()


def with_a_decision(simulation: Observed) -> None:
    asked(simulation)
    simulation.click(Choice.ALWAYS)


def with_a_call_back_that_is_lost(simulation: Observed) -> None:
    simulation.deaf_to_webhooks = True
    asked(simulation)
    simulation.click(Choice.ALLOW)


def with_a_newer_message_instead_of_a_decision(simulation: Observed) -> None:
    asked(simulation)
    simulation.send(inbound(2, "no, wait"))


def with_a_newer_message_before_anybody_is_asked(simulation: Observed) -> None:
    proposed(simulation)
    simulation.at(0, 2, "no, wait")
    simulation.clock.advance(0)


def with_a_failure_while_a_text_is_on_its_way(simulation: Observed) -> None:
    simulation.agent.script(Hold())
    simulation.send(inbound(1, "hello"))
    while not simulation.agent.runs:
        assert simulation.turn_the_world()
    simulation.at(1, 2, "use the other branch")

    def break_it() -> None:
        simulation.broken["FollowRun"] = 4

    simulation.clock.after(60, break_it)


def with_a_broken_follower(simulation: Observed) -> None:
    simulation.broken["FollowRun"] = 4
    simulation.send(inbound(1, "hello"))


def with_a_delivery_that_keeps_failing(simulation: Observed) -> None:
    """Each failure of the task is an attempt and its three retries."""
    simulation.broken["DeliverReply"] = 4 * ATTEMPTS
    simulation.send(inbound(1, "hello"))


def with_a_foreign_run_in_the_session(simulation: Observed) -> None:
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    simulation.agent.start_foreign_run("session-1", "not ours", Hold())
    simulation.clock.after(60, lambda: simulation.agent.finish("session-1"))
    simulation.send(inbound(2, "again"))


def with_a_long_execution(simulation: Observed) -> None:
    simulation.send(inbound(1, "hello"))
    simulation.turn_the_world()
    (running,) = simulation.stepfunctions.by_name.values()
    running.execution.data["step"] = STEPS_PER_EXECUTION


def after_a_death(simulation: Observed) -> None:
    simulation.send(inbound(1, "hello"))
    simulation.turn_the_world()
    for running in simulation.stepfunctions.by_name.values():
        running.dead = True


def with_a_native_task(simulation: Observed) -> None:
    simulation.agent.script(Answer(LONG))
    simulation.ask_for(prompt=LONG)


def with_a_native_task_that_is_cancelled_while_somebody_is_asked(simulation: Observed) -> None:
    command = ToolCall("c1", "run_command", {"command": LONG})
    simulation.agent.script(Answer("", (command,)), Answer("done"))
    simulation.ask_for()
    simulation.settle_until_asked()
    with simulation.acting("GatewayFunction"):
        simulation.cancel()


def with_a_native_task_whose_cancelling_died(simulation: Observed) -> None:
    """RouteTask finds it when the machine is started anew, or else the sweep."""
    command = ToolCall("c1", "run_command", {"command": LONG})
    simulation.agent.script(Answer("", (command,)), Answer("done"))
    simulation.ask_for()
    simulation.settle_until_asked()
    simulation.task_store.tasks.cancel(simulation.task(), simulation.clock.now())
    simulation.machine.start("t1", 2)


def with_a_native_task_whose_callback_is_lost(simulation: Observed) -> None:
    simulation.machine.deaf = True
    simulation.ask_for()
    while simulation.task().outcome is None:
        assert simulation.turn_the_world()
    simulation.machine.deaf = False


SCENARIOS = (
    plain,
    with_long_texts,
    with_a_text_that_the_agent_refuses,
    after_a_notification,
    with_tool_calls,
    with_a_decision,
    with_a_call_back_that_is_lost,
    with_a_newer_message_instead_of_a_decision,
    with_a_newer_message_before_anybody_is_asked,
    with_a_failure_while_a_text_is_on_its_way,
    with_a_broken_follower,
    with_a_delivery_that_keeps_failing,
    with_a_foreign_run_in_the_session,
    with_a_long_execution,
    after_a_death,
    with_a_native_task,
    with_a_native_task_that_is_cancelled_while_somebody_is_asked,
    with_a_native_task_whose_cancelling_died,
    with_a_native_task_whose_callback_is_lost,
)

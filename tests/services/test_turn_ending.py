"""Ending a turn: written once, whatever comes between the look and the write."""

from collections.abc import Callable
from typing import Any

import pytest

from parley.core import replies
from parley.core.approval import Choice, Decision
from parley.core.batch import Batch, BatchStatus
from parley.core.directive import Next
from parley.core.limits import HOUR, MINUTE
from parley.core.message import Sender
from parley.core.turn import Outcome
from parley.errors import AgentUnreachable, ChannelUnavailable, ExecutionsUnavailable
from parley.services.intake import ANSWERED
from tests.fakes.agent_runs import Answer, Hold
from tests.protocol import checks
from tests.protocol.simulation import Simulation, inbound
from tests.protocol.test_approvals import ASK, COMMAND, asked, ran, until_asked
from tests.protocol.test_busy_modes import at, finish, working
from tests.services.stage import Before, invoke, sent


def refusing_outcomes(simulation: Simulation, times: int) -> None:
    turns, left = simulation.store.turns, [True] * times

    def record_outcome(*given: Any) -> bool:
        return not left.pop() if left else turns.record_outcome(*given)

    simulation.with_store(turns=Before(turns, record_outcome=record_outcome))


@pytest.mark.parametrize("times", [1, 2, 3, 7])
def test_an_outcome_that_is_refused_is_written_again(times: int) -> None:
    simulation = sent()
    refusing_outcomes(simulation, times)
    simulation.settle()
    checks.at_rest(simulation)
    assert simulation.channel.chunks == ["answer to: hello"]


def test_an_outcome_that_another_wrote_meanwhile_stands() -> None:
    simulation = sent()
    turns = simulation.store.turns

    def twice(*given: Any) -> bool:
        turns.record_outcome(*given)
        return turns.record_outcome(*given)

    simulation.with_store(turns=Before(turns, record_outcome=twice))
    simulation.settle()
    checks.at_rest(simulation)
    assert simulation.telemetry.told("turn_ended_before")
    assert simulation.channel.chunks == ["answer to: hello"]


def test_what_was_allowed_before_the_turn_failed_is_said_not_to_have_run() -> None:
    simulation = asked()
    simulation.executions = Before(simulation.executions, call_back=unavailable)
    approval = simulation.channel.asked[0].prompt.id
    approving = simulation.front.front.approving
    assert approving.decide("slack", Sender("U1", "U1"), approval, Choice.ALLOW)
    assert invoke(simulation, "FailTurn", 90, Next.START) == Next.DELIVER
    reply = simulation.turns()[0].reply[0].text
    assert replies.ALLOWED_NOT_RUN in reply
    assert ran(simulation) == []


def unavailable(*_given: object) -> Any:
    raise ExecutionsUnavailable("throttled")


def asking_late(simulation: Simulation, **batches: Any) -> Simulation:
    """The batch is stored so slowly that its time is up when it is."""
    stored = simulation.store.batches

    def record(*given: Any) -> Batch:
        batch = stored.record(*given)
        simulation.clock.advance(2 * HOUR)
        return batch

    simulation.with_store(batches=Before(stored, record=record, **batches))
    simulation.agent.script(Answer("", (COMMAND,)), Answer("Done."))
    simulation.send(inbound(1, "deploy"))
    return simulation


def test_a_batch_whose_time_is_up_before_anybody_is_asked_ends_the_turn() -> None:
    simulation = asking_late(Simulation(policy=ASK, approval_expiry_hours=1))
    simulation.settle()
    checks.at_rest(simulation)
    assert simulation.turns()[0].outcome is Outcome.EXPIRED
    assert ran(simulation) == []
    assert simulation.channel.asked == []


def test_whoever_decides_at_the_last_moment_has_decided() -> None:
    """(28) The expiry is refused: the decision stands, and is posted."""
    simulation = Simulation(policy=ASK, approval_expiry_hours=1)
    stored = simulation.store.batches

    def expire(holder: Any, batch: Batch, now: int) -> Batch:
        approvals = simulation.store.approvals
        decision = Decision(Choice.ALLOW, Sender("U1", "U1"))
        approvals.decide(holder.conversation, batch, decision, batch.expires_at - 1)
        return stored.expire(holder, batch, now)

    asking_late(simulation, expire=expire)
    simulation.settle()
    checks.at_rest(simulation)
    assert ran(simulation) == [COMMAND.name]


def steered_while_asked() -> Simulation:
    simulation = Simulation(policy=ASK, busy_mode="steer")
    simulation.agent.script(Answer("", (COMMAND,)), Answer("Then not."))
    simulation.send(inbound(1, "deploy"))
    until_asked(simulation)
    return simulation


def test_a_steering_message_for_a_batch_that_is_gone_is_queued() -> None:
    simulation = steered_while_asked()

    def gone(*_given: object) -> Any:
        raise LookupError

    simulation.with_store(approvals=Before(simulation.store.approvals, get=gone))
    assert simulation.intake.accept(inbound(2, "wait"), "c") == ANSWERED
    assert simulation.batches()[0].status is BatchStatus.OPEN


def test_a_steering_message_that_is_no_longer_queued_supersedes_nothing() -> None:
    simulation = steered_while_asked()
    controls = simulation.store.controls
    simulation.with_store(controls=Before(controls, supersede=lambda *_given: False))
    assert simulation.intake.accept(inbound(2, "wait"), "c") == ANSWERED
    assert simulation.batches()[0].status is BatchStatus.OPEN


def test_a_steering_message_that_comes_after_the_decision_waits_for_it() -> None:
    simulation = steered_while_asked()
    simulation.executions = Before(simulation.executions, call_back=unavailable)
    approval = simulation.channel.asked[0].prompt.id
    approving = simulation.front.front.approving
    assert approving.decide("slack", Sender("U1", "U1"), approval, Choice.ALLOW)
    assert simulation.intake.accept(inbound(2, "wait"), "c") == ANSWERED
    assert simulation.batches()[0].status is BatchStatus.ALLOWED


def test_texts_that_were_resolved_before_are_told_of_once() -> None:
    simulation = working("steer", Hold())
    simulation.agent.sessions["session-1"].run.turn = 1  # type: ignore[union-attr]
    steering = simulation.store.steering

    def twice(*given: Any) -> bool:
        steering.resolve(*given)
        return steering.resolve(*given)

    simulation.with_store(steering=Before(steering, resolve=twice))
    [running] = simulation.stepfunctions.by_name.values()
    running.execution._tasks = simulation.stepfunctions.tasks
    at(simulation, 1, 2, "the other branch")

    def end() -> None:
        run = simulation.agent.sessions["session-1"].active()
        assert run is not None
        run.texts.clear()
        simulation.agent.finish("session-1", Answer("Done."))

    simulation.clock.after(9, end)
    simulation.settle()
    checks.at_rest(simulation)
    assert len(simulation.channel.told) == 1


def test_a_sender_who_cannot_be_told_of_the_end_does_not_keep_the_turn_open() -> None:
    simulation = working("steer")

    def tell(*_given: object) -> None:
        raise ChannelUnavailable("503")

    simulation.channel.tell = tell  # type: ignore[assignment, method-assign]
    at(simulation, 1, 2, "the other branch")

    def end() -> None:
        run = simulation.agent.sessions["session-1"].active()
        assert run is not None
        run.texts.clear()
        simulation.agent.finish("session-1", Answer("Done."))

    simulation.clock.after(9, end)
    finish(simulation, after=30)
    simulation.settle()
    checks.at_rest(simulation)
    assert len(simulation.telemetry.told("sender_not_told")) == 2


def decided_unheard(then: Callable[[Simulation], None]) -> Simulation:
    """The decision reached the agent, its answer got lost, and then this happened to the agent."""
    simulation = asked()
    simulation.clock.advance(MINUTE)

    def lose(call: str) -> None:
        if call == "decide":
            simulation.agent.after = None
            then(simulation)
            raise AgentUnreachable("no answer")

    simulation.agent.after = lose
    simulation.click(Choice.ALLOW)
    simulation.settle()
    checks.at_rest(simulation)
    assert ran(simulation) == [COMMAND.name]
    return simulation


def test_what_was_allowed_may_have_run_where_the_agent_is_out_of_reach_since() -> None:
    simulation = decided_unheard(lambda it: setattr(it.agent, "down", True))
    [reply] = simulation.channel.chunks
    assert reply.endswith(replies.ALLOWED_PERHAPS_RUN)
    assert simulation.channel.asked[0].settled[-1].endswith("— unknown whether it ran")


def test_what_was_allowed_may_have_run_where_the_agent_restarted() -> None:
    simulation = decided_unheard(lambda it: it.agent.restart())
    assert simulation.turns()[0].outcome is Outcome.INTERRUPTED
    [reply] = simulation.channel.chunks
    assert reply.endswith(replies.ALLOWED_PERHAPS_RUN)
    said = simulation.channel.asked[0].settled[-1]
    assert said.endswith("— unknown (the agent server restarted)")

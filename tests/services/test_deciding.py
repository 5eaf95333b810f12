"""Decisions: all of a batch together, once, and never so late that nobody knows."""

from typing import Any

import pytest

from parley.core import replies
from parley.core.approval import Choice
from parley.core.batch import BatchStatus, Ruling, ToolCall
from parley.core.limits import HOUR, MINUTE
from parley.core.message import Sender
from parley.core.turn import Outcome
from parley.errors import AgentUnreachable, ExecutionsUnavailable
from parley.services.deciding import KEY_LIFE
from tests.fakes.agent_runs import Answer
from tests.protocol import checks
from tests.protocol.simulation import Simulation, inbound
from tests.protocol.test_approvals import ASK, COMMAND, VIEW, asked, ran, until_asked
from tests.services.stage import Before


def decided_long_ago(milliseconds: int) -> Simulation:
    """Decided, and for so long nobody was there to post it."""
    simulation = asked(approval_expiry_hours=48, run_limit_hours=24)

    def unavailable(*_given: object) -> Any:
        raise ExecutionsUnavailable("throttled")

    executions, simulation.executions = (
        simulation.executions,
        Before(simulation.executions, call_back=unavailable),
    )
    approval = simulation.channel.asked[0].prompt.id
    approving = simulation.front.front.approving
    assert approving.decide("slack", Sender("U1", "U1"), approval, Choice.ALLOW)
    simulation.executions = executions
    simulation.clock.advance(milliseconds)
    simulation.settle()
    checks.at_rest(simulation)
    return simulation


def test_a_decision_is_posted_as_long_as_its_key_is_remembered() -> None:
    assert ran(decided_long_ago(KEY_LIFE - MINUTE)) == [COMMAND.name]


def test_a_decision_whose_key_may_be_forgotten_is_not_repeated() -> None:
    simulation = decided_long_ago(KEY_LIFE + MINUTE)
    assert ran(simulation) == []
    assert all(
        verdict.ruling is Ruling.DENY
        for verdicts in simulation.agent.decisions.values()
        for verdict in verdicts
    )
    assert simulation.turns()[0].outcome is Outcome.FAILED
    assert replies.STALE_DECISION in simulation.channel.chunks[0]
    assert KEY_LIFE == 23 * HOUR


def test_what_was_allowed_and_not_run_is_said_in_the_reply() -> None:
    simulation = decided_long_ago(KEY_LIFE + MINUTE)
    assert "Allowed, but not run: `run_command`" in simulation.channel.chunks[0]


def test_a_decision_whose_answer_got_lost_is_repeated_under_its_key() -> None:
    simulation = asked()
    simulation.agent.fail("decide", AgentUnreachable("no answer"), after=True)
    simulation.click(Choice.ALLOW)
    simulation.settle()
    checks.at_rest(simulation)
    assert ran(simulation) == [COMMAND.name]
    assert len(simulation.agent.decisions) == 1


def test_nothing_is_posted_before_everybody_has_decided() -> None:
    simulation = asked(VIEW, COMMAND)
    for _ in range(3):
        simulation.clock.advance(MINUTE)
        simulation.sweep()
    assert simulation.agent.decisions == {}


def test_a_rule_does_not_overrule_the_policy() -> None:
    """(36) Somebody allowed it for good; later the policy asks nobody any more and denies."""
    simulation = asked()
    simulation.click(Choice.ALWAYS)
    simulation.settle()
    simulation.configuration = Simulation(approval_mode="deny_all").configuration
    simulation.with_store()
    simulation.agent.script(Answer("", (ToolCall("c9", COMMAND.name, {}),)), Answer("Not done."))
    simulation.send(inbound(2, "again"))
    simulation.settle()
    assert ran(simulation) == [COMMAND.name]
    assert simulation.channel.chunks[-1] == "Not done."


def test_another_tool_is_asked_about_though_one_is_always_allowed() -> None:
    simulation = asked()
    simulation.click(Choice.ALWAYS)
    simulation.settle()
    other = ToolCall("c9", "stakpak__remove", {"path": "/srv"})
    simulation.agent.script(Answer("", (other,)), Answer("Done."))
    simulation.send(inbound(2, "remove it"))
    until_asked(simulation, prompts=2)
    assert simulation.batches()[-1].status is BatchStatus.OPEN


def test_verdicts_are_frozen_when_the_batch_is_first_seen() -> None:
    simulation = asked(VIEW, COMMAND)
    simulation.configuration = Simulation(approval_mode="deny_all").configuration
    simulation.click(Choice.ALLOW)
    # Whoever asked is entitled no longer by the new configuration's word, but still is a requester.
    simulation.settle()
    [verdicts] = simulation.agent.decisions.values()
    assert [verdict.ruling for verdict in verdicts] == [Ruling.ALLOW, Ruling.ALLOW]


@pytest.mark.parametrize("reason", ["", "not on a Friday"])
def test_a_denial_in_words_reaches_the_model(reason: str) -> None:
    simulation = Simulation(policy=ASK)
    simulation.agent.script(Answer("", (COMMAND,)), Answer("Not done."))
    simulation.send(inbound(1, "deploy"))
    until_asked(simulation)
    approval = simulation.channel.asked[0].prompt.id
    simulation.send(inbound(2, f"/deny {approval} {reason}".strip()))
    simulation.settle()
    [verdicts] = simulation.agent.decisions.values()
    assert verdicts[0].reason == (f"Denied by U1: {reason}" if reason else "Denied by U1.")

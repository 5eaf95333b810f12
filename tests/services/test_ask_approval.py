"""Asking a person: posted once, later where the platform wants it later, never in vain."""

from typing import Any

import pytest

from parley.core import replies
from parley.core.approval import Choice, Prompt
from parley.core.batch import BatchStatus, ToolCall
from parley.core.delivery import Delivery
from parley.core.directive import Next
from parley.core.limits import HOUR, MINUTE, SECOND
from parley.core.turn import Outcome
from parley.errors import (
    ChannelError,
    ChannelMisconfigured,
    ChannelUnavailable,
    RateLimited,
    SendUncertain,
    Undeliverable,
)
from tests.fakes.agent_runs import Answer
from tests.protocol import checks
from tests.protocol.simulation import KEY, Simulation, inbound
from tests.protocol.test_approvals import ASK, COMMAND, asked, ran, until_asked
from tests.services.stage import Before


def refusing(*errors: ChannelError) -> Simulation:
    """The next prompts are refused so."""
    simulation = Simulation(policy=ASK)
    simulation.agent.script(Answer("", (COMMAND,)), Answer("Done."))
    simulation.channel.refuse_prompts = list(errors)
    simulation.send(inbound(1, "deploy"))
    return simulation


@pytest.mark.parametrize("error", [Undeliverable("no such chat"), ChannelMisconfigured("scope")])
def test_where_nobody_can_be_asked_the_turn_ends_and_nothing_runs(error: ChannelError) -> None:
    simulation = refusing(error)
    simulation.settle()
    checks.at_rest(simulation)
    assert simulation.channel.chunks == [f"⚠️ {replies.CANNOT_ASK}"]
    assert simulation.turns()[0].outcome is Outcome.FAILED
    assert simulation.batches()[0].status is BatchStatus.CANCELLED
    assert ran(simulation) == []
    assert simulation.agent.cancelled


@pytest.mark.parametrize(
    ("error", "seconds"),
    [(RateLimited(7), 7), (ChannelUnavailable("503"), 1), (SendUncertain("no answer"), 1)],
)
def test_a_prompt_that_cannot_be_posted_now_is_posted_later_by_the_machine(
    error: ChannelError, seconds: int
) -> None:
    simulation = refusing(error)
    begun = simulation.clock.now()
    until_asked(simulation)
    assert simulation.clock.now() - begun >= seconds * SECOND
    simulation.click(Choice.ALLOW)
    simulation.settle()
    checks.at_rest(simulation)
    assert ran(simulation) == [COMMAND.name]
    assert len(simulation.channel.asked) == 1


def test_a_platform_that_takes_no_prompt_for_hours_ends_the_turn() -> None:
    simulation = refusing(*[ChannelUnavailable("503")] * 999)
    begun = simulation.clock.now()
    simulation.settle()
    checks.at_rest(simulation)
    assert simulation.channel.chunks == [f"⚠️ {replies.CANNOT_ASK}"]
    assert simulation.clock.now() - begun < 2 * HOUR
    assert ran(simulation) == []


def test_a_stop_ends_the_wait_for_a_platform_that_takes_no_prompt() -> None:
    simulation = refusing(*[RateLimited(30)] * 20)
    while not simulation.batches():
        assert simulation.turn_the_world()
    simulation.send(inbound(2, "/stop"))
    simulation.settle()
    checks.at_rest(simulation)
    assert simulation.turns()[0].outcome is Outcome.CANCELLED
    assert ran(simulation) == []


def taken_over(simulation: Simulation) -> None:
    """The parked execution is aborted; a successor parks anew."""
    [running] = [
        one for one in simulation.stepfunctions.by_name.values() if not one.execution.ended
    ]
    simulation.stepfunctions.kill(running)
    for _ in range(6):
        simulation.turn_the_world()


def test_a_successor_that_parks_anew_posts_no_second_prompt() -> None:
    simulation = asked()
    taken_over(simulation)
    assert len(simulation.channel.asked) == 1
    click = simulation.click(Choice.ALLOW)
    simulation.settle()
    checks.at_rest(simulation)
    assert click.told[0].text.startswith("Recorded.")
    assert ran(simulation) == [COMMAND.name]
    assert len(simulation.channel.asked) == 1


def test_the_buttons_of_a_prompt_outlive_the_execution_that_posted_it() -> None:
    simulation = asked()
    before = simulation.batches()[0]
    taken_over(simulation)
    after = simulation.batches()[0]
    assert (after.approval, after.prompt) == (before.approval, before.prompt)
    assert after.token != before.token


def test_a_decision_while_the_prompt_is_posted_is_found_and_the_prompt_settled() -> None:
    simulation = refusing()
    channel = simulation.channel

    def ask(delivery: Delivery, prompt: Prompt, nonce: str, timeout: float) -> str:
        post = channel.ask(delivery, prompt, nonce, timeout)
        simulation.deliver_now(simulation.click(Choice.DENY))
        return post

    replaced: Any = Before(channel, ask=ask)
    simulation.channel = replaced
    simulation.with_store()
    simulation.settle()
    checks.at_rest(simulation)
    assert ran(simulation) == []
    assert channel.asked[0].settled[0].startswith("❌ Denied by U1")


def ask_again(simulation: Simulation, token: str) -> None:
    state = simulation.state()
    assert state is not None
    event = {"conversation": KEY, "generation": state.generation, "step": 90, "retry": 0}
    simulation.stepfunctions.tasks["AskApproval"]({**event, "next": Next.ASK, "token": token})


def calls_back(simulation: Simulation) -> list[tuple[str, Next]]:
    answered: list[tuple[str, Next]] = []
    inner = simulation.executions

    def call_back(token: str, directive: Any) -> bool:
        answered.append((token, directive.next))
        return bool(inner.call_back(token, directive))

    simulation.executions = Before(inner, call_back=call_back)
    simulation.with_store()
    return answered


def test_where_nobody_waits_any_more_it_goes_on_by_itself() -> None:
    simulation = asked()
    simulation.click(Choice.ALLOW)
    simulation.settle()
    simulation.send(inbound(2, "again"))
    simulation.turn_the_world()
    answered = calls_back(simulation)
    ask_again(simulation, "a token")
    assert answered == [("a token", Next.FOLLOW)]
    assert len(simulation.channel.asked) == 1


def test_what_was_decided_before_it_parked_is_found_there() -> None:
    simulation = asked()
    batches = simulation.store.batches

    def park(*given: Any) -> Any:
        approval = simulation.channel.asked[0].prompt.id
        front = simulation.front.front
        front.approving.decide("slack", inbound(1, "").sender, approval, Choice.ALLOW)
        return batches.park(*given)

    simulation.with_store(batches=Before(batches, park=park))
    answered = calls_back(simulation)
    ask_again(simulation, "a later token")
    assert ("a later token", Next.FOLLOW) in answered


def test_a_prompt_is_settled_even_where_the_platform_refuses_the_edit_at_first() -> None:
    """The edit is a courtesy: the turn goes on without it, and the end edits again."""
    simulation = asked()
    settle = simulation.channel.settle
    refused: list[str] = []

    def refuse_once(delivery: Delivery, prompt: str, text: str, timeout: float) -> None:
        if not refused:
            refused.append(text)
            raise RateLimited(30)
        settle(delivery, prompt, text, timeout)

    simulation.channel.settle = refuse_once  # type: ignore[method-assign]
    simulation.click(Choice.ALLOW)
    simulation.settle()
    assert simulation.telemetry.told("prompt_not_edited")
    assert simulation.channel.asked[0].settled[-1].endswith("— ran")
    assert simulation.channel.chunks == ["Let me see.\n\nDone."]


def test_a_prompt_shows_as_much_as_the_platform_takes() -> None:
    calls = [ToolCall(f"c{at}", "stakpak__run", {"command": "x" * 900}) for at in range(1, 9)]
    simulation = asked(*calls)
    text = simulation.channel.asked[0].prompt.text
    assert len(text) <= simulation.channel.prompt_size
    assert all(f"**{at} · run**" in text for at in range(1, 9))
    assert simulation.clock.now() < simulation.batches()[0].expires_at - MINUTE

"""Waking a conversation: by its webhook, or else by the sweep."""

from collections.abc import Iterator
from typing import Any

import pytest

from parley.core.directive import Next
from parley.core.limits import MINUTE, STEPS_PER_EXECUTION
from parley.errors import ExecutionsUnavailable, StoreUnavailable
from parley.ports import Started
from parley.services.intake import ANSWERED
from tests.fakes.agent_runs import Answer, Hold
from tests.protocol import checks
from tests.protocol.simulation import KEY, Simulation, inbound
from tests.services.stage import Before, invoke, sent, started


def unavailable(*_given: object) -> Any:
    raise ExecutionsUnavailable("throttled")


def test_a_message_whose_wake_fails_is_accepted_and_left_to_the_sweep() -> None:
    simulation = Simulation()
    executions = simulation.executions
    simulation.executions = Before(executions, start=unavailable)
    assert simulation.intake.accept(inbound(1, "hello"), "c") == ANSWERED
    assert simulation.telemetry.told("wake_failed")
    simulation.executions = executions
    simulation.send(inbound(1, "hello"), delay=10 * MINUTE)
    for _ in range(12):
        simulation.turn_the_world()
    assert simulation.channel.chunks == ["answer to: hello"]


def test_a_name_that_is_burnt_twice_is_left_to_the_sweep() -> None:
    """The generation moves on between the webhook's read and its start, two times over."""
    simulation = Simulation()
    repairs, clock = simulation.store.repairs, simulation.clock

    def burnt(conversation: str, generation: int) -> Started:
        repairs.bump(conversation, generation, clock.now(), heed_lease=False)
        return Started.BURNT

    executions, simulation.executions = simulation.executions, Before(None, start=burnt)
    assert simulation.intake.accept(inbound(1, "hello"), "c") == ANSWERED
    simulation.executions = executions
    simulation.sweep()
    simulation.send(inbound(1, "hello"))  # known already
    simulation.settle()
    checks.at_rest(simulation)
    assert simulation.channel.chunks == ["answer to: hello"]


def test_a_burnt_name_of_the_present_generation_is_left_to_the_sweep() -> None:
    simulation = Simulation()
    simulation.executions = Before(None, start=lambda *_given: Started.BURNT)
    assert simulation.intake.accept(inbound(1, "hello"), "c") == ANSWERED
    state = simulation.state()
    assert state is not None
    assert (state.pending, state.owner) == (1, None)


def test_a_conversation_that_cannot_be_swept_does_not_keep_the_others_waiting() -> None:
    simulation = Simulation()
    simulation.executions, executions = Before(None, start=unavailable), simulation.executions
    simulation.intake.accept(inbound(1, "hello"), "c")
    simulation.executions = executions
    inbox, repairs = simulation.store.inbox, simulation.store.repairs

    def read(conversation: str) -> object:
        if conversation == "broken":
            raise StoreUnavailable("throttled")
        return inbox.read(conversation)

    def unsettled() -> Iterator[str]:
        yield "broken"
        yield from repairs.unsettled()

    simulation.with_store(
        inbox=Before(inbox, read=read), repairs=Before(repairs, unsettled=unsettled)
    )
    assert simulation.sweeping.sweep() == 1
    running = simulation.stepfunctions.next_due()
    assert running is not None
    assert running.conversation == KEY
    assert simulation.telemetry.told("not_swept") == [{"conversation": "broken"}]


@pytest.mark.parametrize("begun", [False, True], ids=["before the turn", "during its run"])
def test_an_execution_near_its_limit_hands_over_to_a_successor(begun: bool) -> None:
    simulation = started(Hold()) if begun else sent(Hold())
    simulation.clock.after(60, lambda: simulation.agent.finish("session-1", Answer("the answer")))
    simulation.turn_the_world()
    before = simulation.state()
    assert before is not None
    assert invoke(simulation, "StartTurn", STEPS_PER_EXECUTION, Next.START) == Next.DONE
    after = simulation.state()
    assert after is not None
    assert (after.generation, after.pending) == (before.generation + 1, 1)
    simulation.settle()
    checks.at_rest(simulation)
    assert simulation.channel.chunks == ["the answer"]
    assert simulation.agent.runs_of("hello") == 1

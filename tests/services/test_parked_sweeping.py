"""Nobody waits for ever for a call that was lost (27)."""

from typing import Any

import pytest

from parley.core.approval import Choice
from parley.core.batch import BatchStatus
from parley.core.limits import MINUTE
from parley.core.message import Sender
from parley.core.turn import Outcome
from parley.errors import ExecutionsUnavailable, StoreUnavailable
from parley.services.parked_sweeping import DEAD_AFTER
from tests.protocol import checks
from tests.protocol.simulation import KEY, Simulation, inbound
from tests.protocol.test_approvals import COMMAND, asked, ran
from tests.services.stage import Before


def unavailable(*_given: object) -> Any:
    raise ExecutionsUnavailable("throttled")


def decided_unheard(choice: Choice = Choice.ALLOW) -> Simulation:
    """Somebody decided, and the call that should wake the machine got lost."""
    simulation = asked()
    executions = simulation.executions
    simulation.executions = Before(executions, call_back=unavailable)
    approval = simulation.channel.asked[0].prompt.id
    approving = simulation.front.front.approving
    told = approving.decide("slack", Sender("U1", "U1"), approval, choice)
    assert told.startswith("Recorded.")
    assert simulation.telemetry.told("call_back_failed")
    simulation.executions = executions
    return simulation


def parked(simulation: Simulation) -> Any:
    [running] = [
        one for one in simulation.stepfunctions.by_name.values() if not one.execution.ended
    ]
    return running


def test_a_lost_call_is_repeated_by_the_sweep() -> None:
    simulation = decided_unheard()
    simulation.sweep()
    assert parked(simulation).due == simulation.clock.now()
    simulation.settle()
    checks.at_rest(simulation)
    assert ran(simulation) == [COMMAND.name]
    assert simulation.telemetry.told("conversation_taken_over") == []


def test_a_dead_token_is_left_for_two_minutes() -> None:
    """Whoever was woken may be at it just now."""
    simulation = decided_unheard()
    parked(simulation).dead = True
    simulation.clock.advance(DEAD_AFTER)
    assert simulation.sweeping.sweep() == 0
    simulation.clock.advance(1)
    assert simulation.sweeping.sweep() == 1


def test_an_execution_that_died_while_it_was_parked_has_a_successor_after_the_click() -> None:
    simulation = decided_unheard()
    parked(simulation).dead = True
    begun = simulation.clock.now()
    simulation.settle()
    checks.at_rest(simulation)
    assert ran(simulation) == [COMMAND.name]
    assert simulation.channel.posts[-1].at - begun < 4 * MINUTE


def test_a_batch_whose_turn_is_over_is_forgotten() -> None:
    simulation = decided_unheard()
    batch = simulation.batches()[0]
    simulation.settle()
    simulation.with_store(
        repairs=Before(simulation.store.repairs, closed=lambda: iter([(KEY, batch)]))
    )
    forgotten: list[str] = []
    repairs: Any = simulation.store.repairs
    simulation.with_store(
        repairs=Before(repairs, forget=lambda key, found: forgotten.append(found.key))
    )
    assert simulation.sweeping.sweep() == 0
    assert forgotten == [batch.key]


def test_what_was_posted_is_no_longer_swept() -> None:
    simulation = decided_unheard()
    simulation.settle()
    assert list(simulation.store.repairs.closed()) == []


def test_one_batch_that_cannot_be_looked_at_does_not_keep_the_others_waiting() -> None:
    simulation = decided_unheard()
    batch = simulation.batches()[0]
    inbox = simulation.store.inbox

    def read(conversation: str) -> Any:
        if conversation == "broken":
            raise StoreUnavailable("throttled")
        return inbox.read(conversation)

    both = [("broken", batch), (KEY, batch)]
    simulation.with_store(
        inbox=Before(inbox, read=read),
        repairs=Before(simulation.store.repairs, closed=lambda: iter(both)),
    )
    simulation.sweep()
    assert simulation.telemetry.told("not_called_back") == [{"conversation": "broken"}]
    assert parked(simulation).due == simulation.clock.now()


def test_a_stop_that_was_not_heard_is_repeated_too() -> None:
    simulation = asked()
    executions = simulation.executions
    simulation.executions = Before(executions, call_back=unavailable)
    state = simulation.state()
    assert state is not None
    assert state.turn is not None
    assert simulation.front.front.commanding.stopping.stop(KEY, state.turn)
    simulation.executions = executions
    simulation.settle()
    checks.at_rest(simulation)
    assert simulation.turns()[0].outcome is Outcome.CANCELLED
    assert ran(simulation) == []


def test_a_restart_while_somebody_is_asked_is_noticed_by_the_next_sweep() -> None:
    simulation = asked()
    begun = simulation.clock.now()
    simulation.clock.advance(30_000)
    simulation.agent.restart()
    simulation.settle()
    assert simulation.telemetry.told("parked_run_lost")
    assert simulation.channel.posts[0].at - begun < 2 * MINUTE
    assert simulation.turns()[0].outcome is Outcome.INTERRUPTED


def test_while_the_server_stays_the_same_nobody_is_woken() -> None:
    simulation = asked()
    due = parked(simulation).due
    for _ in range(3):
        simulation.clock.advance(MINUTE)
        simulation.sweep()
    assert parked(simulation).due == due
    assert simulation.batches()[0].status is BatchStatus.OPEN


def test_an_agent_that_cannot_be_asked_for_its_boot_wakes_nobody() -> None:
    simulation = asked()
    due = parked(simulation).due
    simulation.agent.down = True
    simulation.sweep()
    assert simulation.telemetry.told("boot_not_known")
    assert parked(simulation).due == due


def test_the_server_is_asked_for_its_boot_once_a_sweep() -> None:
    simulation = asked()
    calls: list[str] = []
    state = simulation.state()
    assert state is not None
    simulation.agent.before = calls.append
    parked_sweeping = simulation.sweeping.parked
    for _ in range(3):
        parked_sweeping.look(state)
    assert calls.count("booted_at") == 1
    list(parked_sweeping.sweep())
    parked_sweeping.look(state)
    assert calls.count("booted_at") == 2


@pytest.mark.parametrize("text", ["one more", "/stop"])
def test_what_needs_nobody_woken_is_left_alone(text: str) -> None:
    simulation = decided_unheard(Choice.DENY)
    simulation.send(inbound(2, text))
    simulation.settle()
    checks.at_rest(simulation)
    assert ran(simulation) == []
    assert list(simulation.store.repairs.closed()) == []


def test_a_server_whose_clock_was_off_for_a_while_has_lost_nothing() -> None:
    """Its boot seems to be another one, and its run waits still: nobody is woken for nothing."""
    simulation = asked()
    simulation.agent._booted_at += 10_000
    begun = simulation.clock.now()
    while simulation.clock.now() < begun + 10 * MINUTE:
        assert simulation.turn_the_world()
    assert simulation.telemetry.told("parked_run_lost") == []
    simulation.click(Choice.ALLOW)
    simulation.settle()
    checks.at_rest(simulation)
    assert ran(simulation) == [COMMAND.name]

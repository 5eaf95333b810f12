"""Every interleaving of two or three workers at their store calls."""

from collections.abc import Callable, Sequence

import pytest

from parley.core.batch import ToolCall
from parley.core.fence import Fence, Holder
from parley.core.message import Inbound
from parley.errors import HolderRefused
from tests.fakes.agent_runs import Answer, Hold
from tests.machine.interpreter import timed_out
from tests.protocol import checks
from tests.protocol.interleaving import Actor, all_interleavings
from tests.protocol.simulation import KEY, Simulation, inbound

Record = Callable[[str, int], None]
Make = Callable[[], Simulation]
Stage = Callable[[Make], tuple[Simulation, Sequence[Actor]]]


def webhook(simulation: Simulation, message: Inbound) -> Actor:
    def deliver() -> None:
        simulation.intake.accept(message, "correlation")

    return deliver


def machine(simulation: Simulation, *states: str) -> Actor:
    """The execution that is due, while it is in one of these states."""

    def go_on() -> None:
        running = simulation.stepfunctions.next_due()
        while running is not None and running.execution.state in states:
            simulation.stepfunctions.step(running)
            if running.execution.ended:
                return

    return go_on


def up_to(simulation: Simulation, state: str) -> None:
    """Let the execution come to this state."""
    running = simulation.stepfunctions.next_due()
    while running is not None and running.execution.state != state:
        simulation.stepfunctions.step(running)


def known(simulation: Simulation, *messages: Inbound) -> None:
    """The platform has delivered these; the simulation checks their conversation."""
    for message in messages:
        simulation.send(message)
        simulation.webhooks[-1].answered = True


def everything_answered(*texts: str) -> Callable[[Simulation], None]:
    def check(simulation: Simulation) -> None:
        checks.at_rest(simulation)
        checks.one_run(simulation, texts)
        said = "\n".join(simulation.channel.chunks)
        for text in texts:
            checks.require(text in said, "I6", f"no reply to {text!r}: {said!r}")
        checks.require(
            len(simulation.channel.chunks) == len(set(simulation.channel.chunks)),
            "I7",
            simulation.channel.chunks,
        )

    return check


def two_webhooks_against_a_release(make: Make) -> tuple[Simulation, Sequence[Actor]]:
    simulation = make()
    first, second, third = (inbound(n, text) for n, text in enumerate(("one", "two", "three"), 1))
    known(simulation, first, second, third)
    webhook(simulation, first)()
    up_to(simulation, "DeliverReply")
    simulation.interleaved = lambda: bool(simulation.channel.posts)
    return simulation, [
        machine(simulation, "DeliverReply", "Route", "Done"),
        webhook(simulation, second),
        webhook(simulation, third),
    ]


def two_deliveries_of_one_message(make: Make) -> tuple[Simulation, Sequence[Actor]]:
    simulation = make()
    message = inbound(1, "one")
    known(simulation, message)
    return simulation, [webhook(simulation, message), webhook(simulation, message)]


def sweep_against_a_living_owner(make: Make) -> tuple[Simulation, Sequence[Actor]]:
    simulation = make()
    message = inbound(1, "one")
    known(simulation, message)
    webhook(simulation, message)()
    return simulation, [machine(simulation, "StartTurn"), simulation.sweep]


def late_failure_event_against_a_living_owner(make: Make) -> tuple[Simulation, Sequence[Actor]]:
    simulation = make()
    message = inbound(1, "one")
    known(simulation, message)
    webhook(simulation, message)()
    state = simulation.state()
    assert state is not None
    late = state.generation - 1

    def late_event() -> None:
        simulation.sweeping.execution_failed(KEY, late)

    return simulation, [machine(simulation, "StartTurn"), late_event]


def sweep_against_a_release(make: Make) -> tuple[Simulation, Sequence[Actor]]:
    simulation = make()
    first, second = inbound(1, "one"), inbound(2, "two")
    known(simulation, first, second)
    webhook(simulation, first)()
    up_to(simulation, "DeliverReply")
    simulation.interleaved = lambda: bool(simulation.channel.posts)
    return simulation, [
        machine(simulation, "DeliverReply", "Route", "Done"),
        simulation.sweep,
        webhook(simulation, second),
    ]


def failure_rule_against_a_surviving_delivery(make: Make) -> tuple[Simulation, Sequence[Actor]]:
    """The execution is over for Step Functions, while its DeliverReply is still at work."""
    simulation = make()
    message = inbound(1, "one")
    known(simulation, message)
    webhook(simulation, message)()
    up_to(simulation, "DeliverReply")
    running = simulation.stepfunctions.next_due()
    assert running is not None
    deliver = simulation.stepfunctions.tasks["DeliverReply"]
    event = {"conversation": KEY, "generation": running.generation, "step": 2, "retry": 0}
    running.dead = True

    def surviving() -> None:
        try:
            deliver({**event, "next": "deliver"})
        except HolderRefused:
            return

    def rule() -> None:
        simulation.sweeping.execution_failed(KEY, running.generation)

    return simulation, [surviving, rule]


def two_invocations_with_one_fence(make: Make) -> tuple[Simulation, Sequence[Actor]]:
    """Lambda delivered one task twice."""
    simulation = make()
    message = inbound(1, "one")
    known(simulation, message)
    webhook(simulation, message)()
    running = simulation.stepfunctions.next_due()
    assert running is not None
    start = simulation.stepfunctions.tasks["StartTurn"]
    event = {"conversation": KEY, "generation": running.generation, "step": 0, "retry": 0}
    running.dead = True
    simulation.failed.append((KEY, running.generation))

    def invoke() -> None:
        try:
            start(dict(event))
        except HolderRefused:
            return

    return simulation, [invoke, invoke]


def zombie_against_its_retry(state: str) -> Stage:
    """The task's time was up, its function is still at work, and the machine has begun a retry."""

    def stage(make: Make) -> tuple[Simulation, Sequence[Actor]]:
        simulation = make()
        calls = (ToolCall("c1", "view", {}),)
        simulation.agent.script(Answer("one", calls), Answer("seen"))
        message = inbound(1, "one")
        known(simulation, message)
        webhook(simulation, message)()
        up_to(simulation, state)
        running = simulation.stepfunctions.next_due()
        assert running is not None
        task = simulation.stepfunctions.tasks[state]
        step = {"StartTurn": 0, "FollowRun": 1, "DeliverReply": 2}[state]
        directive = {"FollowRun": "follow", "DeliverReply": "deliver"}.get(state, "")
        event = {"conversation": KEY, "generation": running.generation, "step": step, "retry": 0}
        running.execution.lose_attempt(timed_out())
        running.execution.pause = 0.0

        def zombie() -> None:
            try:
                task({**event, "next": directive})
            except HolderRefused:
                return

        return simulation, [machine(simulation, state), zombie]

    return stage


# By name: the stage, the check, and how often actors may be left for another: every order of a
# webhook's calls against a release's would take minutes.
RACES: dict[str, tuple[Stage, Callable[[Simulation], None], int | None]] = {
    "two webhooks against a release": (
        two_webhooks_against_a_release,
        everything_answered("one", "two", "three"),
        3,
    ),
    "two deliveries of one message": (
        two_deliveries_of_one_message,
        everything_answered("one"),
        None,
    ),
    "sweep against a living owner": (
        sweep_against_a_living_owner,
        everything_answered("one"),
        None,
    ),
    "late failure event against a living owner": (
        late_failure_event_against_a_living_owner,
        everything_answered("one"),
        None,
    ),
    "sweep against a release": (
        sweep_against_a_release,
        everything_answered("one", "two"),
        3,
    ),
    "failure rule against a surviving delivery": (
        failure_rule_against_a_surviving_delivery,
        everything_answered("one"),
        None,
    ),
    "two invocations with one fence": (
        two_invocations_with_one_fence,
        everything_answered("one"),
        None,
    ),
    **{
        f"a zombie {state} against its retry": (
            zombie_against_its_retry(state),
            everything_answered("one"),
            3,
        )
        for state in ("StartTurn", "FollowRun", "DeliverReply")
    },
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", RACES)
def test_no_interleaving_loses_or_doubles_a_message(name: str, record_count: Record) -> None:
    stage, check, switches = RACES[name]
    record_count(f"race: {name}", all_interleavings(lambda: stage(Simulation), check, switches))


def test_a_living_owner_is_left_alone_by_the_sweep() -> None:
    simulation = Simulation()
    simulation.agent.script(Hold())
    message = inbound(1, "one")
    known(simulation, message)
    webhook(simulation, message)()
    up_to(simulation, "FollowRun")
    before = simulation.state()
    simulation.sweep()
    assert simulation.state() == before


def test_the_newest_of_several_fences_wins() -> None:
    simulation = Simulation()
    message = inbound(1, "one")
    known(simulation, message)
    webhook(simulation, message)()
    state = simulation.state()
    assert state is not None
    late = Holder(KEY, Fence(state.generation, 3, 0))
    simulation.store.leases.acquire(late, simulation.clock.now() + 60_000)
    with pytest.raises(HolderRefused):
        simulation.store.leases.acquire(
            Holder(KEY, Fence(state.generation, 2, 9)), simulation.clock.now() + 60_000
        )

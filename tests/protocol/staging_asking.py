"""Where a conversation stands when a race around a decision begins, and who takes part in it."""

from collections.abc import Callable
from typing import Any

from parley.core.approval import Choice, Click
from parley.core.message import Inbound, Sender
from parley.core.reading import Clicked
from parley.errors import HolderRefused
from tests.fakes.agent_runs import Answer, Step
from tests.machine.interpreter import timed_out
from tests.protocol.interleaving import Actor
from tests.protocol.simulation import KEY, Delivered, Simulation, inbound
from tests.protocol.stepfunctions import Running
from tests.protocol.test_approvals import ASK, COMMAND

Make = Callable[..., Simulation]

EXPIRY_HOURS = 0.5


def begun(make: Make, *steps: Step, **configuration: Any) -> Simulation:
    """A message was sent, and its execution is about to start."""
    simulation = make(policy=ASK, approval_expiry_hours=EXPIRY_HOURS, **configuration)
    simulation.agent.script(*(steps or (Answer("", (COMMAND,)), Answer("Done."))))
    simulation.deliver_now(simulation.send(inbound(1, "deploy")))
    return simulation


def up_to(simulation: Simulation, state: str) -> Simulation:
    """Let the execution come to this state, before its task is called."""
    while (running := due(simulation)).execution.state != state:
        simulation.stepfunctions.step(running)
    return simulation


def about_to_ask(make: Make, *steps: Step, **configuration: Any) -> Simulation:
    return up_to(begun(make, *steps, **configuration), "AskApproval")


def parked(make: Make, *steps: Step, **configuration: Any) -> Simulation:
    """Somebody is asked, and the execution waits for the callback."""
    simulation = about_to_ask(make, *steps, **configuration)
    simulation.stepfunctions.step(due(simulation))
    return simulation


def about_to_post(make: Make, *steps: Step, **configuration: Any) -> Simulation:
    """Somebody allowed it, and FollowRun is about to hear of it."""
    simulation = parked(make, *steps, **configuration)
    presses(simulation, Choice.ALLOW)()
    return up_to(simulation, "FollowRun")


def due(simulation: Simulation) -> Running:
    running = simulation.stepfunctions.next_due()
    assert running is not None
    return running


# Who takes part.


def presses(simulation: Simulation, choice: Choice, by: str = "U1") -> Actor:
    """Somebody who has the prompt of the only batch before them."""
    [batch] = simulation.batches()
    delivery = inbound(1, "").delivery
    click = Click(batch.approval, choice, Sender(by, by), "T1", delivery)
    delivered = Delivered(Clicked(click), simulation.clock.now())
    simulation.webhooks.append(delivered)
    return lambda: simulation.deliver_now(delivered)


def says(simulation: Simulation, message: Inbound) -> Actor:
    delivered = simulation.send(message)
    return lambda: simulation.deliver_now(delivered)


def said_before(simulation: Simulation, message: Inbound) -> Actor:
    """The platform has delivered it once; what the actor does is the redelivery."""
    delivered = simulation.send(message)
    simulation.deliver_now(delivered)
    return lambda: simulation.deliver_now(delivered)


def steps_once(simulation: Simulation) -> Actor:
    running = due(simulation)
    return lambda: simulation.stepfunctions.step(running)


def goes_on(simulation: Simulation, *states: str) -> Actor:
    """The execution, while it is in one of these states. It never waits for a decision."""
    running = due(simulation)

    def go_on() -> None:
        execution = running.execution
        while execution.state in states and not execution.ended:
            simulation.stepfunctions.step(running)

    return go_on


def takes_over(simulation: Simulation, *states: str) -> Actor:
    """The execution has died; the failure rule, and its successor while it is in these states."""
    running = due(simulation)
    running.dead = True

    def take_over() -> None:
        if simulation.sweeping.execution_failed(KEY, running.generation):
            goes_on(simulation, *states)()

    return take_over


def zombie(simulation: Simulation) -> Actor:
    """The present task's time was up and the machine retries it, while its function is at work."""
    running = due(simulation)
    state = running.execution.state
    task = simulation.stepfunctions.tasks[state]
    data = running.execution.data
    event = {**data, "generation": running.generation, "step": data.get("step", 0), "retry": 0}
    running.execution.lose_attempt(timed_out())
    running.execution.pause = 0.0

    def invoke() -> None:
        try:
            task(event)
        except HolderRefused:
            return

    return invoke

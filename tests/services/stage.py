"""A simulation brought to a moment, and ports that misbehave."""

from collections.abc import Callable
from typing import Any

from parley.core.directive import Next
from tests.fakes.agent_runs import Step
from tests.protocol.simulation import KEY, Simulation, inbound


class Before:
    """Stands before a port and answers some of its methods itself."""

    def __init__(self, inner: Any, **methods: Callable[..., Any]) -> None:
        self._inner, self._methods = inner, methods

    def __getattr__(self, name: str) -> Any:
        return self._methods.get(name) or getattr(self._inner, name)


def sent(*steps: Step) -> Simulation:
    """A message was sent; its run will do this."""
    simulation = Simulation()
    if steps:
        simulation.agent.script(*steps)
    simulation.send(inbound(1, "hello"))
    return simulation


def started(*steps: Step) -> Simulation:
    """... and its run is started, but nobody follows it yet."""
    simulation = sent(*steps)
    while not simulation.agent.runs:
        simulation.turn_the_world()
    return simulation


def invoke(simulation: Simulation, task: str, step: int, next: Next) -> str:
    """One task, out of the machine's order; what it wants next."""
    state = simulation.state()
    assert state is not None
    event = {"conversation": KEY, "generation": state.generation, "step": step, "retry": 0}
    answer: str = simulation.stepfunctions.tasks[task]({**event, "next": next})["next"]
    return answer

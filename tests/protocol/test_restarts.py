"""The agent server restarts at every place of a turn: it forgets runs, events and keys.

A run that was cut off is never repeated by itself, and the chat is told the truth about it.
"""

from collections.abc import Callable

import pytest

from parley.core import replies
from tests.fakes.agent_runs import Answer, Hold
from tests.machine.interpreter import ProcessDied
from tests.protocol import checks
from tests.protocol.simulation import Simulation, inbound
from tests.protocol.test_crashes import finish_what_runs

Record = Callable[[str, int], None]


def restart(simulation: Simulation) -> None:
    # Uptimes have whole seconds; a server is up for longer than that before it restarts.
    simulation.clock.advance(10_000)
    simulation.agent.restart()


def restart_and_stop(simulation: Simulation) -> None:
    restart(simulation)
    raise ProcessDied


def plain_answer(simulation: Simulation) -> None:
    simulation.send(inbound(1, "hello"))


def long_run(simulation: Simulation) -> None:
    simulation.agent.script(Answer("so far"), Hold())

    finish_what_runs(simulation, 40)
    simulation.send(inbound(1, "hello"))


def play(
    stage: Callable[[Simulation], None], index: int, event: Callable[[Simulation], None]
) -> Simulation:
    simulation = Simulation()
    simulation.points.actions[index] = lambda: event(simulation)
    stage(simulation)
    simulation.settle()
    return simulation


def told_the_truth(simulation: Simulation) -> None:
    """The answer came whole, or the chat was told that the server restarted."""
    said = "\n".join(dict.fromkeys(simulation.channel.chunks))
    whole = said in ("answer to: hello", "so far")
    honest = replies.INTERRUPTED in said or replies.FROM_HISTORY in said
    checks.require(whole or honest, "I6", said)


@pytest.mark.parametrize("event", [restart, restart_and_stop], ids=lambda event: event.__name__)
@pytest.mark.parametrize("stage", [plain_answer, long_run], ids=lambda stage: stage.__name__)
def test_a_restart_of_the_agent_server_never_runs_a_message_twice(
    stage: Callable[[Simulation], None],
    event: Callable[[Simulation], None],
    record_count: Record,
) -> None:
    undisturbed = Simulation()
    stage(undisturbed)
    undisturbed.settle()
    places = undisturbed.points.reached
    for index, place in enumerate(places):
        simulation = play(stage, index, event)
        try:
            checks.at_rest(simulation)
            checks.one_run(simulation, ["hello"])
            told_the_truth(simulation)
        except AssertionError as error:
            raise AssertionError(f"at {index} ({place}): {error}") from error
    record_count(f"restart: {stage.__name__}", len(places))


def test_equal_texts_are_told_apart_after_a_restart() -> None:
    simulation = Simulation()
    simulation.agent.script(Answer("the first answer"))
    simulation.send(inbound(1, "yes"))
    simulation.settle()
    posts = len(simulation.channel.chunks)
    simulation.send(inbound(2, "yes"))
    simulation.agent.fail("start_run")

    def restart_before_the_retry() -> None:
        simulation.agent.restart()

    simulation.clock.after(0.5, restart_before_the_retry)
    simulation.settle()
    assert simulation.channel.chunks[posts:] == ["answer to: yes"]
    assert simulation.agent.runs_of("yes") == 2


def test_a_run_after_a_restart_is_followed_from_its_first_event() -> None:
    """The old cursor would skip the new run's first events, or find them going backwards."""
    simulation = Simulation()
    for number in range(3):
        simulation.send(inbound(number, f"before {number}"))
        simulation.settle()
    restart(simulation)
    sent = len(simulation.channel.chunks)
    for number in range(3, 6):
        simulation.agent.script(Answer(f"first block {number}"), Answer(f"second block {number}"))
        simulation.send(inbound(number, f"after {number}"))
        simulation.settle()
    assert simulation.channel.chunks[sent:] == [
        f"first block {number}\n\nsecond block {number}" for number in range(3, 6)
    ]

"""Native tasks, disturbed at every place: the process dies there, an invocation is left behind
there, somebody cancels there. There is one run, one outcome, and one word to the chat."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest

from parley.core import replies
from parley.core.limits import SECOND
from parley.core.tasks.task import TaskState
from tests.fakes.agent_runs import Answer, Hold
from tests.protocol import checks
from tests.protocol.native_simulation import NativeSimulation
from tests.protocol.simulation import Simulation
from tests.protocol.test_crashes import between_intent_and_count, stop

CANCELLED = f"⚠️ {replies.CANCELLED}"


Rival = Callable[[NativeSimulation], None]

RIVALS: dict[str, Rival] = {
    "beside its retry": NativeSimulation.outlive_task,
    "beside the failure rule's successor": lambda sim: sim.outlive_execution(with_event=True),
    "beside the sweep's successor": lambda sim: sim.outlive_execution(with_event=False),
}


@dataclass(frozen=True)
class Scenario:
    name: str
    play: Callable[[NativeSimulation], None]
    reply: str


def plain(simulation: NativeSimulation) -> None:
    simulation.agent.script(Answer("Done."))
    simulation.ask_for()


def held(simulation: NativeSimulation) -> None:
    """It would go on for ever, if it were not for somebody who ends it after a while."""
    simulation.agent.script(Hold())

    def finish() -> None:
        for name, session in simulation.agent.sessions.items():
            if session.active() is not None:
                simulation.agent.finish(name, Answer("Done."))
        simulation.clock.after(30, finish)

    simulation.clock.after(30, finish)
    simulation.ask_for()


PLAIN, HELD = Scenario("plain", plain, "Done."), Scenario("held", held, "Done.")


def play(
    scenario: Scenario,
    *places: tuple[int, Rival],
    make: type[NativeSimulation] = NativeSimulation,
) -> NativeSimulation:
    simulation = make()
    for index, act in places:
        simulation.points.actions[index] = partial(act, simulation)
    scenario.play(simulation)
    simulation.settle()
    return simulation


def check(simulation: NativeSimulation, reply: str, repeats: int) -> None:
    checks.at_rest(simulation)
    assert len(simulation.agent.runs) == 1
    task = simulation.task()
    assert (task.state, task.summary) == (TaskState.COMPLETED, reply)
    assert len(simulation.turns("task:t1")) == 1
    assert reply in simulation.channel.chunks
    assert len(simulation.channel.chunks) <= 1 + repeats


@pytest.mark.parametrize("scenario", [PLAIN, HELD], ids=lambda scenario: scenario.name)
def test_wherever_the_process_dies_there_is_one_run_and_one_outcome(
    scenario: Scenario, record_count: Callable[[str, int], None]
) -> None:
    places = play(scenario).points.reached
    for index, place in enumerate(places):
        repeats = 1 if between_intent_and_count(places, index) else 0
        try:
            check(play(scenario, (index, lambda _: stop())), scenario.reply, repeats)
        except AssertionError as error:
            raise AssertionError(f"stopped at {index} ({place}): {error}") from error
    record_count(f"crash: native task, {scenario.name}", len(places))


@pytest.mark.parametrize("rival", RIVALS.values(), ids=RIVALS.keys())
def test_an_invocation_that_was_left_behind_changes_nothing(
    rival: Rival, record_count: Callable[[str, int], None]
) -> None:
    places = play(PLAIN).points.reached
    for index, place in enumerate(places):
        repeats = 1 if between_intent_and_count(places, index) else 0
        try:
            check(play(PLAIN, (index, rival)), PLAIN.reply, repeats)
        except AssertionError as error:
            raise AssertionError(f"left at {index} ({place}): {error}") from error
    record_count("zombie: native task", len(places))


class Unswept(NativeSimulation):
    """Nobody repeats a call to the task machine that got lost."""

    def sweep(self) -> None:
        Simulation.sweep(self)


def test_a_machine_that_waits_anew_is_called_with_its_new_token() -> None:
    def wait_anew(simulation: NativeSimulation) -> None:
        if simulation.machine.at_work is None:
            simulation.machine.wait_anew()

    places = play(PLAIN).points.reached
    for index, place in enumerate(places):
        try:
            check(play(PLAIN, (index, wait_anew), make=Unswept), PLAIN.reply, 0)
        except AssertionError as error:
            raise AssertionError(f"waited anew at {index} ({place}): {error}") from error


def test_whenever_it_is_cancelled_it_is_over_within_seconds(
    record_count: Callable[[str, int], None],
) -> None:
    undisturbed = play(HELD)
    places = undisturbed.points.reached
    for index, place in enumerate(places):
        simulation = play(HELD, (index, NativeSimulation.cancel))
        try:
            check_cancelled(simulation)
        except AssertionError as error:
            raise AssertionError(f"cancelled at {index} ({place}): {error}") from error
    record_count("cancelled: native task", len(places))


def check_cancelled(simulation: NativeSimulation) -> None:
    checks.at_rest(simulation)
    task = simulation.task()
    assert len(simulation.agent.runs) <= 1
    assert len(simulation.turns("task:t1")) == 1
    assert len(simulation.channel.chunks) == 1
    assert task.ended_at is not None
    if task.cancel_at is not None:
        assert task.ended_at - task.cancel_at <= 5 * SECOND
    # The answer may have come just before; or it was over by then.
    completed = task.state is TaskState.COMPLETED
    assert completed or task.state is TaskState.CANCELLED
    assert simulation.channel.chunks == ["Done." if completed else CANCELLED]


def test_wherever_the_process_dies_after_a_cancel_it_is_still_cancelled(
    record_count: Callable[[str, int], None],
) -> None:
    """Cancelled while its run holds, and once more by somebody who got no answer."""

    def cancelled(simulation: NativeSimulation) -> None:
        simulation.agent.script(Hold())
        simulation.ask_for()
        simulation.clock.after(12, simulation.cancel)
        simulation.clock.after(20, simulation.cancel)

    scenario = Scenario("cancelled", cancelled, CANCELLED)
    places = play(scenario).points.reached
    for index, place in enumerate(places):
        simulation = play(scenario, (index, lambda _: stop()))
        try:
            checks.at_rest(simulation)
            assert len(simulation.agent.runs) <= 1
            assert simulation.task().state is TaskState.CANCELLED
        except AssertionError as error:
            raise AssertionError(f"stopped at {index} ({place}): {error}") from error
    record_count("crash: native task, cancelled", len(places))

"""The plays of part two, disturbed at every place: a stop, a zombie, a lost execution.

The places are enumerated by an undisturbed play, not sampled.
"""

from collections.abc import Callable
from functools import partial

import pytest

from parley.core.turn import Outcome
from tests.machine.interpreter import ProcessDied
from tests.protocol.asking_plays import PLAYS, AskingPlay
from tests.protocol.simulation import Simulation

Disturbance = Callable[[Simulation], None]


def stop(_simulation: Simulation) -> None:
    raise ProcessDied


DISTURBANCES: dict[str, Disturbance] = {
    "crash": stop,
    "death with its execution": Simulation.die,
    "zombie beside its retry": Simulation.outlive_task,
    "zombie beside the failure rule's successor": lambda sim: sim.outlive_execution(
        with_event=True
    ),
    "zombie beside the sweep's successor": lambda sim: sim.outlive_execution(with_event=False),
}


# Who is asked by an execution that died may be asked in vain, until it is found.
MAY_EXPIRE = (Outcome.EXPIRED,)


def everywhere(play: AskingPlay, disturbance: Disturbance) -> int:
    undisturbed = play.make()
    undisturbed.settle()
    play.check(undisturbed)
    places = tuple(undisturbed.points.reached)
    for index, place in enumerate(places):
        simulation = play.make()
        simulation.points.actions[index] = partial(disturbance, simulation)
        try:
            simulation.settle()
            simulation.clock.advance(2_000)  # whoever waited for a moment that is past speaks now
            simulation.settle()
            play.check(simulation, *MAY_EXPIRE)
        except AssertionError as error:
            raise AssertionError(f"{play.name}, at {index} ({place}): {error}") from error
    return len(places)


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.name)
def test_an_undisturbed_play_is_as_it_should_be(play: AskingPlay) -> None:
    simulation = play.make()
    simulation.settle()
    play.check(simulation)


@pytest.mark.exhaustive
@pytest.mark.parametrize("disturbance", DISTURBANCES)
@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.name)
def test_nothing_is_lost_doubled_or_run_undecided_wherever_it_is_disturbed(
    play: AskingPlay, disturbance: str, record_count: Callable[[str, int], None]
) -> None:
    count = everywhere(play, DISTURBANCES[disturbance])
    record_count(f"{disturbance}: {play.name}", count)

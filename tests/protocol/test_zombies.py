"""An invocation is left behind at every place, and goes on when everything else is at rest.

Step Functions does not end a function whose task timed out, and a function may outlive its whole
execution: its late writes, posts and sends must change nothing.
"""

from collections.abc import Callable

import pytest

from tests.protocol.simulation import Simulation
from tests.protocol.test_crashes import SCENARIOS, Scenario, between_intent_and_count, check

Rival = Callable[[Simulation], None]

RIVALS: dict[str, Rival] = {
    "beside its retry": Simulation.outlive_task,
    "beside the failure rule's successor": lambda sim: sim.outlive_execution(with_event=True),
    "beside the sweep's successor": lambda sim: sim.outlive_execution(with_event=False),
}


def play_beside(scenario: Scenario, index: int, rival: Rival, **options: object) -> Simulation:
    simulation = Simulation(**options)  # type: ignore[arg-type]
    simulation.points.actions[index] = lambda: rival(simulation)
    scenario.play(simulation)
    simulation.settle()
    return simulation


def left_behind_everywhere(scenario: Scenario, rival: Rival) -> int:
    undisturbed = Simulation()
    scenario.play(undisturbed)
    undisturbed.settle()
    places = undisturbed.points.reached
    for index, place in enumerate(places):
        repeats = 1 if between_intent_and_count(places, index) else 0
        try:
            check(play_beside(scenario, index, rival), scenario, repeats)
        except AssertionError as error:
            raise AssertionError(f"{scenario.name}, left at {index} ({place}): {error}") from error
    return len(places)


@pytest.mark.exhaustive
@pytest.mark.parametrize("rival", RIVALS.values(), ids=RIVALS.keys())
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_zombie_changes_nothing_wherever_it_was_left_behind(
    scenario: Scenario, rival: Rival, record_count: Callable[[str, int], None]
) -> None:
    record_count(f"zombie: {scenario.name}", left_behind_everywhere(scenario, rival))

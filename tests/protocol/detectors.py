"""The checks that a wrong variant of the protocol must not get past."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import tests.store
from parley.adapters.dynamodb.conditions import Conditions
from tests.fakes.dynamodb import InMemoryDynamoDB
from tests.protocol import checks, test_races
from tests.protocol.interleaving import Actor, all_interleavings
from tests.protocol.points import Action
from tests.protocol.simulation import Simulation
from tests.protocol.test_crashes import SCENARIOS, Scenario, between_intent_and_count, check, stop
from tests.protocol.test_failures import lose_answer
from tests.protocol.test_races import Make
from tests.protocol.test_zombies import RIVALS
from tests.store.bench import Bench

LOST = "answer lost"

Event = Callable[[Simulation], Action]


@dataclass(frozen=True)
class Detector:
    """`run` raises AssertionError when it notices that something is wrong."""

    name: str
    run: Callable[[Make], None]


def everywhere(scenario: Scenario, event: Event, at: str, make: Make) -> None:
    """The event at each place of the scenario whose name has `at`, one place at a time."""
    undisturbed = make()
    scenario.play(undisturbed)
    undisturbed.settle()
    check(undisturbed, scenario, repeats=0)
    places = undisturbed.points.reached
    for index, place in enumerate(places):
        if at not in place:
            continue
        simulation = make()
        simulation.points.actions[index] = event(simulation)
        scenario.play(simulation)
        simulation.settle()
        check(simulation, scenario, 1 if between_intent_and_count(places, index) else 0)


def race(name: str, make: Make) -> None:
    stage, check_race, switches = test_races.RACES[name]

    def staged() -> tuple[Simulation, Sequence[Actor]]:
        return stage(make)

    all_interleavings(staged, check_race, switches)


def detectors() -> list[Detector]:
    events: dict[str, Event] = {
        "stopped": lambda _simulation: stop,
        LOST: lambda _simulation: lose_answer,
        **{
            f"zombie {name}": lambda simulation, rival=rival: partial(rival, simulation)  # type: ignore[misc]
            for name, rival in RIVALS.items()
        },
    }
    found = [
        Detector(
            f"{scenario.name}, {name}",
            partial(everywhere, scenario, event, "_item" if name == LOST else ""),
        )
        for scenario in SCENARIOS
        for name, event in events.items()
    ]
    found += [Detector(f"race: {name}", partial(race, name)) for name in test_races.RACES]
    return found


def contract_tests() -> dict[str, Callable[..., None]]:
    """The store's contract, as far as its tests need no more than a store on a fresh table."""
    found: dict[str, Callable[..., None]] = {}
    for info in pkgutil.iter_modules(tests.store.__path__):
        if info.name.startswith("test_"):
            module = importlib.import_module(f"tests.store.{info.name}")
            for name, test in vars(module).items():
                if name.startswith("test_") and needs(test) <= {"bench", "store"}:
                    found[f"{info.name}: {name}"] = test
    return found


def keeps_contract(name: str, conditions: Conditions) -> None:
    """Run one of the contract's tests, with each of its parameters."""
    test = contract_tests()[name]
    for values in parameters(test):
        bench = Bench.on(InMemoryDynamoDB(), "conversations", conditions)
        given = {"bench": bench, "store": bench.store, **values}
        test(**{name: given[name] for name in inspect.signature(test).parameters})


def needs(test: Callable[..., None]) -> set[str]:
    """The fixtures of a test."""
    return set(inspect.signature(test).parameters) - set(parameters(test)[0])


def parameters(test: Callable[..., None]) -> list[dict[str, object]]:
    """The values of a parametrized test; one empty set for any other."""
    for mark in getattr(test, "pytestmark", []):
        if mark.name == "parametrize":
            names = [name.strip() for name in str_names(mark.args[0])]
            rows = [getattr(row, "values", row) for row in mark.args[1]]
            return [
                dict(zip(names, row if len(names) > 1 else one(row), strict=True)) for row in rows
            ]
    return [{}]


def str_names(names: str | Sequence[str]) -> Sequence[str]:
    return names.split(",") if isinstance(names, str) else names


def one(row: object) -> tuple[object, ...]:
    return row if isinstance(row, tuple) else (row,)


def maker(conditions: Conditions) -> Make:
    return partial(Simulation, conditions=conditions)


__all__ = ["Detector", "checks", "detectors", "maker"]

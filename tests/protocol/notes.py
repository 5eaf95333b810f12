"""The order in which a few writes succeeded, for checks that ask what came first."""

from dataclasses import dataclass, field
from typing import Any

from tests.protocol.simulation import Simulation


@dataclass
class Noting:
    """Stands before a part of the store: `notes` gets the name of each of `calls` that was not
    refused."""

    inner: Any
    calls: tuple[str, ...]
    notes: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inner, name)
        if name not in self.calls:
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            answer = found(*args, **kwargs)
            if answer:
                self.notes.append(name)
            return answer

        return call


def noting(simulation: Simulation) -> Simulation:
    """Stops that were asked for, and slots that were taken to post decisions."""
    notes: list[str] = []
    store = simulation.store
    simulation.with_store(
        controls=Noting(store.controls, ("stop",), notes),
        batches=Noting(store.batches, ("intend",), notes),
    )
    return simulation


def noted(simulation: Simulation) -> list[str]:
    found = simulation.store.controls
    return found.notes if isinstance(found, Noting) else []

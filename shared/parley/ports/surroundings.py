"""What Parley needs of what runs it: executions, secrets, time, ids, a log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from parley.core.executions import Started as Started

if TYPE_CHECKING:
    from parley.core.directive import Directive


class Executions(Protocol):
    """The conversation machine's executions."""

    def start(self, conversation: str, generation: int) -> Started:
        """Idempotent while the execution runs. Raises ExecutionsUnavailable."""
        ...

    def call_back(self, token: str, directive: Directive) -> bool:
        """(26) Wake the execution that parked with this token; the directive is what it does next.
        False where nobody waits with it any more: answered before, timed out, or dead. Raises
        ExecutionsUnavailable."""
        ...


class Secrets(Protocol):
    def get(self, name: str, *, fresh: bool = False) -> str:
        """The secret's value, cached for minutes unless `fresh`; what was cached also stands in
        while its store has a fault. Raises SecretMissing and SecretUnavailable."""
        ...


class Clock(Protocol):
    def now(self) -> int:
        """Milliseconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Seconds, for measuring spans within one invocation."""
        ...

    def sleep(self, seconds: float) -> None: ...


class Ids(Protocol):
    def new(self) -> str:
        """A short id that no other call gives: [a-z0-9], sortable by time is not promised."""
        ...

    def code(self) -> str:
        """A pairing code (core/pairing.py), which nobody can guess."""
        ...


class Telemetry(Protocol):
    """One line per transition, and the metrics that the alarms watch. Never bodies or secrets."""

    def event(self, name: str, **keys: str | int | float | None) -> None: ...

    def failure(
        self, name: str, error: BaseException, **keys: str | int | float | None
    ) -> None: ...

    def count(self, metric: str, value: float = 1, unit: str = "Count") -> None: ...

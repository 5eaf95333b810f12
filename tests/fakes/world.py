"""Clock, ids, telemetry and texts in memory."""

import heapq
import itertools
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from parley.errors import StoreUnavailable

Keys = Mapping[str, str | int | float | None]
Hook = Callable[[str], None]

START = 1_800_000_000_000  # milliseconds; any day will do


@dataclass(slots=True)
class FakeClock:
    """Moves only when told, or slept on. What is planned happens while it moves."""

    now_ms: int = START
    _planned: list[tuple[int, int, Callable[[], object]]] = field(default_factory=list)
    _order: "itertools.count[int]" = field(default_factory=itertools.count)

    def now(self) -> int:
        return self.now_ms

    def monotonic(self) -> float:
        return self.now_ms / 1000

    def sleep(self, seconds: float) -> None:
        self.advance(round(seconds * 1000))

    def advance(self, milliseconds: int) -> None:
        end = self.now_ms + max(0, milliseconds)
        while self.step(end):
            pass

    def step(self, end: int) -> bool:
        """Move to the next planned action before `end` and run it; False when `end` is reached."""
        if self._planned and self._planned[0][0] <= end:
            at, _, action = heapq.heappop(self._planned)
            self.now_ms = max(self.now_ms, at)
            action()
            return True
        self.now_ms = max(self.now_ms, end)
        return False

    def at(self, when: int, action: Callable[[], object]) -> None:
        """Plan an action for a moment, in milliseconds."""
        heapq.heappush(self._planned, (when, next(self._order), action))

    def after(self, seconds: float, action: Callable[[], object]) -> None:
        self.at(self.now_ms + round(seconds * 1000), action)


class CountingIds:
    def __init__(self, prefix: str = "id") -> None:
        self._ids = (f"{prefix}{number}" for number in itertools.count(1))
        self._codes = (f"CODE{number:04}" for number in itertools.count(1))

    def new(self) -> str:
        return next(self._ids)

    def code(self) -> str:
        return next(self._codes)


@dataclass(slots=True)
class RecordingTelemetry:
    events: list[tuple[str, Keys]] = field(default_factory=list)
    failures: list[tuple[str, BaseException, Keys]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def event(self, name: str, **keys: str | int | float | None) -> None:
        self.events.append((name, keys))

    def failure(self, name: str, error: BaseException, **keys: str | int | float | None) -> None:
        self.failures.append((name, error, keys))

    def count(self, metric: str, value: float = 1, unit: str = "Count") -> None:
        self.counts[metric] += int(value)

    def told(self, name: str) -> list[Keys]:
        """The keys of every event or failure of this name."""
        events = [keys for told, keys in self.events if told == name]
        return events + [keys for told, _, keys in self.failures if told == name]


class InMemoryTexts:
    """`before` and `after` see each call's name; what they raise stops it there."""

    def __init__(self, before: Hook | None = None, after: Hook | None = None) -> None:
        self.before = before
        self.after = after
        self.texts: dict[str, str] = {}

    def put(self, key: str, text: str) -> None:
        _notify(self.before, "put")
        if self.texts.setdefault(key, text) != text:
            raise AssertionError(f"{key} names two texts")
        _notify(self.after, "put")

    def get(self, key: str) -> str:
        _notify(self.before, "get")
        if key not in self.texts:
            raise StoreUnavailable(f"no text {key}")
        _notify(self.after, "get")
        return self.texts[key]


def _notify(hook: Hook | None, call: str) -> None:
    if hook:
        hook(call)

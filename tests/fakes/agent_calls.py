"""How calls reach the agent in memory: hooks, planned failures, remembered keys."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from parley.errors import AgentError, AgentUnreachable, KeyReused
from tests.fakes.world import FakeClock

Hook = Callable[[str], None]
Answered = TypeVar("Answered")

KEYS_KEPT = 24 * 3600 * 1000  # milliseconds


@dataclass(frozen=True, slots=True)
class Record:
    """A successful answer, as the server remembers it under its key."""

    body: object
    answer: str
    until: int


@dataclass(frozen=True, slots=True)
class Planned:
    call: str
    error: AgentError
    after: bool


class Calls:
    """`before` and `after` see each call's name, outside the lock. What `before` raises stops the
    call before its effect, what `after` raises hides its answer."""

    def __init__(self, clock: FakeClock, before: Hook | None, after: Hook | None) -> None:
        self.clock = clock
        self.before = before
        self.after = after
        self.down = False  # no call gets through
        self.lock = threading.RLock()
        self._planned: list[Planned] = []
        self._keys: dict[tuple[str, str], Record] = {}

    def fail(self, call: str, error: AgentError | None = None, *, after: bool = False) -> None:
        """Let the next call of this name fail, before its effect or after it. `events` opens a
        stream, `next` is a read from one."""
        self._planned.append(Planned(call, error or AgentUnreachable("no connection"), after))

    def forget_keys(self) -> None:
        self._keys.clear()

    def call(self, name: str, work: Callable[[], Answered]) -> Answered:
        if self.before:
            self.before(name)
        try:
            planned = self._next_planned(name)
            if planned and not planned.after:
                raise planned.error
            answer = work()
            if planned:
                raise planned.error
            return answer
        finally:
            if self.after:
                self.after(name)

    def locked(self, name: str, work: Callable[[], Answered]) -> Answered:
        def alone() -> Answered:
            with self.lock:
                return work()

        return self.call(name, alone)

    def once(self, path: str, key: str, body: object, work: Callable[[], str]) -> str:
        """Answer a known key as before; remember the answer, if it is a success."""
        record = self._keys.get((path, key))
        if record is not None and record.until > self.clock.now():
            if record.body != body:
                raise KeyReused(f"{path}: {key}")
            return record.answer
        answer = work()
        self._keys[path, key] = Record(body, answer, self.clock.now() + KEYS_KEPT)
        return answer

    def _next_planned(self, name: str) -> Planned | None:
        if self.down:
            raise AgentUnreachable("the server is down")
        with self.lock:
            planned = next((each for each in self._planned if each.call == name), None)
            if planned:
                self._planned.remove(planned)
            return planned

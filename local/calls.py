"""The record of what was called on a stand-in: the demo and the tests judge by it."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it arrived, and what it was answered."""

    method: str
    arguments: Mapping[str, Any]
    at_ns: int
    status: int
    answer: Any
    room: str | None = None

    @property
    def error(self) -> str | None:
        """What the platform said against it."""
        answer = self.answer if isinstance(self.answer, Mapping) else {}
        if 200 <= self.status < 300 and answer.get("ok", True):
            return None
        said = answer.get("error") or answer.get("description") or answer.get("message")
        return str(said or self.status)

    @property
    def ok(self) -> bool:
        return self.error is None


class Calls:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[Call] = []

    def add(self, call: Call) -> None:
        with self._lock:
            self._calls.append(call)

    def of(self, method: str | None = None) -> list[Call]:
        with self._lock:
            return [each for each in self._calls if method in (None, each.method)]

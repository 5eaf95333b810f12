"""Failures on demand: what a stand-in answers instead of doing what it is asked."""

import threading
from dataclasses import dataclass


@dataclass(slots=True)
class Fault:
    """One kind of failure for calls of one method, in one room or in all, so many times.

    `error` is what the platform says: Slack's code (`ratelimited` goes out as 429), Telegram's or
    Discord's sentence, which need a `status` of their own.
    """

    method: str
    error: str | None = None
    status: int = 200
    retry_after: float = 1
    delay: float = 0.0  # seconds before the call is looked at
    after: bool = False  # do the call, then fail: the caller cannot know that it was done
    room: str | None = None
    times: int = 1

    @property
    def fails(self) -> bool:
        return self.error is not None or self.status != 200


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def take(self, method: str, room: str | None) -> Fault | None:
        """The oldest fault that fits this call; used up once it happened as often as it was to."""
        with self._lock:
            for fault in self._waiting:
                if fault.method == method and fault.room in (None, room):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._waiting.remove(fault)
                    return fault
        return None

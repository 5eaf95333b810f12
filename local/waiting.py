"""Waiting for a condition, never for a while."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


class NeverHappened(RuntimeError):
    """What was waited for did not come in time. The message says what it was."""


def await_condition(
    look: Callable[[], Found | None], what: str, *, seconds: float, every: float = 0.02
) -> Found:
    """The first truthy answer of `look`. An exception from it ends the wait."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise NeverHappened(f"{what}: not within {seconds:g} s")
        time.sleep(every)

"""Ending a program that may have something to put in order first."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress

from parley.core.tasks.heard import Stop

# Seconds after it was asked to end, and what it and those beside it get then.
WARNINGS = ((0.0, signal.SIGINT), (0.6, signal.SIGTERM))
PATIENCE = 2.0  # seconds until it is killed: a cancelled task ends within five, files and all


class AskedToEnd:
    """Whether a program was asked to end, why, and what it got since. `pid` leads its group."""

    def __init__(self, pid: int, monotonic: Callable[[], float]) -> None:
        self._pid = pid
        self._monotonic = monotonic
        self._since = 0.0
        self._given = 0
        self.stop: Stop | None = None
        self.reason = ""

    def ask(self, stop: Stop, reason: str = "") -> None:
        """The first reason stands."""
        if self.stop is None:
            self.stop, self.reason, self._since = stop, reason, self._monotonic()

    def warn(self) -> None:
        """What is due by now. Called again and again."""
        while self.stop is not None and self._given < len(WARNINGS):
            after, number = WARNINGS[self._given]
            if self._monotonic() - self._since < after:
                return
            self._given += 1
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._pid, number)

    @property
    def overdue(self) -> bool:
        return self.stop is not None and self._monotonic() - self._since > PATIENCE

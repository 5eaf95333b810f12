"""What a runner does all the while, whatever else it is busy with: renew its lease, and learn
whether its task was cancelled. In a thread, since git and uploads do not ask anybody."""

import threading
from typing import Self

from parley.core.limits import SECOND
from parley.core.tasks.task import Task
from parley.errors import Fenced
from parley.ports import Clock, Tasks, Telemetry

PERIOD = 1.0  # seconds: a cancel has five in all, and an agent two of them to end
LEASE = 45 * SECOND


class LeaseHeart:
    """A port's Heart, which beats every `period` seconds."""

    def __init__(
        self,
        tasks: Tasks,
        task: Task,
        clock: Clock,
        telemetry: Telemetry,
        period: float = PERIOD,
    ) -> None:
        self._tasks = tasks
        self._task = task
        self._clock = clock
        self._telemetry = telemetry
        self._period = period
        self._ended = threading.Event()
        self._cancelled = task.cancel_at is not None
        self._lost = False
        self._thread = threading.Thread(target=self._go_on, name="heart", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join()

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    @property
    def lost(self) -> bool:
        return self._lost

    def _go_on(self) -> None:
        while not self._ended.wait(self._period):
            try:
                self._beat()
            except Fenced:
                self._lost = True
                return
            except Exception as error:
                # The lease bridges this; if it lasts, another runner's claim is the answer.
                # Whatever it was: a heart that stands still would no longer hear of a cancel.
                self._telemetry.failure("beat_missed", error, task=self._task.id)

    def _beat(self) -> None:
        now = self._clock.now()
        self._cancelled = self._tasks.renew(self._task, now, now + LEASE).cancel_at is not None

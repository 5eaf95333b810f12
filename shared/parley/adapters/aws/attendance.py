"""Tells a machine that waits for a token that its work goes on, and when it is done."""

import json
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

EVERY = 60.0  # seconds; the machine misses a runner after five minutes


class Attendance:
    """Heartbeats while the context lasts. A machine that waits no longer, or does not hear us, is
    told to `failed` and to nobody else: the work's outcome is in the table, and counts there."""

    def __init__(
        self,
        client: Any,
        token: str,
        failed: Callable[[str, BaseException], None],
        every: float = EVERY,
    ) -> None:
        self._client = client
        self._token = token
        self._failed = failed
        self._every = every
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True, name="heartbeat")

    def __enter__(self) -> "Attendance":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def done(self, output: object) -> None:
        """The machine goes on. On repeat: nobody waits any more."""
        self._stop()
        self._call(self._client.send_task_success, output=json.dumps(output))

    def _stop(self) -> None:
        self._over.set()
        self._thread.join(timeout=self._every)

    def _beat(self) -> None:
        while not self._over.is_set():
            self._call(self._client.send_task_heartbeat)
            self._over.wait(self._every)

    def _call(self, method: Callable[..., Any], **more: str) -> None:
        try:
            method(taskToken=self._token, **more)
        except (ClientError, BotoCoreError) as error:
            self._failed("machine_not_told", error)

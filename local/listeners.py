"""Who wants to hear of changes."""

import itertools
import threading
from collections.abc import Callable


class Listeners:
    """Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[int, Callable[[], None]] = {}
        self._ids = itertools.count()

    def add(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after each change, from the changing thread; the answer ends that."""
        with self._lock:
            number = next(self._ids)
            self._listeners[number] = listener
        return lambda: self._forget(number)

    def tell(self) -> None:
        with self._lock:
            listeners = list(self._listeners.values())
        for listener in listeners:
            listener()

    def _forget(self, number: int) -> None:
        with self._lock:
            self._listeners.pop(number, None)

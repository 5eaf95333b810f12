"""How fast a platform lets a bot act: so many at once, and so many again in the seconds after."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Hashable


class Pace:
    """At most `count` in any `seconds`, for each key of its own."""

    def __init__(self, count: int, seconds: float, now: Callable[[], float]) -> None:
        self.count = count
        self.seconds = seconds
        self._now = now
        self._lock = threading.Lock()
        self._taken: defaultdict[Hashable, deque[float]] = defaultdict(deque)

    def take(self, key: Hashable) -> float:
        """0 when it may be done now; else the seconds until it may, and nothing is counted."""
        with self._lock:
            now, taken = self._now(), self._taken[key]
            while taken and taken[0] <= now - self.seconds:
                taken.popleft()
            if len(taken) >= self.count:
                return taken[0] + self.seconds - now
            taken.append(now)
            return 0.0

"""Every place where a process can stop: before and after each write and each outside call."""

from collections.abc import Callable
from typing import Any

Action = Callable[[], None]


class Points:
    """Numbers the places in the order in which a run of the simulation reaches them.

    `actions` happen at the place of that number: a stop, a rival's move, a lost answer.
    """

    def __init__(self, actions: dict[int, Action] | None = None) -> None:
        self.reached: list[str] = []
        self.actions = dict(actions or {})

    def reach(self, name: str) -> None:
        index = len(self.reached)
        self.reached.append(name)
        action = self.actions.pop(index, None)
        if action is not None:
            action()


class Watched:
    """Stands before a port: each call of a public method is two places to stop."""

    def __init__(self, name: str, inner: Any, points: Points) -> None:
        self._name, self._inner, self._points = name, inner, points

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._inner, method)
        if method.startswith("_") or not callable(found):
            return found
        place = f"{self._name}.{method}"

        def call(*args: Any, **kwargs: Any) -> Any:
            self._points.reach(f"before {place}")
            try:
                answer = found(*args, **kwargs)
            finally:
                self._points.reach(f"after {place}")
            return answer

        return call

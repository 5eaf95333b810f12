"""Parts that are made when they are first used, so that a cold start does not pay for them."""

from collections.abc import Callable
from typing import Any


def later(make: Callable[[], Any]) -> Any:
    """Stands for the part that `make` makes, once, when something of it is asked for."""
    return _Later(make)


class _Later:
    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._made: Any = None

    def __getattr__(self, name: str) -> Any:
        if self._made is None:
            self._made = self._make()
        return getattr(self._made, name)

"""Many threads at once against one store, as the races have them."""

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from parley.core.fence import Fence, Holder
from parley.core.limits import SECOND
from parley.errors import HolderRefused, StoreUnavailable
from tests.store.builders import NOW

THREADS = 200
BORN = NOW // SECOND
TRIES = 20
Report = Callable[[str], None]
Answer = TypeVar("Answer")


def together(calls: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """All at once, each in its own thread, in an order that is chosen anew each time."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Answer]) -> Answer:
        start.wait()
        return insisting(call)

    order = random.sample(range(len(calls)), len(calls))
    with ThreadPoolExecutor(len(calls)) as pool:
        futures = {place: pool.submit(run, calls[place]) for place in order}
        return [futures[place].result() for place in range(len(calls))]


def insisting(call: Callable[[], Answer]) -> Answer:
    """As a platform and the machine do: again, when the store had no time."""
    for _ in range(TRIES):
        try:
            return call()
        except StoreUnavailable:
            continue
    return call()


def outcome_of(call: Callable[[], object]) -> str:
    """What a holder's call came to, in a word."""
    try:
        return str(call())
    except HolderRefused as refused:
        return type(refused).__name__


def names(count: int) -> list[str]:
    return [f"slack:thread:C7:{number}" for number in range(count)]


def holder(conversation: str, step: int = 0, retry: int = 0) -> Holder:
    return Holder(conversation, Fence(BORN, step, retry))

"""All interleavings of a few actors at their store calls, one after the other."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.protocol.simulation import Simulation

Actor = Callable[[], None]


@dataclass
class _Thread:
    """An actor in a thread of its own that runs only when it is its turn."""

    actor: Actor
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    stopped: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    finished: bool = False
    error: BaseException | None = None

    def start(self) -> threading.Thread:
        thread = threading.Thread(target=self._run)
        thread.start()
        return thread

    def _run(self) -> None:
        self.turn.acquire()
        try:
            self.actor()
        except BaseException as error:
            self.error = error
        self.finished = True
        self.stopped.release()

    def go_on(self) -> None:
        """To the actor's next store call, or its end."""
        self.turn.release()
        self.stopped.acquire()

    def give_way(self) -> None:
        self.stopped.release()
        self.turn.acquire()


class _Schedule:
    """One order of turns: a prefix that is given, then always the first who can go on.

    With `switches`, an actor is left for another at most so often before its end.
    """

    def __init__(self, prefix: Sequence[int], switches: int | None) -> None:
        self.prefix = prefix
        self.taken: list[int] = []
        self.open: list[int] = []  # how many could have gone on at each turn
        self._left = switches
        self._present: int | None = None

    def choose(self, able: Sequence[int]) -> int:
        present = self._present
        if present is not None and present in able:
            # Whoever is at work comes first, so that the plainest order does too.
            able = [present, *(actor for actor in able if actor != present)]
            if self._left == 0:
                able = able[:1]
        at = len(self.taken)
        choice = self.prefix[at] if at < len(self.prefix) else 0
        self.taken.append(choice)
        self.open.append(len(able))
        if self._left and present in able and choice > 0:
            self._left -= 1
        self._present = able[choice]
        return able[choice]

    def next_prefix(self) -> list[int] | None:
        """The prefix of the next schedule in the order of a depth-first search."""
        for at in reversed(range(len(self.taken))):
            if self.taken[at] + 1 < self.open[at]:
                return [*self.taken[:at], self.taken[at] + 1]
        return None


def all_interleavings(
    stage: Callable[[], tuple[Simulation, Sequence[Actor]]],
    check: Callable[[Simulation], None],
    switches: int | None = None,
) -> int:
    """Play every order of the actors' store calls, let all come to rest, check; how many there
    were. `stage` sets everything up anew for each order. With `switches`, only the orders in which
    actors that could go on are left for another at most so often."""
    prefix: list[int] | None = []
    count = 0
    while prefix is not None:
        schedule = _Schedule(prefix, switches)
        simulation, actors = stage()
        _play(simulation, actors, schedule)
        try:
            simulation.settle()
            check(simulation)
        except AssertionError as error:
            raise AssertionError(f"in the order {schedule.taken}: {error}") from error
        count += 1
        prefix = schedule.next_prefix()
    return count


def _play(simulation: Simulation, actors: Sequence[Actor], schedule: _Schedule) -> None:
    threads = [_Thread(actor) for actor in actors]
    running = [thread.start() for thread in threads]
    by_ident = {thread.ident: one for thread, one in zip(running, threads, strict=True)}

    def give_way(_operation: str) -> None:
        me = by_ident.get(threading.get_ident())
        if me is not None:
            me.give_way()

    simulation.on_data_call = give_way
    while able := [index for index, one in enumerate(threads) if not one.finished]:
        threads[schedule.choose(able)].go_on()
    simulation.on_data_call = None
    for thread in running:
        thread.join()
    for one in threads:
        if one.error is not None:
            raise one.error

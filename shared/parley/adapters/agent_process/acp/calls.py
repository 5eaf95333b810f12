"""Requests to an agent, awaited while it is heard, answered and watched."""

from collections.abc import Callable, Mapping

from parley.adapters.agent_process.acp.answering import Answering
from parley.adapters.agent_process.acp.connection import (
    Connection,
    Message,
    Notification,
    Reply,
    Request,
)
from parley.adapters.agent_process.acp.hearing import Hearing
from parley.adapters.agent_process.pipes import TICK
from parley.core.tasks.heard import Stop
from parley.ports.work import Watch, Wish

# Seconds that a cancelled agent gets for its last words. Somebody waits for a task that he stopped.
GRACE = {Stop.CANCELLED: 2.0, Stop.TIME_UP: 10.0, Stop.STALLED: 10.0}
HASTY = 0.5  # seconds for it to write its session down then


class Interrupted(Exception):
    """The agent is to end, though it did not."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(stop)
        self.stop = stop

    @property
    def stalled(self) -> bool:
        return self.stop is Stop.STALLED


class Gone(Exception):
    """The agent ended before it answered, or hears nothing any more."""


class Calls:
    def __init__(
        self,
        connection: Connection,
        hearing: Hearing,
        answering: Answering,
        watch: Watch,
        monotonic: Callable[[], float],
        stall_seconds: float,
    ) -> None:
        self._connection = connection
        self._hearing = hearing
        self._answering = answering
        self._watch = watch
        self._monotonic = monotonic
        self._stall_seconds = stall_seconds

    def call(self, method: str, params: Mapping[str, object], patience: float = 0.0) -> Reply:
        """`patience` is how many seconds of silence it gets, a turn's where that is 0. Raises
        Interrupted, Gone, and Broken."""
        id = self._connection.request(method, params)
        heard_at = self._monotonic()
        while True:
            reply, anything = self._receive(id)
            if reply is not None:
                return reply
            if self._connection.silent or self._connection.deaf:
                raise Gone
            heard_at = self._monotonic() if anything else heard_at
            if self._monotonic() - heard_at > (patience or self._stall_seconds):
                self._connection.notify("$/cancel_request", {"requestId": id})
                raise Interrupted(Stop.STALLED)
            self._look()

    def prompt(self, params: Mapping[str, object]) -> Reply:
        """The same for a turn: an agent that is to end is asked to, and heard to its last word."""
        self._hearing.live = True
        try:
            return self.call("session/prompt", params)
        except Interrupted as interrupted:
            self._answering.cancelling = True
            self._connection.notify("session/cancel", {"sessionId": params["sessionId"]})
            if self._last_words(GRACE[interrupted.stop]):
                self.farewell(HASTY)
            raise

    def _last_words(self, seconds: float) -> bool:
        """Until the turn's reply, the only one that is awaited, or until they are over."""
        ends = self._monotonic() + seconds
        while self._monotonic() < ends and not self._connection.silent:
            for message in self._connection.receive(TICK):
                if isinstance(message, Reply):
                    return True
                self._handle(message)
            self._watch.wish()
        return False

    def farewell(self, seconds: float) -> None:
        """Hear what comes after the last reply, while the agent ends because nobody writes to it
        any more."""
        self._connection.hang_up()
        ends = self._monotonic() + seconds
        while not self._connection.over and self._monotonic() < ends:
            for message in self._connection.receive(TICK):
                self._handle(message)
            self._watch.wish()
        for message in self._connection.receive(0):
            self._handle(message)

    def _receive(self, id: int) -> tuple[Reply | None, bool]:
        """The reply that is awaited, and whether anything came at all. Others are of no use: they
        answer nothing, or answer twice."""
        found, anything = None, False
        for message in self._connection.receive(TICK):
            anything = True
            if not isinstance(message, Reply):
                self._handle(message)
            elif message.id == id and found is None:
                found = message
        return found, anything

    def _handle(self, message: Message) -> None:
        match message:
            case Notification():
                self._hearing.notified(message)
            case Request():
                self._answering.asked(message)

    def _look(self) -> None:
        wish = self._watch.wish()
        if wish is not Wish.GO_ON:
            raise Interrupted(Stop.CANCELLED if wish is Wish.CANCEL else Stop.TIME_UP)

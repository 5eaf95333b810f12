"""A session's events: numbered from 1, the newest few thousand kept in a ring, streamed as
server-sent events.
"""

import asyncio
import json
import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass

from local.agent.clock import timestamp

KEEPALIVE = b": keepalive\n\n"
TERMINAL = frozenset({"run_completed", "run_error"})


class StreamCut(ConnectionResetError):
    """The server went away in the middle of a stream: the connection breaks, it does not end."""


@dataclass(frozen=True, slots=True)
class Event:
    id: int
    name: str
    run_id: str
    frame: bytes


OnWritten = Callable[[Event], None]


class Subscription:
    """What one stream has still to write. One that lags behind too far skips events and is not
    told.
    """

    def __init__(self, first: Iterable[bytes | Event], limit: int) -> None:
        self._first = list(first)
        self._live: deque[Event] = deque(maxlen=limit)
        self._wake = asyncio.Event()
        self._cut = False

    def push(self, event: Event) -> None:
        self._live.append(event)
        self._wake.set()

    def cut(self) -> None:
        self._cut = True
        self._wake.set()

    async def chunks(self, keepalive: float, on_written: OnWritten) -> AsyncIterator[bytes]:
        while True:
            ready = [*self._first, *self._live]
            self._first.clear()
            self._live.clear()
            self._wake.clear()
            if ready:
                yield _joined(ready, on_written)
            elif self._cut:
                raise StreamCut
            elif not await self._woken(keepalive):
                yield KEEPALIVE

    async def _woken(self, seconds: float) -> bool:
        if self._live or self._cut:
            return True
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return False
        return True


class EventLog:
    """One session's ring and its listeners."""

    def __init__(self, session_id: str, *, ring: int, buffer: int) -> None:
        self._session_id = session_id
        self._ring: deque[Event] = deque(maxlen=ring)
        self._buffer = buffer
        self._newest = 0
        self._listeners: set[Subscription] = set()

    @property
    def newest(self) -> int:
        return self._newest

    def publish(self, run_id: str, variant: str, fields: dict[str, object]) -> Event:
        self._newest += 1
        payload = {
            "id": self._newest,
            "session_id": self._session_id,
            "run_id": run_id,
            "timestamp": timestamp(),
            "event": {variant: {"run_id": run_id, **fields}},
        }
        name = snake_case(variant)
        frame = f"id: {self._newest}\nevent: {name}\ndata: {_compact(payload)}\n\n"
        event = Event(self._newest, name, run_id, frame.encode())
        self._ring.append(event)
        for listener in self._listeners:
            listener.push(event)
        return event

    def subscribe(self, after: int | None) -> Subscription:
        """`after` is the Last-Event-ID. Without it, or with one never given out, only what comes
        next.
        """
        subscription = Subscription(self._replay(after), self._buffer)
        self._listeners.add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        self._listeners.discard(subscription)

    def cut(self) -> None:
        for listener in self._listeners:
            listener.cut()
        self._listeners.clear()

    def _replay(self, after: int | None) -> list[bytes | Event]:
        if after is None or not self._ring:
            return []
        oldest = self._ring[0].id
        if after + 1 < oldest:
            return [_gap(after, oldest, self._newest)]
        return [event for event in self._ring if event.id > after]


def snake_case(variant: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", variant).lower()


def _gap(after: int, oldest: int, newest: int) -> bytes:
    data = {
        "requested_after_id": after,
        "oldest_available_id": oldest,
        "newest_available_id": newest,
        "resume_hint": "refresh_snapshot_then_resume",
    }
    return f"event: gap_detected\ndata: {_compact(data)}\n\n".encode()


def _joined(ready: Iterable[bytes | Event], on_written: OnWritten) -> bytes:
    frames = []
    for each in ready:
        if isinstance(each, Event):
            on_written(each)
            frames.append(each.frame)
        else:
            frames.append(each)
    return b"".join(frames)


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

"""A session's event stream, read by a thread so that its reader may look up while nothing comes."""

import socket
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from types import TracebackType
from typing import Self

import httpx
from httpx_sse import EventSource, SSEError

from parley.adapters.agent_server import wire
from parley.adapters.agent_server.calls import Calls
from parley.adapters.agent_server.errors import broken, malformed
from parley.core.events import AgentEvent
from parley.errors import AgentUnreachable

AHEAD = 128  # events that the thread reads ahead of its reader; then the server has to wait
HEAD = 4_096  # characters kept of data that only has to have passed: its run is named before that
_FIELD = 64  # characters that tell what a line is


class SessionStream:
    """parley.ports.EventStream over one HTTP response. Opened by entering its context."""

    def __init__(self, calls: Calls, path: str, cursor: int, timeout: httpx.Timeout) -> None:
        self._calls = calls
        self._path = path
        self._cursor = cursor
        self._timeout = timeout
        self._events = _Handover(AHEAD)
        self._response: httpx.Response | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        response = self._calls.stream(self._path, self._cursor, self._timeout)
        thread = threading.Thread(
            target=self._read, args=(response,), name="agent-events", daemon=True
        )
        thread.start()
        self._response, self._thread = response, thread
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        self.close()

    def next(self, timeout: float) -> AgentEvent | None:
        """What came before the stream broke is still handed out first."""
        return self._events.take(timeout)

    def close(self) -> None:
        """End the thread and the connection. A blocked read returns at once, because its socket is
        shut down under it; the thread then closes what it opened."""
        if self._response is None or self._thread is None:
            return
        self._events.abandon()
        _shut_down(self._response)
        self._thread.join()
        self._response = self._thread = None

    def _read(self, response: httpx.Response) -> None:
        end = AgentUnreachable(f"GET {self._path}: the stream ended")
        try:
            for event in _events(response):
                if not self._events.put(event):
                    return
        except SSEError:
            end = malformed(f"GET {self._path} is not an event stream")
        except httpx.RequestError as error:
            end = broken(f"GET {self._path}", error)
        except AgentUnreachable as error:
            end = error
        finally:
            response.close()
            self._events.finish(end)


class _Handover:
    """Events on their way from the thread to the reader: bounded, and closable from both ends."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._events: deque[AgentEvent] = deque()
        self._end: AgentUnreachable | None = None
        self._abandoned = False
        self._changed = threading.Condition()

    def put(self, event: AgentEvent) -> bool:
        """Wait for room. False when nobody will read it."""
        with self._changed:
            self._changed.wait_for(lambda: self._abandoned or len(self._events) < self._capacity)
            self._events.append(event)
            self._changed.notify_all()
            return not self._abandoned

    def take(self, timeout: float) -> AgentEvent | None:
        with self._changed:
            self._changed.wait_for(lambda: self._events or self._end, timeout)
            if self._events:
                event = self._events.popleft()
                self._changed.notify_all()
                return event
            if self._end is not None:
                raise AgentUnreachable(str(self._end)) from self._end
            return None

    def finish(self, end: AgentUnreachable) -> None:
        with self._changed:
            self._end = end
            self._changed.notify_all()

    def abandon(self) -> None:
        with self._changed:
            self._abandoned = True
            self._events.clear()
            self._changed.notify_all()


def _events(response: httpx.Response) -> Iterator[AgentEvent]:
    kind = response.headers.get("Content-Type", "").partition(";")[0]  # these are always UTF-8
    shortened = httpx.Response(
        200, headers={"Content-Type": kind}, content=shorten(response.iter_bytes())
    )
    for sse in EventSource(shortened).iter_sse():
        if sse.data:  # the blank line after a comment makes an event without data
            yield wire.event(sse.event, sse.id, sse.data)


def shorten(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The stream without most of the data that only has to have passed: a tool's output has no
    bound, and nobody here reads it. Any other line stays whole, however long."""
    line, length, passing = b"", 0, False  # the line's first bytes, its length, whose line it is
    for chunk in chunks:
        kept = []
        for number, part in enumerate(chunk.split(b"\n")):
            if number:
                passing = _passing(line, passing)
                line, length = b"", 0
                kept.append(b"\n")
            line = (line + part[:HEAD])[:_FIELD]
            cut = passing and line.startswith(b"data:")
            kept.append(part[: max(0, HEAD - length)] if cut else part)
            length += len(part)
        yield b"".join(kept)


def _passing(line: bytes, passing: bool) -> bool:
    """Whether the event under way only has to have passed, after one more line of it."""
    if line.startswith(b"event:"):
        return wire.passing(line[len(b"event:") :].strip().decode(errors="replace"))
    return passing and bool(line.strip())


def _shut_down(response: httpx.Response) -> None:
    """Wake whoever reads from the response. Below TLS, whose own state belongs to the thread."""
    network = response.extensions.get("network_stream")
    connection = network.get_extra_info("socket") if network is not None else None
    if isinstance(connection, socket.socket):
        with suppress(OSError):  # it is closed already
            socket.socket.shutdown(connection, socket.SHUT_RDWR)

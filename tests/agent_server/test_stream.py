"""The event stream as bytes on a real socket: resumed, cut, silent, slow, huge, and left."""

import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from parley.adapters.agent_server.client import AgentServer
from parley.adapters.agent_server.stream import AHEAD
from parley.core.events import AgentEvent, ToolFinished
from parley.errors import AccessRefused, AgentUnreachable
from tests.agent_server.conftest import TLS, Connect, Frozen, Rotating
from tests.agent_server.frames import SOON, all_of, ran, said, text
from tests.agent_server.wire_server import Answer, Drop, Reply, Request, Stream, WireServer, answer


@contextmanager
def measured() -> Iterator[Callable[[], int]]:
    """The most bytes that were in use at once, by the server's thread too."""
    peaks: list[int] = []
    tracemalloc.start()
    try:
        yield lambda: peaks[0]
        peaks.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()


class Flood:
    """More text than the network's own buffers hold, and how much of it was taken."""

    TEXT = "x" * 10_000

    def __init__(self, count: int) -> None:
        self.count = count
        self.sent = 0
        self._all_sent = threading.Event()

    def chunks(self) -> Iterator[bytes]:
        for number in range(1, self.count + 1):
            yield text(number, self.TEXT)
            self.sent = number
        self._all_sent.set()

    def await_standstill(self) -> None:
        before = -1
        while before != self.sent:
            before = self.sent
            self._all_sent.wait(0.2)


def test_the_cursor_is_always_sent(agent: AgentServer, wire: WireServer) -> None:
    wire.replies(Stream([], then="end"))

    for cursor in (0, 41):
        all_of(agent.events("s-1", cursor))
    assert [request.headers["last-event-id"] for request in wire.requests] == ["0", "41"]
    assert {request.path for request in wire.requests} == {"/v1/sessions/s-1/events"}
    assert "idempotency-key" not in wire.requests[0].headers


def test_events_come_as_they_are_even_with_ids_that_go_backwards(
    agent: AgentServer, wire: WireServer
) -> None:
    wire.replies(Stream([text(8, "a"), text(9, "b"), text(1, "c"), text(7, "d")], then="cut"))

    assert all_of(agent.events("s-1", 7)) == [
        said(8, "a"),
        said(9, "b"),
        said(1, "c"),
        said(7, "d"),
    ]


def test_a_broken_stream_is_resumed_from_the_last_event(
    agent: AgentServer, wire: WireServer
) -> None:
    ring = [text(number, f"block {number}") for number in range(1, 8)]
    cut_at = iter((3, 5, 7))

    def replayed(request: Request) -> Reply:
        after = int(request.headers["last-event-id"])
        return Stream([*ring[after : next(cut_at)], ring[-1][:40]], then="cut")

    wire.script = replayed

    events: list[AgentEvent] = []
    while len(events) < 7:
        events += all_of(agent.events("s-1", (events[-1].id or 0) if events else 0))
    assert events == [said(number, f"block {number}") for number in range(1, 8)]


def test_an_event_cut_off_in_the_middle_does_not_count(
    agent: AgentServer, wire: WireServer
) -> None:
    half = text(2, "second")
    for then in ("cut", "end"):
        wire.replies(Stream([text(1, "first"), half[:-1]], then=then))
        assert all_of(agent.events("s-1", 0)) == [said(1, "first")]


def test_silence_is_none_and_the_stream_goes_on(agent: AgentServer, wire: WireServer) -> None:
    go_on = threading.Event()

    def chunks() -> Iterator[bytes]:
        yield text(1, "before")
        go_on.wait()
        yield text(2, "after")

    wire.replies(Stream(chunks()))

    with agent.events("s-1", 0) as stream:
        assert stream.next(SOON) == said(1, "before")
        assert stream.next(0) is None
        assert stream.next(0.01) is None
        go_on.set()
        assert stream.next(SOON) == said(2, "after")
    assert len(wire.requests) == 1


def test_keepalives_hold_a_stream_open_without_events(connect: Connect, wire: WireServer) -> None:
    """Each one comes well within the patience, all together take far longer than it."""
    paused = threading.Event()

    def chunks() -> Iterator[bytes]:
        for _ in range(30):
            yield b": keepalive\n\n"
            paused.wait(0.02)
        yield text(1, "at last")

    wire.replies(Stream(chunks()))

    with connect(silence=0.3).events("s-1", 0) as stream:
        assert stream.next(0.05) is None
        assert stream.next(SOON) == said(1, "at last")


def test_a_server_that_sends_nothing_at_all_is_unreachable(
    connect: Connect, wire: WireServer
) -> None:
    wire.replies(Stream([text(1, "last words")]))

    with connect(silence=0.1).events("s-1", 0) as stream:
        assert stream.next(SOON) == said(1, "last words")
        with pytest.raises(AgentUnreachable, match="ReadTimeout"):
            stream.next(SOON)
    assert wire.left.wait(SOON)


def test_huge_tool_results_are_dropped_and_huge_texts_are_not(
    agent: AgentServer, wire: WireServer
) -> None:
    result, words = '\\"{}[]\n' * 1_000_000, "word " * 500_000
    wire.replies(Stream([ran(1, result), text(2, words), ran(3, "small")], then="cut"))

    assert all_of(agent.events("s-1", 0)) == [
        AgentEvent(1, "r-1", ToolFinished("c")),
        said(2, words),
        AgentEvent(3, "r-1", ToolFinished("c")),
    ]


def test_a_huge_tool_result_never_is_in_memory_as_a_whole(
    agent: AgentServer, wire: WireServer
) -> None:
    whole = ran(1, "x" * 20_000_000)
    wire.replies(Stream([whole[at : at + 65_536] for at in range(0, len(whole), 65_536)]))

    with measured() as peak, agent.events("s-1", 0) as stream:
        assert stream.next(SOON) == AgentEvent(1, "r-1", ToolFinished("c"))
    assert peak() < 2_000_000


def test_ten_thousand_events_do_not_pile_up(agent: AgentServer, wire: WireServer) -> None:
    result = "x" * 10_000
    wire.replies(Stream((ran(number, result) for number in range(1, 10_001)), then="cut"))

    with measured() as peak, agent.events("s-1", 0) as stream:
        newest = 0
        while newest < 10_000:
            event = stream.next(SOON)
            assert event is not None
            assert event.id == newest + 1
            newest = event.id
    assert peak() < 3_000_000


def test_a_reader_that_lags_holds_the_server_up(agent: AgentServer, wire: WireServer) -> None:
    """Instead of filling the memory: most of 40 MB waits at the server's end."""
    flood = Flood(4_000)
    wire.replies(Stream(flood.chunks(), then="cut"))

    with agent.events("s-1", 0) as stream:
        flood.await_standstill()
        assert flood.sent < flood.count
        for number in range(1, flood.count + 1):
            assert stream.next(SOON) == said(number, Flood.TEXT)


def test_a_reader_that_lags_may_leave(wire: WireServer, secrets: Rotating) -> None:
    """The one connection that this client may have is free again."""
    flood = Flood(4_000)
    status = {"session": {"run_status": {"state": "idle"}}}
    wire.replies(Stream(flood.chunks()), answer(status))

    limits = httpx.Limits(max_connections=1)
    with httpx.Client(trust_env=False, verify=TLS, limits=limits, timeout=SOON) as client:
        agent = AgentServer(wire.url, "token", secrets, Frozen(), lambda: client)
        with agent.events("s-1", 0):
            flood.await_standstill()
            leaving = time.monotonic()
        assert time.monotonic() - leaving < 2.0
        assert wire.left.wait(SOON)
        assert agent.session("s-1").run is None


@pytest.mark.parametrize("events", [0, 1, 20 * AHEAD], ids=["silent", "one", "flooded"])
def test_leaving_ends_thread_and_connection_at_once(
    agent: AgentServer, wire: WireServer, events: int
) -> None:
    wire.replies(Stream(text(number, "x" * 1_000) for number in range(1, events + 1)))

    with agent.events("s-1", 0) as stream:
        if events:
            assert stream.next(SOON) is not None
        assert any(thread.name == "agent-events" for thread in threading.enumerate())
        leaving = time.monotonic()
    assert time.monotonic() - leaving < 2.0
    assert not any(thread.name == "agent-events" for thread in threading.enumerate())
    assert wire.left.wait(SOON)
    stream.close()


def test_leaving_by_an_error_closes_too(agent: AgentServer, wire: WireServer) -> None:
    wire.replies(Stream([]))

    with pytest.raises(ZeroDivisionError), agent.events("s-1", 0):
        raise ZeroDivisionError
    assert wire.left.wait(SOON)


def test_a_stream_with_a_rotated_token_opens(
    agent: AgentServer, wire: WireServer, secrets: Rotating
) -> None:
    secrets.fresh = "next"
    refused = Answer(401, body=b'{"error":"Unauthorized","code":"unauthorized"}')
    wire.replies(refused, Stream([text(1, "hello")], then="cut"))

    assert all_of(agent.events("s-1", 0)) == [said(1, "hello")]
    assert wire.requests[1].headers["authorization"] == "Bearer next"


def test_a_stream_refused_raises_on_entering(agent: AgentServer, wire: WireServer) -> None:
    wire.replies(Answer(401))
    with pytest.raises(AccessRefused), agent.events("s-1", 0):
        pass
    wire.replies(Answer(503, "text/plain", b"starting"))
    with pytest.raises(AgentUnreachable), agent.events("s-1", 0):
        pass


def test_a_connection_that_breaks_on_opening_is_tried_once_more(
    agent: AgentServer, wire: WireServer
) -> None:
    wire.replies(Drop(), Stream([text(1, "hello")], then="cut"))

    assert all_of(agent.events("s-1", 0)) == [said(1, "hello")]


def test_a_page_instead_of_a_stream_is_malformed(agent: AgentServer, wire: WireServer) -> None:
    wire.replies(Stream([b"<html>"], content_type="text/html", then="end"))

    with agent.events("s-1", 0) as stream, pytest.raises(AgentUnreachable, match="event stream"):
        stream.next(SOON)

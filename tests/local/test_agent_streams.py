"""Event streams of the scripted agent: cursors, gaps, silence, and streams that lag or break."""

import asyncio
import json
import time

import httpx
import pytest

from local.agent.clock import timestamp
from local.agent.events import EventLog, Subscription
from tests.local.agent_caller import calling, collect, names


def log_with(count: int, *, ring: int = 100, buffer: int = 100) -> EventLog:
    log = EventLog("s1", ring=ring, buffer=buffer)
    for turn in range(count):
        log.publish("r1", "TurnStarted", {"turn": turn})
    return log


def first_chunk(subscription: Subscription, keepalive: float = 0.001) -> str:
    async def read() -> bytes:
        return await anext(subscription.chunks(keepalive, lambda event: None))

    return asyncio.run(read()).decode()


def ids(chunk: str) -> list[int]:
    return [int(line[4:]) for line in chunk.splitlines() if line.startswith("id: ")]


def test_an_event_is_one_frame_with_an_envelope() -> None:
    lines = first_chunk(log_with(1).subscribe(0)).split("\n")
    assert lines[:2] == ["id: 1", "event: turn_started"]
    assert lines[3:] == ["", ""]
    envelope = json.loads(lines[2].removeprefix("data: "))
    assert list(envelope) == ["id", "session_id", "run_id", "timestamp", "event"]
    assert envelope["event"] == {"TurnStarted": {"run_id": "r1", "turn": 0}}


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(None, [], id="no cursor: live only"),
        pytest.param(0, [1, 2, 3], id="from the start"),
        pytest.param(2, [3], id="the rest"),
        pytest.param(3, [], id="all seen"),
        pytest.param(99, [], id="ahead of the newest: live only"),
    ],
)
def test_a_cursor_replays_what_is_newer(after: int | None, expected: list[int]) -> None:
    assert ids(first_chunk(log_with(3).subscribe(after))) == expected


def test_silence_is_a_comment() -> None:
    assert first_chunk(log_with(0).subscribe(None)) == ": keepalive\n\n"


@pytest.mark.parametrize("after", [0, 5])
def test_a_cursor_before_the_ring_gets_a_gap_and_nothing_of_the_past(after: int) -> None:
    chunk = first_chunk(log_with(10, ring=4).subscribe(after))
    assert chunk.startswith("event: gap_detected\ndata: ")
    gap = json.loads(chunk.splitlines()[1].removeprefix("data: "))
    assert gap == {
        "requested_after_id": after,
        "oldest_available_id": 7,
        "newest_available_id": 10,
        "resume_hint": "refresh_snapshot_then_resume",
    }


def test_the_id_before_the_oldest_is_no_gap() -> None:
    assert ids(first_chunk(log_with(10, ring=4).subscribe(6))) == [7, 8, 9, 10]


def test_a_subscriber_that_lags_skips_events_and_is_not_told() -> None:
    log = EventLog("s1", ring=100, buffer=3)
    subscription = log.subscribe(None)
    for turn in range(5):
        log.publish("r1", "TurnStarted", {"turn": turn})
    assert ids(first_chunk(subscription)) == [3, 4, 5]


def test_replay_and_live_meet_without_a_seam() -> None:
    log = log_with(2)
    subscription = log.subscribe(1)
    log.publish("r1", "RunCompleted", {})
    assert ids(first_chunk(subscription)) == [2, 3]


@pytest.mark.parametrize(
    ("at_ns", "expected"),
    [
        (1_700_000_000_123_456_789, "2023-11-14T22:13:20.123456789Z"),
        (1_700_000_000_123_456_000, "2023-11-14T22:13:20.123456Z"),
        (1_700_000_000_120_000_000, "2023-11-14T22:13:20.120Z"),
        (1_700_000_000_000_000_000, "2023-11-14T22:13:20Z"),
    ],
)
def test_times_have_no_three_zeros_at_their_end(at_ns: int, expected: str) -> None:
    assert timestamp(at_ns) == expected


def test_ids_go_on_over_the_runs_of_a_session() -> None:
    with calling() as caller:
        chat = caller.new_session()
        chat.until_over(chat.say("hello"))
        chat.until_over(chat.say("hello"), after=7)
        assert chat.newest_event == 14


def test_a_stopping_server_breaks_the_stream_off() -> None:
    with calling() as caller:
        chat = caller.new_session()
        chat.say("hello")
        with chat.stream() as lines:
            collect(lines, lambda events: "run_completed" in names(events))
            caller.server.stop()
            with pytest.raises(httpx.TransportError):
                list(lines)


def test_the_log_tells_when_the_end_of_a_run_was_written() -> None:
    with calling() as caller:
        chat = caller.new_session()
        before = time.time_ns()
        run_id = chat.say("hello")
        chat.until_over(run_id)
        run = caller.get("/_control/log")["runs"][run_id]
    (written,) = run["written_ns"]
    assert before < run["started_ns"] < run["published_ns"] <= written < time.time_ns()
    assert (run["session_id"], run["text"], run["end"]) == (chat.id, "hello", "run_completed")


def test_ten_thousand_events_with_large_output_arrive_whole() -> None:
    with calling() as caller:
        chat = caller.new_session()
        with chat.stream(None) as lines:
            run_id = chat.say("flood")
            events = collect(lines, lambda events: events[-1][0] == "run_completed")
        assert events[-1][1]["run_id"] == run_id
        assert len(events) == chat.newest_event > 10_000
        assert max(len(data.get("result", "")) for _, data in events) > 200_000

"""The small fakes: clock, ids, telemetry, texts, channel."""

import pytest

from parley import ports
from parley.core.delivery import Chat, Delivery
from parley.core.reply import Part
from parley.errors import RateLimited, SendUncertain, StoreUnavailable
from tests.fakes.channel import ScriptedChannel
from tests.fakes.world import (
    START,
    CountingIds,
    FakeClock,
    InMemoryTexts,
    RecordingTelemetry,
)

PLACE = Delivery("slack", "U1", Chat.direct(), "slack:U1")


def test_the_clock_moves_when_slept_on_and_runs_what_is_planned() -> None:
    clock = FakeClock()
    seen: list[tuple[str, int]] = []
    clock.after(2, lambda: seen.append(("second", clock.now())))
    clock.at(START + 1000, lambda: seen.append(("first", clock.now())))
    before = clock.monotonic()
    clock.sleep(1.5)
    assert clock.monotonic() - before == 1.5
    clock.sleep(10)
    assert seen == [("first", START + 1000), ("second", START + 2000)]
    assert clock.now() == START + 11_500
    clock.now_ms = START
    assert clock.now() == START


def test_ids_differ() -> None:
    ids: ports.Ids = CountingIds("turn")
    assert [ids.new(), ids.new()] == ["turn1", "turn2"]


def test_telemetry_is_kept() -> None:
    telemetry = RecordingTelemetry()
    port: ports.Telemetry = telemetry
    port.event("claimed", turn="t1")
    port.failure("broken", ValueError("x"), turn="t2")
    port.count("Turns")
    port.count("Turns", 2)
    assert telemetry.told("claimed") == [{"turn": "t1"}]
    assert telemetry.told("broken") == [{"turn": "t2"}]
    assert telemetry.counts["Turns"] == 3


def test_texts_are_named_by_their_content() -> None:
    texts: ports.Texts = InMemoryTexts()
    texts.put("k", "text")
    texts.put("k", "text")
    assert texts.get("k") == "text"
    with pytest.raises(AssertionError):
        texts.put("k", "other")
    with pytest.raises(StoreUnavailable):
        texts.get("none")


def test_a_channel_fails_as_planned_with_or_without_a_post() -> None:
    channel = ScriptedChannel(FakeClock(), limit=3)
    port: ports.Channel = channel
    channel.fail(1, RateLimited(3))
    channel.post_unheard(2)
    with pytest.raises(RateLimited):
        port.send(PLACE, Part("a"), "n1", 5)
    assert channel.chunks == []
    with pytest.raises(SendUncertain):
        port.send(PLACE, Part("a"), "n1", 5)
    port.send(PLACE, Part("a"), "n1", 5)
    assert channel.chunks == ["a", "a"]
    assert port.split("abcdefg") == (Part("abc"), Part("def"), Part("g"))
    assert port.split("") == (Part(""),)


def test_a_channel_that_dedupes_posts_a_nonce_once() -> None:
    channel = ScriptedChannel(FakeClock(), dedupes=True)
    for nonce in ("n1", "n1", "n2"):
        channel.send(PLACE, Part(nonce), nonce, 5)
    assert channel.chunks == ["n1", "n2"]


def test_a_slow_channel_times_out_unheard() -> None:
    clock = FakeClock()
    channel = ScriptedChannel(clock)
    channel.duration = 9
    with pytest.raises(SendUncertain):
        channel.send(PLACE, Part("a"), "n1", 5)
    assert clock.now() == START + 5000
    assert channel.chunks == ["a"]

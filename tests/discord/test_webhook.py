"""Requests as they come, and what Discord gets as the answer."""

import json
from typing import Any

import pytest

from parley.adapters.discord.webhook import DiscordEvents, DiscordInteractions
from parley.core.limits import SECOND
from parley.core.reading import (
    JSON,
    Answer,
    Clicked,
    Forged,
    Ignored,
    Immediate,
    Received,
    Told,
    Verdict,
)
from parley.errors import SettingsError
from parley.ports import WebhookReader
from tests.discord.bodies import read
from tests.discord.signing import NOW, PUBLIC_KEY, sample, signed
from tests.fakes.world import FakeClock

CLOCK = FakeClock(NOW * SECOND)
INTERACTIONS: WebhookReader = DiscordInteractions(PUBLIC_KEY, CLOCK)
EVENTS: WebhookReader = DiscordEvents(PUBLIC_KEY, CLOCK)


def answered(name: str, told: Told) -> dict[str, Any]:
    reading = read(sample(name))
    assert isinstance(reading, Received | Clicked)
    answer, notice = INTERACTIONS.answer(reading, told)
    assert notice is None
    assert (answer.verdict, answer.media_type) == (Verdict.DONE, JSON)
    body: dict[str, Any] = json.loads(answer.body)
    return body


def said(content: str, flags: int) -> dict[str, Any]:
    data = {"content": content, "flags": flags, "allowed_mentions": {"parse": []}}
    return {"type": 4, "data": data}


@pytest.mark.parametrize("reader", [INTERACTIONS, EVENTS])
def test_what_is_not_signed_is_forged(reader: WebhookReader) -> None:
    body = json.dumps(sample("ping")).encode()
    assert reader.read(signed(body), body + b" ") == Forged()
    assert reader.read({}, body) == Forged()
    assert reader.read(signed(body, at=NOW - 301), body) == Forged()


def test_the_two_addresses_know_their_own_pings() -> None:
    for reader, name in ((INTERACTIONS, "ping"), (EVENTS, "event-ping")):
        body = json.dumps(sample(name)).encode()
        assert isinstance(reader.read(signed(body), body), Immediate)


def test_an_event_is_taken() -> None:
    body = json.dumps(sample("event-authorized")).encode()
    reading = EVENTS.read(signed(body), body)
    assert isinstance(reading, Ignored)
    assert reading.answer == Answer(Verdict.NOTHING)


@pytest.mark.parametrize("reader", [DiscordInteractions, DiscordEvents])
@pytest.mark.parametrize("key", ["", "abc", "zz" * 32])
def test_without_a_key_it_refuses_to_serve(
    reader: type[DiscordInteractions | DiscordEvents], key: str
) -> None:
    with pytest.raises(SettingsError, match="64 hexadecimal digits"):
        reader(key, CLOCK)


@pytest.mark.parametrize("name", ["ask", "ask-dm", "ask-about-message", "modal-submit"])
def test_where_only_the_reply_follows_the_bot_is_thinking(name: str) -> None:
    assert answered(name, Told(reply_follows=True)) == {"type": 5}


def test_a_word_before_the_reply_is_for_all() -> None:
    """The reply takes its place, and cannot be more public than it."""
    assert answered("ask", Told("Queued.", reply_follows=True)) == said("Queued.", 4)


def test_a_last_word_is_for_the_person_alone() -> None:
    assert answered("stop", Told("🛑 Stopping.")) == said("🛑 Stopping.", 4 | 64)


def test_where_there_is_nothing_to_say_discord_gets_an_answer_all_the_same() -> None:
    assert answered("ask", Told()) == said("I have nothing to add to this.", 4 | 64)


def test_a_click_is_answered_to_the_person_alone() -> None:
    assert answered("button", Told("Recorded.")) == said("Recorded.", 4 | 64)


def test_a_click_without_a_word_leaves_the_message_as_it_is() -> None:
    assert answered("button", Told()) == {"type": 6}


def test_what_only_interactions_are_is_answered_without_a_body_by_the_other_address() -> None:
    reading = read(sample("ask"))
    assert isinstance(reading, Received)
    assert EVENTS.answer(reading, Told("x")) == (Answer(Verdict.NOTHING), None)

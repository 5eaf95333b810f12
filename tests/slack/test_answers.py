"""What a request is answered, and what is said through the API besides."""

import json

import pytest

from parley.adapters.slack.webhook import SlackWebhook
from parley.core.limits import SECOND
from parley.core.reading import (
    JSON,
    Answer,
    Clicked,
    Forged,
    Notice,
    Received,
    Told,
    Verdict,
)
from tests.fakes.world import FakeClock
from tests.slack.doubles import NamedValues
from tests.slack.signing import NOW, SECRET, body_of, sample, signed

NAME = "ssm:/parley/signing-secret"
DONE = Answer(Verdict.DONE)
ALL_KINDS = ["dm", "block-actions", "message-action", "slash-command", "agent-session-stopped"]


@pytest.fixture(name="webhook")
def new_webhook() -> SlackWebhook:
    return SlackWebhook(NamedValues({NAME: [SECRET]}), NAME, FakeClock(NOW * SECOND))


def read(webhook: SlackWebhook, name: str) -> Received | Clicked:
    body = body_of(name)
    reading = webhook.read(signed(body), body)
    assert isinstance(reading, Received | Clicked), reading
    return reading


def test_a_command_is_answered_in_the_response(webhook: SlackWebhook) -> None:
    reading = read(webhook, "slash-command")
    answer, notice = webhook.answer(reading, Told("1 < 2 & <!here>"))
    assert notice is None
    assert (answer.verdict, answer.media_type) == (Verdict.DONE, JSON)
    assert json.loads(answer.body) == {
        "response_type": "ephemeral",
        "text": "1 &lt; 2 &amp; &lt;!here&gt;",
    }


@pytest.mark.parametrize("name", ["block-actions", "message-action"])
def test_clicks_and_shortcuts_are_answered_by_their_response_url(
    webhook: SlackWebhook, name: str
) -> None:
    answer, notice = webhook.answer(read(webhook, name), Told("Recorded."))
    place = {"response_url": sample(name)["response_url"]}
    assert (answer, notice) == (DONE, Notice("slack", place, "Recorded."))


@pytest.mark.parametrize("name", ["dm", "channel-mention", "agent-session-stopped"])
def test_messages_are_answered_where_they_were_written(webhook: SlackWebhook, name: str) -> None:
    reading = read(webhook, name)
    answer, notice = webhook.answer(reading, Told("Queued."))
    assert (answer, notice) == (DONE, Notice("slack", reading.place, "Queued."))


@pytest.mark.parametrize("name", ALL_KINDS)
def test_where_there_is_nothing_to_say_the_response_is_empty(
    webhook: SlackWebhook, name: str
) -> None:
    assert webhook.answer(read(webhook, name), Told(reply_follows=True)) == (DONE, None)


def test_without_a_place_nothing_can_be_said(webhook: SlackWebhook) -> None:
    reading = read(webhook, "block-actions")
    assert isinstance(reading, Clicked)
    assert webhook.answer(Clicked(reading.click), Told("Recorded.")) == (DONE, None)


@pytest.mark.parametrize("name", ALL_KINDS)
def test_every_kind_needs_its_signature(webhook: SlackWebhook, name: str) -> None:
    body = body_of(name)
    assert webhook.read({}, body) == Forged()
    assert webhook.read(signed(body, secret="wrong"), body) == Forged()
    assert webhook.read(signed(body, at=NOW - 301), body) == Forged()
    assert webhook.read(signed(body), body + b"&") == Forged()

"""A request from its headers to its answer."""

from dataclasses import dataclass, field

import pytest

from parley.adapters.telegram.webhook import TelegramWebhook
from parley.core.reading import (
    Answer,
    Clicked,
    Forged,
    Ignored,
    Moved,
    Notice,
    Received,
    Told,
    Verdict,
)
from parley.errors import SecretMissing
from tests.telegram.bodies import ADA, EVENTS, OPTIONS
from tests.telegram.doubles import NamedValues
from tests.telegram.test_verify import NAME, SECRET

SECRET_NAME = "/parley/telegram-secret"
KNOWN = {NAME: SECRET}


@dataclass
class Reader:
    secrets: NamedValues = field(default_factory=lambda: NamedValues({SECRET_NAME: [SECRET]}))

    @property
    def webhook(self) -> TelegramWebhook:
        return TelegramWebhook(self.secrets, SECRET_NAME, OPTIONS)

    def received(self, name: str) -> Received | Clicked:
        reading = self.webhook.read(KNOWN, (EVENTS / f"{name}.json").read_bytes())
        assert isinstance(reading, Received | Clicked), reading
        return reading


@pytest.fixture(name="reader")
def new_reader() -> Reader:
    return Reader()


@pytest.mark.parametrize("headers", [{}, {NAME: "wrong"}, {NAME: "é"}])
def test_without_the_secret_nothing_is_read(reader: Reader, headers: dict[str, str]) -> None:
    assert reader.webhook.read(headers, b"{") == Forged()


def test_a_missing_secret_refuses_to_serve(reader: Reader) -> None:
    reader.secrets.values.clear()
    with pytest.raises(SecretMissing):
        reader.webhook.read({NAME: ""}, b"{}")


@pytest.mark.parametrize("told", [Told(), Told(reply_follows=True), Told("Queued.", True)])
def test_the_answer_is_always_empty(reader: Reader, told: Told) -> None:
    for name in ("private", "command", "callback-query"):
        answer, _ = reader.webhook.answer(reader.received(name), told)
        assert answer == Answer(Verdict.DONE)


def test_a_word_about_a_message_goes_to_its_chat(reader: Reader) -> None:
    _, notice = reader.webhook.answer(reader.received("private"), Told("Not yet."))
    assert notice == Notice("telegram", {"chat_id": ADA, "reply_to": "17"}, "Not yet.")


def test_without_a_word_a_message_is_left_alone(reader: Reader) -> None:
    assert reader.webhook.answer(reader.received("private"), Told(reply_follows=True))[1] is None


@pytest.mark.parametrize("text", ["", "Allowed."])
def test_a_click_is_always_answered(reader: Reader, text: str) -> None:
    _, notice = reader.webhook.answer(reader.received("callback-query"), Told(text))
    assert notice == Notice("telegram", {"callback_query_id": "4380001"}, text)


@pytest.mark.parametrize("name", [path.stem for path in sorted(EVENTS.glob("*.json"))])
def test_every_sample_is_read(reader: Reader, name: str) -> None:
    reading = reader.webhook.read(KNOWN, (EVENTS / f"{name}.json").read_bytes())
    assert isinstance(reading, Received | Clicked | Ignored | Moved)

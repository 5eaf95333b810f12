"""Slack's requests, verified and read, and what each of them is answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parley.adapters.slack.mrkdwn import escaped
from parley.adapters.slack.parse import parse
from parley.adapters.slack.verify import verify
from parley.adapters.slack.whereabouts import CHANNEL
from parley.core.limits import SECOND
from parley.core.reading import (
    JSON,
    Answer,
    Clicked,
    Forged,
    Notice,
    Reading,
    Received,
    Told,
    Verdict,
)

if TYPE_CHECKING:
    from parley.ports import Clock, Secrets


DONE = Answer(Verdict.DONE)


@dataclass(frozen=True, slots=True)
class SlackWebhook:
    """`secret_name` names the app's signing secret. Without `require_mention`, what is said in a
    channel where the bot is needs no mention to be for it."""

    secrets: Secrets
    secret_name: str
    clock: Clock
    require_mention: bool = True

    def read(self, headers: Mapping[str, str], body: bytes) -> Reading:
        secret = self.secrets.get(self.secret_name)
        now = self.clock.now()
        if not verify(secret, headers, body, now // SECOND):
            return Forged()
        return parse(body, now, self.require_mention)

    def answer(self, reading: Received | Clicked, told: Told) -> tuple[Answer, Notice | None]:
        """A command is answered in the response, where only its sender reads it. Elsewhere Slack
        shows nothing of a response, so that a word goes through its API."""
        if not (told.text and reading.place):
            return DONE, None
        if "command" in reading.place:
            return _whispered(told.text), None
        return DONE, Notice(CHANNEL, reading.place, told.text)


def _whispered(text: str) -> Answer:
    body = json.dumps({"response_type": "ephemeral", "text": escaped(text)}, ensure_ascii=False)
    return Answer(Verdict.DONE, body, JSON)

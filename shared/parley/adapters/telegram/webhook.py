"""Telegram's requests, read and answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parley.adapters.telegram.addressing import CHANNEL
from parley.adapters.telegram.parse import TelegramOptions, parse
from parley.adapters.telegram.verify import verify
from parley.core.reading import (
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
    from parley.ports import Secrets


@dataclass(frozen=True, slots=True)
class TelegramWebhook:
    """`secret_name` names the secret that the webhook was registered with."""

    secrets: Secrets
    secret_name: str
    options: TelegramOptions

    def read(self, headers: Mapping[str, str], body: bytes) -> Reading:
        if not verify(self.secrets.get(self.secret_name), headers):
            return Forged()
        return parse(body, self.options)

    def answer(self, reading: Received | Clicked, told: Told) -> tuple[Answer, Notice | None]:
        """Always empty: Telegram would take a body for a call of its API. A click is answered even
        where there is nothing to say, as its button spins until then."""
        needed = bool(told.text) or isinstance(reading, Clicked)
        notice = Notice(CHANNEL, reading.place, told.text) if needed else None
        return Answer(Verdict.DONE), notice

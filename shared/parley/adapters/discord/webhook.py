"""Discord's requests, read and answered. Everything is said in the HTTP answer: the webhook needs
no bot token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parley.adapters.discord import responses
from parley.adapters.discord.parse import parse_event, parse_interaction
from parley.adapters.discord.verify import is_public_key, verify
from parley.core.limits import SECOND
from parley.core.reading import Answer, Clicked, Forged, Notice, Reading, Received, Told
from parley.errors import SettingsError

if TYPE_CHECKING:
    from parley.ports import Clock


NOTHING_TO_ADD = "I have nothing to add to this."


@dataclass(frozen=True, slots=True)
class Signed:
    """What both routes have in common. A key that is none refuses to serve."""

    public_key: str
    clock: Clock

    def __post_init__(self) -> None:
        if not is_public_key(self.public_key):
            raise SettingsError("Discord's public key must be 64 hexadecimal digits")

    def signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        return verify(self.public_key, headers, body, self.clock.now() // SECOND)


@dataclass(frozen=True, slots=True)
class DiscordInteractions(Signed):
    """Commands, buttons and forms."""

    def read(self, headers: Mapping[str, str], body: bytes) -> Reading:
        return parse_interaction(body) if self.signed(headers, body) else Forged()

    def answer(self, reading: Received | Clicked, told: Told) -> tuple[Answer, Notice | None]:
        if isinstance(reading, Clicked):
            return (responses.private(told.text) if told.text else responses.UNCHANGED), None
        if told.reply_follows:
            return (responses.public(told.text) if told.text else responses.DEFERRED), None
        # Without an answer the person reads that the application did not respond.
        return responses.private(told.text or NOTHING_TO_ADD), None


@dataclass(frozen=True, slots=True)
class DiscordEvents(Signed):
    """The second address, for what happens to the application itself."""

    def read(self, headers: Mapping[str, str], body: bytes) -> Reading:
        return parse_event(body) if self.signed(headers, body) else Forged()

    def answer(self, reading: Received | Clicked, told: Told) -> tuple[Answer, Notice | None]:
        return responses.NOTHING, None

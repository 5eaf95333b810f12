"""What a webhook's request turned out to be, and how it is answered, whatever the platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parley.core.approval import Click
    from parley.core.delivery import Delivery
    from parley.core.message import Inbound
    from parley.core.tasks.change import ChangeClick

    Press = Click | ChangeClick


class Verdict(StrEnum):
    DONE = "done"  # accepted, known already, or nothing for us: the platform need not come again
    NOTHING = "nothing"  # the same, where the platform wants an answer without a body
    ABSENT = "absent"  # the channel is not served
    FORGED = "forged"
    MALFORMED = "malformed"
    UNAVAILABLE = "unavailable"  # the platform must come again


TEXT = "text/plain"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform gets back."""

    verdict: Verdict
    body: str = ""
    media_type: str = TEXT


Place = Mapping[str, str]

UNKNOWN_BUTTON = "I don't know this button."


@dataclass(frozen=True, slots=True)
class Forged:
    """Not signed by the platform, or too long ago."""


@dataclass(frozen=True, slots=True)
class Malformed:
    reason: str


@dataclass(frozen=True, slots=True)
class Immediate:
    """The channel answers by itself, and nobody else has to know: the platform checks that the
    address is ours, or wants a form to show."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Ignored:
    """Well-formed, and nothing for us. The reason is for the log, one of a few; the answer what the
    platform has to get all the same. With a place, it also has to be answered there, by
    `word`, which may be empty."""

    reason: str
    answer: Answer = Answer(Verdict.DONE)
    place: Place = field(default_factory=dict)
    word: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """A message or a command. `place` is where a short word to its sender goes, in the words of the
    channel."""

    inbound: Inbound
    place: Place = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clicked:
    click: Press
    place: Place = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moved:
    """The platform says that a chat goes on under another id, with the same people in it."""

    old: Delivery
    new: Delivery


Reading = Forged | Malformed | Immediate | Ignored | Received | Clicked | Moved


@dataclass(frozen=True, slots=True)
class Told:
    """What the person is told at once. With `reply_follows`, a turn will answer as well; without a
    text there is nothing to tell."""

    text: str = ""
    reply_follows: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A short word that has to go through the platform's API. Best effort."""

    channel: str
    place: Place
    text: str

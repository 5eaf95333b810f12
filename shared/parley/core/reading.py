"""What a webhook's request turned out to be, and how it is answered, whatever the platform."""

from dataclasses import dataclass
from enum import StrEnum

from parley.core.message import Inbound


@dataclass(frozen=True, slots=True)
class Forged:
    """Not signed by the platform, or too long ago."""


@dataclass(frozen=True, slots=True)
class Malformed:
    reason: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """The platform checks that the address is ours: it wants this text back."""

    text: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """Well-formed, and nothing to answer. The reason is for the log, one of a few."""

    reason: str


@dataclass(frozen=True, slots=True)
class Received:
    inbound: Inbound


Reading = Forged | Malformed | Challenge | Ignored | Received


class Verdict(StrEnum):
    DONE = "done"  # accepted, known already, or nothing for us: the platform need not come again
    FORGED = "forged"
    MALFORMED = "malformed"
    UNAVAILABLE = "unavailable"  # the platform must come again


@dataclass(frozen=True, slots=True)
class Answer:
    verdict: Verdict
    text: str = ""

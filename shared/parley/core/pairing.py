"""Letting in people whom the configuration does not name: a code that an operator accepts."""

from dataclasses import dataclass
from enum import StrEnum

from parley.core.limits import HOUR

CODE_LENGTH = 8
# No letter that is easily taken for another. 30 ** 8 codes, few wrong ones an hour: no guessing.
CODE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
CODE_LIFE = HOUR
OFFERS_A_DAY = 3
WRONG_CODES_AN_HOUR = 10


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a channel; `installation` tells apart workspaces that may repeat ids."""

    channel: str
    installation: str
    id: str
    name: str = ""


class PairingResult(StrEnum):
    PAIRED = "paired"
    UNKNOWN = "unknown"  # no such code, or it has expired
    LOCKED = "locked"  # too many wrong codes lately


@dataclass(frozen=True, slots=True)
class Paired:
    result: PairingResult
    person: Person | None = None

"""Values of messages that an agent wrote: whatever is not what it should be, is not there."""

import math
from collections.abc import Mapping

NOTHING: Mapping[str, object] = {}


def record(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else NOTHING


def records(value: object) -> list[Mapping[str, object]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def text(value: object) -> str:
    """Empty where it is none. Half characters, which JSON can hold, become question marks: nobody
    could store them."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""


def told(value: object) -> str | None:
    """None where it is not said, so that it changes nothing."""
    return text(value) if isinstance(value, str) else None


def count(value: object) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and isinstance(value, int) and value >= 0 else None


def amount(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and value >= 0 else None

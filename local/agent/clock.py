"""Times as the server writes them: RFC 3339, UTC, 0, 3, 6 or 9 fractional digits."""

import time
from datetime import UTC, datetime


def timestamp(at_ns: int | None = None) -> str:
    seconds, nanos = divmod(time.time_ns() if at_ns is None else at_ns, 1_000_000_000)
    whole = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}{_fraction(nanos)}Z"


def _fraction(nanos: int) -> str:
    digits = f"{nanos:09d}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return f".{digits}" if digits else ""

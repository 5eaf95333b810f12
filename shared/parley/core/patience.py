"""How long a turn waits for an agent or a platform that cannot serve it now."""

from parley.core.limits import HOUR, MINUTE, SECOND

BUSY_PATIENCE = 2 * HOUR  # another run holds the session
UNREACHABLE_PATIENCE = 2 * MINUTE
PLATFORM_PATIENCE = 1 * HOUR
DYING_PATIENCE = 5 * MINUTE  # each send ends with its process
UNCERTAIN_PATIENCE = 1 * MINUTE  # each try may post the chunk once more
TELL_AFTER = 20 * SECOND

_LONGEST_PAUSE = 30


def pause(waits: int) -> int:
    """Seconds before the next try: 1, 2, 4, 8, 16, then 30."""
    return int(min(2**waits, _LONGEST_PAUSE)) if waits < 16 else _LONGEST_PAUSE

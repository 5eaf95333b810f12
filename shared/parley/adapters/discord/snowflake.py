"""Discord's ids. They are numbers that grow with time, and say when they were made."""

from parley.adapters.discord.limits import ID_DIGITS

EPOCH = 1_420_070_400_000  # milliseconds: the first second of 2015


def made_at(snowflake: str) -> int:
    """Milliseconds since the Unix epoch."""
    return (int(snowflake) >> 22) + EPOCH


def position(snowflake: str) -> str:
    """Fixed width, so that text order is time order."""
    return snowflake.zfill(ID_DIGITS)

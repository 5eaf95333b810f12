"""Discord's limits, and how far below them we stay."""

# Its API counts code points, its clients UTF-16 code units, which are never fewer: we count those.
MESSAGE = 2000

MESSAGES = 5  # of one reply

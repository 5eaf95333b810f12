"""Discord's limits, and how far below them we stay."""

# Its API counts code points, its clients UTF-16 code units, which are never fewer: we count those.
MESSAGE = 2000

MESSAGES = 5  # of one reply

PROMPT = 1700  # characters of a prompt's text; its outcome is added to it later
LABEL = 80  # characters on a button
NONCE = 25  # characters
FORM_TEXT = 4000  # characters of a form's text input
ID_DIGITS = 20

SIGNATURE_AGE = 300  # seconds; Discord names no tolerance of its own

# An interaction's token lives 15 minutes. What we begin has to end before.
TOKEN_LIFE = 14 * 60_000 + 45_000  # milliseconds

# For some seconds after a deferred reply its endpoints may answer 404 (discord-api-docs#7220).
EARLY = 60_000  # milliseconds
FIRST_PAUSE = 0.5  # seconds; each pause is twice the one before
LONGEST_PAUSE = 4.0
PATIENCE = 15.0  # seconds in all, if there are as many

PACE = 2.0  # seconds between two edits; about five edits in five seconds are allowed in a channel
INDICATION = 8.0  # seconds; Discord shows that somebody types for ten
MERGE_TIMEOUT = 3.0  # seconds; the hint is worth no more waiting
RETRY_AFTER = 5  # seconds, where a 429 does not say
LONGEST_RETRY_AFTER = 3600

ANSWER_BYTES = 1_000_000  # of the API; its answer to a message repeats the message
FILES = 10  # of one message
EMBEDS_QUOTED = 10

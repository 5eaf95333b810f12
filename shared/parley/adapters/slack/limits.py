"""Slack's limits, and how far below them we stay."""

SIGNATURE_AGE = 300  # seconds; "Verifying requests from Slack"

# A markdown block takes 12,000 characters, but in practice a message fails with msg_blocks_too_long
# from about 13,200 for its whole payload on (slackapi/bolt-js#2509). We count characters as JSON
# escapes them, so that 11,000 leave room for the fallback text and the fields around it.
CHUNK = 11_000
PAYLOAD = 13_000
MESSAGES = 4  # of one reply; the rest is a file

FALLBACK = 200  # characters of the notification; `text` is advised to stay under 4,000

REACTION_TIMEOUT = 2.0  # seconds; the receipt is worth no more waiting
RETRY_AFTER = 5  # seconds, where a 429 does not say
LONGEST_RETRY_AFTER = 3600

FORM_FIELDS = 100  # a slash command has about fifteen
PROMPT = 2_800  # characters; with buttons and all far below PAYLOAD, and still read at a glance
BUTTON = 75  # characters of a label
PACE = 3.0  # seconds between two edits of a post; chat.update takes 50 a minute of the whole app
INDICATION = 120.0  # seconds, "a two minute timeout applies" (assistant.threads.setStatus)
STATUS_TIMEOUT = 2.0  # seconds; before a post, which waits for it
THREADS_REMEMBERED = 1_000  # that take no status
PEOPLE_REMEMBERED = 1_000  # with their names
NAME = 80  # characters; Slack's own limit of a display name

ANSWER_BYTES = 1_000_000  # of the Web API; its answer to a message repeats the message
FILES_NAMED = 20
MESSAGES_QUOTED = 20

"""Telegram's limits, and how far below them we stay.

Lengths are in UTF-16 code units, as Telegram counts them, where nothing else is said.
"""

TEXT = 4096  # of sendMessage and editMessageText, after the entities are parsed
RICH_TEXT = 32_768  # characters of a rich message
RICH_CHUNK = 30_000  # of them in one part of a reply
RICH_BLOCKS = 500
RICH_LINES = 450  # in one part, code apart; no text has more blocks than lines
MESSAGES = 5  # of one reply; the rest is a file
PROMPT = 3500  # characters: the preview's markup and some emoji fit beside it
TOAST = 200  # of an answer to a pressed button
BUTTON = 64  # characters of a label; more would be cut on a telephone
ROW = 24  # characters of the labels beside one another
SHORT_TOAST = 60  # what is longer is shown as an alert: a toast would be gone before it is read

DOWNLOAD_BYTES = 20_000_000  # getFile hands out no more
ANSWER_BYTES = 1_000_000  # of the Bot API; its answer to a message repeats the message

# "Avoid sending more than one message per second in a chat", "20 messages per minute" in a group;
# an edit counts as a message (core.telegram.org/bots/faq).
PRIVATE_PACE = 1.1  # seconds
GROUP_PACE = 3.1

INDICATION = 4.0  # seconds; Telegram shows it for five at the most

REACTION_TIMEOUT = 2.0  # seconds; the receipt is worth no more waiting
RETRY_AFTER = 5  # seconds, where a 429 does not say
LONGEST_RETRY_AFTER = 3600

LARGEST_ID = 2**53  # "at most 52 significant bits"
NAME = 64  # characters of a person's name, or a file's, that are kept
FILES_TAKEN = 20

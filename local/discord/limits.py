"""What Discord refuses, by discord.com/developers/docs unless said."""

CONTENT = 2_000
BUTTONS_A_ROW = 5
ROWS = 5
LABEL = 80
CUSTOM_ID = 100
NONCE = 25
NONCE_SECONDS = 300.0  # "a few minutes"
FILE_BYTES = 10 * 1024 * 1024
REQUEST_BYTES = 25 * 1024 * 1024
TOKEN_SECONDS = 15 * 60.0
ANSWER_SECONDS = 3.0
TYPING_SECONDS = 10.0
MODAL_TITLE = 45
TEXT_INPUT = 4_000
COMMANDS = 100
CONTEXT_COMMANDS = 15
OPTIONS = 25
COMMAND_NAME = 32
DESCRIPTION = 100
THREAD_NAME = 100
# Not promised anywhere: what bots meet in one channel, and on one interaction's token.
CHANNEL_MESSAGES, CHANNEL_SECONDS = 5, 5.0
TOKEN_MESSAGES, TOKEN_PACE_SECONDS = 5, 2.0
REQUESTS, REQUEST_SECONDS = 50, 1.0  # of a bot, interactions' tokens left out
EPHEMERAL = 64

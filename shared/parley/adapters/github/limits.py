"""What GitHub takes, and how long it is waited for."""

TITLE = 256  # characters of a pull request's title
BODY = 65_536  # characters of its description

ANSWER_BYTES = 4 * 1024 * 1024  # of a list of pull requests, at the most
TRIES = 3
LONGEST_PAUSE = 10  # seconds between two tries: whoever asked repeats later what takes longer

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0  # opening a pull request compares two trees

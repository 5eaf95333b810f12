"""Spans and sizes that more than one part relies on. Platform limits stand with their adapters."""

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

# (16) Renewal period + longest pause + clock skew stay under the lease: FollowRun renews every ten
# seconds; a task that crashes is retried within its function's timeout (25 s) and a back-off of
# up to 20 s.
LEASE = 60 * SECOND
LEASE_SLACK = 30 * SECOND
RENEWAL = 10.0  # seconds

SEEN_TTL = 48 * HOUR
IDLE_TTL = 168 * HOUR
TURN_TTL = 30 * DAY
RULE_TTL = 30 * DAY

COLLECTING = 1 * SECOND  # messages of a group that come within it become one turn
CLAIM_MESSAGES = 90  # a transaction takes 100 actions
CLAIM_BYTES = 256 * 1024
PROMPT_BYTES = 1_900_000  # the agent server takes bodies of 2 MB; JSON escapes some of the text
INLINE_BYTES = 8 * 1024  # above it a text lies in the bucket: each write costs its item's size
WEBHOOK_BODY_BYTES = 1_000_000

# An execution ends with an error at 25,000 events. A step with every retry used up, a choice and a
# pause makes 32 (tests/machine counts them).
STEPS_PER_EXECUTION = 750

# (9) An intent is valid this long; a send starts only while the whole HTTP time-out still fits.
SEND_WINDOW = 20 * SECOND
SEND_TIMEOUT = 10.0  # seconds
CLOCK_SKEW = 2.0  # seconds

ATTEMPTS = 5  # failures of one turn before it ends with a stated failure

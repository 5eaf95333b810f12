"""What the chat reads at the end of a turn."""

from parley.core.turn import Outcome

NO_TEXT = "The agent finished without writing anything."
GENERIC_FAILURE = "Agent run failed"
INTERRUPTED = (
    "The agent server restarted while it worked on this, so the run was cut off. "
    "What it had done stays done. Ask again if you want it to go on."
)
FROM_HISTORY = (
    "The agent server restarted meanwhile. This is what its history holds for your message; "
    "it may be incomplete."
)
VANISHED = "The agent's run ended without saying why."
CANCELLED = "The run was cancelled."
EXHAUSTED = "The agent stopped because it reached its limit of turns. Ask it to go on if needed."
UNREACHABLE = (
    "I can't reach the agent server, so your message did not run. "
    "Please try again later, or tell whoever runs Parley."
)
LOST_CONTACT = (
    "I lost contact with the agent server while it worked on this, and could not find out how the "
    "run ended. What it had done stays done."
)
SESSIONS_LOST = (
    "The agent server loses our conversation each time I begin one, so your message did not run. "
    "Please tell whoever runs Parley."
)
ACCESS_REFUSED = (
    "The agent server refused Parley's access token, so your message did not run. "
    "Whoever runs Parley has to renew the token."
)
ACCESS_LOST = (
    "The agent server began to refuse Parley's access token while it worked on this, most likely "
    "after a restart. Whoever runs Parley has to renew the token."
)
BUSY_TOO_LONG = (
    "The agent was busy for hours with a run that was not started from this chat, so your message "
    "did not run. Please send it again later."
)
BUSY = "The agent is busy with a run that was not started from this chat. You are next in line."
STILL_BUSY = (
    "The agent is still at an earlier run of this chat, which I have cancelled. "
    "You are next in line."
)
SESSION_GONE = (
    "The agent server lost our conversation while I began this, so I can't tell whether your "
    "message ran. Ask again if you want it to."
)
TOO_LONG = "Your message is too long for the agent server. Please send less, or in several parts."
NEW_SESSION = "(The agent no longer has our earlier conversation, so this is a fresh start.)"
CANNOT_ASK = (
    "The agent wanted to use a tool that somebody has to allow, and I could not ask here, "
    "so I stopped the run."
)
EXPIRED = (
    "Nobody decided in time whether the agent may use a tool, so I stopped the run. "
    "Nothing of what it asked for ran."
)
STALE_DECISION = (
    "A decision on a tool call reached me so late that I can't tell any more whether the agent "
    "got it, so I stopped the run."
)
ALLOWED_NOT_RUN = "What was allowed last did not run any more."
ALLOWED_PERHAPS_RUN = "I can't tell whether what was allowed last still ran."
SKIPPED = "(Allowed, but not run: {calls}.)"
LOOPING = "The agent could not fit the conversation into its model's context, so I stopped the run."
REPEATED_CALLS = (
    "The agent proposed the same tool call twice, which nobody can decide safely, "
    "so I stopped the run."
)
OUT_OF_TIME = "The run took longer than allowed, so I stopped it."
BROKEN = "Something went wrong on my side, so I could not finish this. Please ask again."


def warning(reason: str) -> str:
    return f"⚠️ {reason.strip() or GENERIC_FAILURE}"


def compose(outcome: Outcome, text: str, reason: str, notice: str) -> str:
    """Notice, text and reason, in this order, each on its own; never empty.

    A failure's text is kept: what the agent wrote before it failed was work done.
    """
    parts = [notice, text.strip()]
    if outcome is Outcome.SILENT:
        parts.append(NO_TEXT)
    elif outcome is not Outcome.COMPLETED:
        parts.append(warning(reason))
    elif reason:
        parts.append(reason)
    return "\n\n".join(part for part in parts if part) or NO_TEXT

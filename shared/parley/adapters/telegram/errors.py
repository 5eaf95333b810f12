"""What `ok: false` means for a reply: again, never, or not before an operator acts.

Telegram tells by a code, and by a description that it does not promise to keep. So a description is
looked at only where a mistake costs little; a 400 that nobody knows counts as permanent.
"""

from collections.abc import Mapping
from typing import Any

from parley.adapters.telegram.limits import LONGEST_RETRY_AFTER, RETRY_AFTER
from parley.errors import (
    ChannelError,
    ChannelMisconfigured,
    SendUncertain,
    Undeliverable,
)

Answer = Mapping[str, Any]

# A token that Telegram does not know; one that is none at all; a method of a newer Bot API.
UNKNOWN = (401, 404)
REFUSED = 400
CLOSED = 403

_NOT_MODIFIED = "message is not modified"
# The post is gone, or no longer ours to change.
_GONE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "there is no text in the message to edit",
)
# No other form of the same text would be taken either.
_NO_PLACE = (
    "chat not found",
    "chat_write_forbidden",
    "have no rights",
    "message thread not found",
    "not enough rights",
    "peer_id_invalid",
    "topic_closed",
    "topic_deleted",
)
_LATE_ANSWER = ("query is too old", "query id is invalid", "query_id_invalid")
_TOO_BIG = "file is too big"


def code(answer: Answer) -> int:
    """0 where it is ok."""
    if answer["ok"]:
        return 0
    value = answer.get("error_code")
    return value if isinstance(value, int) else REFUSED


def unchanged(answer: Answer) -> bool:
    return code(answer) == REFUSED and _NOT_MODIFIED in _description(answer)


def gone(answer: Answer) -> bool:
    return code(answer) == REFUSED and any(each in _description(answer) for each in _GONE)


def form_refused(answer: Answer) -> bool:
    """The text may be taken in another form: with fewer marks, or as a file."""
    if code(answer) != REFUSED or unchanged(answer) or gone(answer):
        return False
    return not any(each in _description(answer) for each in _NO_PLACE)


def answered_late(answer: Answer) -> bool:
    return code(answer) == REFUSED and any(each in _description(answer) for each in _LATE_ANSWER)


def too_big(answer: Answer) -> bool:
    return code(answer) == REFUSED and _TOO_BIG in _description(answer)


def moved_to(answer: Answer) -> int | None:
    """The supergroup that the group has become."""
    chat = _parameters(answer).get("migrate_to_chat_id")
    return chat if isinstance(chat, int) and not answer["ok"] else None


def retry_after(answer: Answer) -> int:
    seconds = _parameters(answer).get("retry_after")
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        return RETRY_AFTER
    return min(max(seconds, 1), LONGEST_RETRY_AFTER)


def refusal(method: str, answer: Answer) -> ChannelError:
    """The error that says what can be done. Descriptions are Telegram's own, never our text."""
    known = code(answer)
    told = f"Telegram refused {method}: {known} {_shown(answer)}"
    if known in UNKNOWN:
        return ChannelMisconfigured(told)
    # The server failed at it, perhaps after it had posted.
    return SendUncertain(told) if known >= 500 else Undeliverable(told)


def _description(answer: Answer) -> str:
    return str(answer.get("description", "")).lower()


def _shown(answer: Answer) -> str:
    return " ".join(str(answer.get("description", "without a reason")).split())[:120]


def _parameters(answer: Answer) -> Mapping[str, Any]:
    parameters = answer.get("parameters")
    return parameters if isinstance(parameters, dict) else {}

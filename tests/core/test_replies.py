"""What the chat reads at the end of a turn."""

import pytest

from parley.core import replies
from parley.core.turn import Outcome

NEW = replies.NEW_SESSION


@pytest.mark.parametrize(
    ("outcome", "text", "reason", "notice", "reply"),
    [
        (Outcome.COMPLETED, "done", "", "", "done"),
        (Outcome.COMPLETED, " done\n", "", "", "done"),
        (Outcome.COMPLETED, "done", "", NEW, f"{NEW}\n\ndone"),
        (
            Outcome.COMPLETED,
            "done",
            replies.FROM_HISTORY,
            "",
            f"done\n\n{replies.FROM_HISTORY}",
        ),
        (Outcome.COMPLETED, "", "", "", replies.NO_TEXT),
        (Outcome.COMPLETED, " \n", "", "", replies.NO_TEXT),
        (Outcome.SILENT, "", "", "", replies.NO_TEXT),
        (Outcome.SILENT, "", "", NEW, f"{NEW}\n\n{replies.NO_TEXT}"),
        (Outcome.FAILED, "", "boom", "", "⚠️ boom"),
        (Outcome.FAILED, "so far", "boom\n", "", "so far\n\n⚠️ boom"),
        (Outcome.FAILED, "so far", "boom", NEW, f"{NEW}\n\nso far\n\n⚠️ boom"),
        (Outcome.FAILED, "", "", "", f"⚠️ {replies.GENERIC_FAILURE}"),
        (Outcome.FAILED, "", "  ", "", f"⚠️ {replies.GENERIC_FAILURE}"),
        (
            Outcome.EXHAUSTED,
            "much",
            replies.EXHAUSTED,
            "",
            f"much\n\n⚠️ {replies.EXHAUSTED}",
        ),
        (Outcome.CANCELLED, "", replies.CANCELLED, "", f"⚠️ {replies.CANCELLED}"),
        (Outcome.INTERRUPTED, "", replies.INTERRUPTED, "", f"⚠️ {replies.INTERRUPTED}"),
        (Outcome.REFUSED, "", replies.TOO_LONG, "", f"⚠️ {replies.TOO_LONG}"),
    ],
)
def test_notice_text_and_reason(
    outcome: Outcome, text: str, reason: str, notice: str, reply: str
) -> None:
    assert replies.compose(outcome, text, reason, notice) == reply


@pytest.mark.parametrize("outcome", Outcome)
def test_a_reply_is_never_empty(outcome: Outcome) -> None:
    assert replies.compose(outcome, "", "", "").strip()

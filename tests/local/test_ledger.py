from local.scenarios.ledger import Asked, judge
from local.slack.workspace import BOT_USER, Post

ASKED = Asked("[m001]", "C1", "1.0", "1.0", "Answer")


def post(text: str, ts: str = "2.0", thread: str | None = "1.0", user: str = BOT_USER) -> Post:
    return Post("C1", ts, user, text, thread_ts=thread)


def test_one_run_and_one_reply_is_well() -> None:
    verdict = judge([ASKED], ["hi [m001]"], [post("Answer")])
    assert (verdict.messages, verdict.replies, verdict.lost, verdict.duplicates) == (1, 1, (), ())


def test_message_without_a_run_is_lost() -> None:
    assert judge([ASKED], [], [post("Answer")]).lost == ("[m001]",)


def test_message_without_a_reply_is_lost_once() -> None:
    assert judge([ASKED], ["[m001]"], []).lost == ("[m001]",)
    assert judge([ASKED], [], []).lost == ("[m001]",)


def test_reply_in_another_thread_or_by_a_person_is_none() -> None:
    others = [post("Answer", thread=None), post("Answer", user="U1"), post("Answer", ts="0.5")]
    assert judge([ASKED], ["[m001]"], others).lost == ("[m001]",)


def test_second_run_and_second_reply_are_duplicates() -> None:
    assert judge([ASKED], ["[m001]", "[m001]"], [post("Answer")]).duplicates == ("[m001]",)
    twice = [post("Answer"), post("Answer", ts="3.0")]
    assert judge([ASKED], ["[m001]"], twice).duplicates == ("[m001]",)


def test_messages_answered_together_share_a_reply() -> None:
    other = Asked("[m002]", "C1", "1.0", "1.5", "Answer")
    verdict = judge([ASKED, other], ["[m001]\n\n[m002]"], [post("Answer")])
    assert (verdict.messages, verdict.replies, verdict.lost, verdict.duplicates) == (2, 1, (), ())

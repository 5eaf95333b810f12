"""The text that the agent reads of a message: mentions, notation, forwarded messages, files."""

from typing import Any

import pytest

from parley.core.message import Attachment
from parley.core.reading import Ignored
from tests.slack.bodies import ADA, BOT, changed, in_channel, read, received
from tests.slack.signing import sample


def test_a_shared_file_keeps_its_text_and_can_be_fetched() -> None:
    inbound = received(sample("file-share"))
    assert inbound.text == "Please read this log & tell me what <init> does"
    address = "https://files.slack.com/files-pri/T0PARLEY01-F0PARLEY01/download/build.log"
    assert inbound.attachments == (Attachment("build.log", "text/plain", 512, address),)


def test_files_that_do_not_lie_at_slack_are_named() -> None:
    inbound = received(sample("files-of-all-kinds"))
    assert inbound.text == (
        "and these?\n\n[Files attached in Slack, which you cannot see: Plan, F0PARLEY05]"
    )
    assert [each.name for each in inbound.attachments] == ["sketch.png"]


def test_a_file_without_text_is_a_message() -> None:
    files = [{"name": "a\nb.py"}, {"title": "Plan"}, {"id": "F1"}, {}, "not a file"]
    inbound = received(changed("file-share", text="", files=files))
    assert inbound.text == (
        "[Files attached in Slack, which you cannot see: a b.py, Plan, F1, unnamed]"
    )
    assert inbound.attachments == ()
    inbound = received(changed("file-share", text=""))
    assert (inbound.text, len(inbound.attachments)) == ("", 1)


@pytest.mark.parametrize("size", [None, "512", -1, True, 1.5])
def test_a_size_that_is_none_is_unknown(size: object) -> None:
    file = {"name": "a", "url_private": "https://files.slack.com/a", "size": size}
    inbound = received(changed("file-share", files=[file]))
    assert inbound.attachments == (Attachment("a", "", 0, "https://files.slack.com/a"),)


def shared(text: str, **fields: Any) -> dict[str, Any]:
    """A message that somebody forwards, as Slack attaches it."""
    return {"is_msg_unfurl": True, "is_share": True, "text": text, **fields}


def test_a_forwarded_message_is_quoted_below_what_was_said() -> None:
    attachment = shared("it fails &amp; <@U2|ann> knows\n\n  why", author_name="Grace\nH.")
    inbound = received(changed("dm", text="Look at this:", attachments=[attachment]))
    assert inbound.text == (
        "Look at this:\n\n"
        "[Message from Grace H., shared in Slack:]\n"
        "> it fails & @ann knows\n"
        ">\n"
        ">   why"
    )


def test_a_forwarded_message_without_a_word_is_a_message() -> None:
    attachments = [
        {"is_share": True, "text": "", "fallback": "[10:00] Grace: broken"},
        {"is_msg_unfurl": True, "text": "two"},
        shared(" "),
        {"text": "a web page's preview", "fallback": "a web page"},
        "no attachment",
    ]
    assert received(changed("dm", text="", attachments=attachments)).text == (
        "[Message shared in Slack:]\n> [10:00] Grace: broken\n\n[Message shared in Slack:]\n> two"
    )


def test_a_forwarded_message_stands_before_the_files() -> None:
    inbound = received(changed("dm", text="", attachments=[shared("a")], files=[{"name": "b"}]))
    assert inbound.text == (
        "[Message shared in Slack:]\n> a\n\n[Files attached in Slack, which you cannot see: b]"
    )


def test_a_mention_in_a_forwarded_message_addresses_nobody() -> None:
    event = changed("channel-mention", text="see", attachments=[shared(f"<@{BOT}> hi")])
    assert read(event) == Ignored("not addressed")


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        pytest.param(f"<@{BOT}> hi", "hi", id="at the start"),
        pytest.param(f" <@{BOT}|parley>: ask <@U2>", " ask @U2", id="before another"),
        pytest.param(f"please stop, <@{BOT}>", "please stop,", id="the only one"),
        pytest.param(f"<@{BOT}> do it, <@{BOT}>", "do it,", id="twice"),
        pytest.param(f"<@U3> and <@{BOT}> talk", "@U3 and talk", id="the installer is not it"),
        pytest.param(f"<@{ADA}> and <@{BOT}> talk", "@U0ADA00001 and talk", id="nor the sender"),
        pytest.param(f"ask <@U2> or <@{BOT}>", f"ask @U2 or @{BOT}", id="who can tell"),
    ],
)
def test_an_app_mention_tells_who_the_bot_is_where_slack_names_only_people(
    written: str, read_as: str
) -> None:
    envelope = changed("channel-mention-twin", text=written)
    envelope["authorizations"] = [{"user_id": "U3", "is_bot": False}]
    assert received(envelope).text == read_as


def test_a_message_does_not_tell_who_the_bot_is() -> None:
    envelope = changed("thread-follow-up", text="<@U2> what do you think?")
    envelope["authorizations"] = [{"user_id": "U3", "is_bot": False}]
    assert received(envelope).text == "@U2 what do you think?"


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        pytest.param(f"<@{BOT}> hi", "hi", id="at the start"),
        pytest.param(f"<@{BOT}>: hi", "hi", id="with a colon"),
        pytest.param(f"<@{BOT}>, hi", "hi", id="with a comma"),
        pytest.param(f"<@{BOT}|parley> hi", "hi", id="with a label"),
        pytest.param(f"ask <@{BOT}> to stop", "ask to stop", id="in the middle"),
        pytest.param(f"stop it, <@{BOT}>", "stop it,", id="at the end"),
        pytest.param(f"one <@{BOT}>\n  two", "one\n  two", id="at a line's end"),
        pytest.param(f"<@{BOT}>\n  if x:\n\ty()", "\n  if x:\n\ty()", id="on a line of its own"),
        pytest.param(f"<@{BOT}>   three spaces", "  three spaces", id="no more than one space"),
        pytest.param(f"<@{BOT}> <@{BOT}> hi", "hi", id="twice"),
        pytest.param(f"<@{BOT}> a  b\t c \n\n\n d", "a  b\t c \n\n\n d", id="white space stays"),
        pytest.param(f"<@{BOT}> ask <@U2>", "ask @U2", id="somebody else's mention stays"),
        pytest.param(f"<@{BOT}> ask <@U2|ann>", "ask @ann", id="by name"),
        pytest.param(f"<@{BOT}> in <#C1|dev> or <#C2|>", "in #dev or #C2", id="channels"),
        pytest.param(f"<@{BOT}> <!here> <!subteam^S1|@ops>", "@here @ops", id="groups"),
        pytest.param(f"<@{BOT}> <!subteam^S1> <!here|here>", "@S1 @here", id="unnamed groups"),
        pytest.param(f"<@{BOT}> <!date^1^{{date}}|today>", "today", id="dates"),
        pytest.param(f"<@{BOT}> see <https://x.y/?a=1&amp;b>", "see https://x.y/?a=1&b", id="link"),
        pytest.param(f"<@{BOT}> <https://x.y|docs>", "[docs](https://x.y)", id="labelled link"),
        pytest.param(f"<@{BOT}> <http://a.py|a.py>", "a.py", id="a file that looked like a link"),
        pytest.param(f"<@{BOT}> <mailto:a@b.c|a@b.c>", "a@b.c", id="an address"),
        pytest.param(f"<@{BOT}> if a &lt; b &amp;&amp; c", "if a < b && c", id="escapes"),
        pytest.param(f"<@{BOT}> &amp;lt; stays", "&lt; stays", id="decoded once"),
        pytest.param(f"<@{BOT}> `&lt;@{BOT}&gt;`", f"`<@{BOT}>`", id="a mention in code is text"),
    ],
)
def test_text_as_people_wrote_it(written: str, read_as: str) -> None:
    assert in_channel(written) == read_as


def test_half_a_character_is_replaced() -> None:
    text = "a \ud83d b \N{ROBOT FACE}"
    assert received(changed("dm", text=text)).text == "a \ufffd b \N{ROBOT FACE}"

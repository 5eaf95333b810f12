"""The progress post, and how it becomes the answer."""

import pytest

from parley.adapters.slack.client import SlackChannel
from parley.core.reply import Part
from parley.errors import (
    ChannelMisconfigured,
    ChannelUnavailable,
    RateLimited,
    SendUncertain,
    Undeliverable,
)
from tests.slack.doubles import OK, Scripted, WebApi, not_ok, ok
from tests.slack.places import DIRECT, THREAD

SHOWN = "1790000006.000100"
GONE = ["message_not_found", "cant_update_message", "edit_window_closed"]


def replace(slack: SlackChannel) -> None:
    slack.send(THREAD, Part("**Done.**"), "turn-0", 5.0, replacing=SHOWN)


def test_progress_is_posted_where_the_answer_will_be(slack: SlackChannel, api: WebApi) -> None:
    api.answers.append(ok(ts=SHOWN))
    assert slack.show_progress(THREAD, "⏳ Running `make <all>`", None, 4.0) == SHOWN
    assert api.only.path == "/api/chat.postMessage"
    assert api.only.body["text"] == "⏳ Running `make &lt;all&gt;`"
    assert api.only.body["thread_ts"] == THREAD.meta["thread_ts"]
    assert "blocks" not in api.only.body


def test_progress_is_edited_in_place(slack: SlackChannel, api: WebApi) -> None:
    assert slack.show_progress(DIRECT, "⏳ Working · 10 s", SHOWN, 4.0) == SHOWN
    assert api.only.path == "/api/chat.update"
    assert api.only.body == {
        "channel": "D1",
        "ts": SHOWN,
        "text": "⏳ Working · 10 s",
        "parse": "none",
        "blocks": [],
    }


@pytest.mark.parametrize("error", GONE)
def test_progress_that_somebody_removed_is_posted_again(
    slack: SlackChannel, api: WebApi, error: str
) -> None:
    api.answers.extend([not_ok(error), ok(ts="1790000007.000100")])
    assert slack.show_progress(THREAD, "⏳", SHOWN, 4.0) == "1790000007.000100"
    assert api.paths == ["chat.update", "chat.postMessage"]


def test_progress_calls_nobody(slack: SlackChannel, api: WebApi) -> None:
    slack.show_progress(THREAD, "Running `<!here> <@U1>`", None, 4.0)
    assert "<" not in api.only.body["text"]
    assert api.only.body["parse"] == "none"


def test_a_rate_limit_on_progress_is_told(slack: SlackChannel, api: WebApi) -> None:
    api.answers.append(Scripted(b"", 429, {"Retry-After": "7"}))
    with pytest.raises(RateLimited):
        slack.show_progress(THREAD, "⏳", SHOWN, 4.0)
    assert len(api.requests) == 1


def test_slack_takes_an_edit_every_three_seconds(slack: SlackChannel) -> None:
    assert slack.pace(THREAD) == 3.0


def test_the_progress_becomes_the_answer(slack: SlackChannel, api: WebApi) -> None:
    replace(slack)
    assert api.only.path == "/api/chat.update"
    assert api.only.body == {
        "channel": "C1",
        "ts": SHOWN,
        "text": "Done.",
        "blocks": [{"type": "markdown", "text": "**Done.**"}],
        "parse": "none",
    }


@pytest.mark.parametrize("error", [*GONE, "msg_too_long", "an_error_of_next_year"])
def test_an_answer_that_cannot_take_its_place_is_posted(
    slack: SlackChannel, api: WebApi, error: str
) -> None:
    api.answers.append(not_ok(error))
    replace(slack)
    assert api.paths == ["chat.update", "chat.postMessage", "chat.delete"]
    assert api.requests[1].body["blocks"] == [{"type": "markdown", "text": "**Done.**"}]
    assert api.requests[2].body == {"channel": "C1", "ts": SHOWN}


@pytest.mark.parametrize(
    "answer",
    [not_ok("message_not_found"), not_ok("missing_scope"), Scripted(b"", 429), Scripted(b"", 500)],
)
def test_what_was_shown_before_may_stay(slack: SlackChannel, api: WebApi, answer: Scripted) -> None:
    api.answers.extend([not_ok("cant_update_message"), OK, answer])
    replace(slack)
    assert len(api.requests) == 3


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Scripted(b"", 429), RateLimited),
        (Scripted(b"", 500), SendUncertain),
        (not_ok("service_unavailable"), ChannelUnavailable),
        (not_ok("missing_scope"), ChannelMisconfigured),
    ],
)
def test_an_edit_that_may_work_later_is_not_posted_twice(
    slack: SlackChannel, api: WebApi, answer: Scripted, kind: type[Exception]
) -> None:
    api.answers.append(answer)
    with pytest.raises(kind):
        replace(slack)
    assert api.paths == ["chat.update"]


def test_an_answer_that_goes_nowhere_leaves_the_progress_alone(
    slack: SlackChannel, api: WebApi
) -> None:
    api.answers.extend([not_ok("channel_not_found"), not_ok("channel_not_found")])
    with pytest.raises(Undeliverable):
        replace(slack)
    assert api.paths == ["chat.update", "chat.postMessage"]

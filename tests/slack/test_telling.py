"""Short words to one person."""

import pytest

from parley.adapters.slack.client import SlackChannel
from parley.core.delivery import Delivery
from parley.errors import (
    ChannelError,
    ChannelUnavailable,
    RateLimited,
    SendUncertain,
    Undeliverable,
)
from tests.slack.doubles import Scripted, WebApi
from tests.slack.places import DIRECT, GROUP_MESSAGE, THREAD, TOP_LEVEL, message

WORD = "Queued: 1 < 2 <!here>"
ESCAPED = "Queued: 1 &lt; 2 &lt;!here&gt;"


@pytest.mark.parametrize("delivery", [THREAD, GROUP_MESSAGE])
def test_where_others_read_only_the_sender_is_told(
    slack: SlackChannel, api: WebApi, delivery: Delivery
) -> None:
    slack.tell(message(delivery), WORD, 5.0)
    assert api.only.path == "/api/chat.postEphemeral"
    assert api.only.body == {
        "channel": delivery.meta["channel"],
        "thread_ts": delivery.meta["thread_ts"],
        "user": "U1",
        "text": ESCAPED,
        "parse": "none",
    }


def test_in_a_direct_chat_it_is_a_post(slack: SlackChannel, api: WebApi) -> None:
    slack.tell(message(DIRECT), WORD, 5.0)
    assert api.only.path == "/api/chat.postMessage"
    assert (api.only.body["channel"], api.only.body["text"]) == ("D1", ESCAPED)
    assert "thread_ts" not in api.only.body


def test_at_the_top_level_of_a_channel_there_is_no_thread(slack: SlackChannel, api: WebApi) -> None:
    slack.tell(message(TOP_LEVEL), WORD, 5.0)
    assert api.only.path == "/api/chat.postEphemeral"
    assert "thread_ts" not in api.only.body


def test_a_notice_goes_to_who_wrote_in_a_thread(slack: SlackChannel, api: WebApi) -> None:
    slack.notify({"channel": "C1", "user": "U1", "thread_ts": "1.2"}, WORD, 5.0)
    assert api.only.path == "/api/chat.postEphemeral"
    assert api.only.body["user"] == "U1"
    assert api.only.body["thread_ts"] == "1.2"


def test_a_notice_in_a_direct_chat_is_a_post(slack: SlackChannel, api: WebApi) -> None:
    slack.notify({"channel": "D1", "user": "U1", "direct": "yes"}, WORD, 5.0)
    assert api.only.path == "/api/chat.postMessage"
    assert api.only.body["text"] == ESCAPED


def test_a_notice_by_response_url_leaves_the_prompt_as_it_is(
    slack: SlackChannel, api: WebApi
) -> None:
    api.answers.append(Scripted(b"ok"))
    slack.notify({"response_url": f"{api.origin}/actions/1"}, WORD, 5.0)
    assert api.only.path == "/actions/1"
    assert "Authorization" not in api.only.headers
    assert api.only.body == {
        "response_type": "ephemeral",
        "replace_original": False,
        "text": ESCAPED,
    }


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.slack.com.example/actions/1",
        "http://hooks.slack.com/actions/1",
        "https://hooks.slack.com:8443/actions/1",
        "https://user@hooks.slack.com/actions/1",
        "https://example.com/?https://hooks.slack.com",
        "//hooks.slack.com/actions/1",
        "http://[",
        "http://x:y/a",
        "",
    ],
)
def test_a_response_url_that_is_not_slacks_is_left_alone(slack: SlackChannel, url: str) -> None:
    with pytest.raises(Undeliverable, match="not an address of Slack"):
        slack.notify({"response_url": url}, WORD, 5.0)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, Undeliverable),
        (410, Undeliverable),
        (302, Undeliverable),
        (408, ChannelUnavailable),
        (429, RateLimited),
        (500, SendUncertain),
    ],
)
def test_a_response_url_that_is_used_up_is_told(
    slack: SlackChannel, api: WebApi, status: int, kind: type[ChannelError]
) -> None:
    api.answers.append(Scripted(b'{"ok":false,"error":"expired_url"}', status))
    with pytest.raises(kind) as caught:
        slack.notify({"response_url": f"{api.origin}/actions/1"}, WORD, 5.0)
    assert type(caught.value) is kind

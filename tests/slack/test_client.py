"""The client against a real HTTP server on loopback."""

import pytest

from parley.adapters.slack.client import SlackChannel
from parley.core.reply import Part
from parley.errors import (
    ChannelMisconfigured,
    ChannelUnavailable,
    Undeliverable,
)
from tests.slack.doubles import NAME, TOKEN, NamedValues, WebApi, not_ok
from tests.slack.places import DIRECT, THREAD, TOP_LEVEL, message, post


def test_a_reply_goes_into_the_thread(slack: SlackChannel, api: WebApi) -> None:
    post(slack)
    assert api.only.path == "/api/chat.postMessage"
    assert api.only.headers["Authorization"] == f"Bearer {TOKEN}"
    assert api.only.headers["Content-Type"] == "application/json; charset=utf-8"
    assert api.only.body == {
        "channel": "C1",
        "thread_ts": "1790000000.000100",
        "text": "Done.",
        "blocks": [{"type": "markdown", "text": "**Done.**"}],
        "parse": "none",
        "unfurl_links": False,
        "unfurl_media": False,
    }


def test_a_reply_to_a_direct_message_goes_beside_it(slack: SlackChannel, api: WebApi) -> None:
    post(slack, DIRECT)
    assert api.only.body["channel"] == "D1"
    assert "thread_ts" not in api.only.body


def test_the_message_gets_its_eyes(slack: SlackChannel, api: WebApi) -> None:
    slack.acknowledge(message())
    assert api.only.path == "/api/reactions.add"
    assert api.only.body == {"channel": "C1", "timestamp": "1790000005.000100", "name": "eyes"}


def test_a_command_gets_no_eyes_as_nobody_sees_it(slack: SlackChannel, api: WebApi) -> None:
    slack.acknowledge(message(TOP_LEVEL))
    assert not api.requests


def test_nobody_waits_for_an_answer_to_each_message(slack: SlackChannel, api: WebApi) -> None:
    slack.merge(message())
    assert not api.requests


@pytest.mark.parametrize("error", ["already_reacted", "message_not_found", "not_in_channel"])
def test_a_receipt_that_cannot_be_shown_is_let_go(
    slack: SlackChannel, api: WebApi, error: str
) -> None:
    api.answers.append(not_ok(error))
    slack.acknowledge(message())


def test_a_missing_scope_for_the_receipt_is_told(slack: SlackChannel, api: WebApi) -> None:
    api.answers.append(not_ok("missing_scope", needed="reactions:write"))
    with pytest.raises(ChannelMisconfigured, match=r"missing_scope \(needs reactions:write\)"):
        slack.acknowledge(message())


@pytest.mark.parametrize("error", ["invalid_auth", "token_revoked", "token_expired"])
def test_a_replaced_token_is_read_afresh(
    slack: SlackChannel, api: WebApi, secrets: NamedValues, error: str
) -> None:
    secrets.values[NAME] = ["xoxb-old", "xoxb-new"]
    api.answers.append(not_ok(error))
    post(slack)
    tokens = [sent.headers["Authorization"] for sent in api.requests]
    assert tokens == ["Bearer xoxb-old", "Bearer xoxb-new"]


def test_a_new_token_that_is_wrong_too_is_tried_once(
    slack: SlackChannel, api: WebApi, secrets: NamedValues
) -> None:
    secrets.values[NAME] = ["xoxb-old", "xoxb-new", "xoxb-newer"]
    api.answers.extend([not_ok("invalid_auth"), not_ok("invalid_auth")])
    with pytest.raises(ChannelMisconfigured, match="invalid_auth"):
        post(slack)
    assert len(api.requests) == 2


def test_time_that_the_first_try_took_is_not_there_for_the_second(
    api: WebApi, secrets: NamedValues
) -> None:
    secrets.values[NAME] = ["xoxb-old", "xoxb-new"]
    api.answers.append(not_ok("invalid_auth"))
    ticks = iter([0.0, 0.0, 4.0, 6.0])
    slack = SlackChannel(api.url, NAME, secrets, monotonic=lambda: next(ticks))
    with pytest.raises(ChannelUnavailable, match="no time left"):
        post(slack, DIRECT)
    assert len(api.requests) == 1
    slack.close()


@pytest.mark.parametrize("token", ["xoxb-ü", "xoxb-a\nb", ""])
def test_what_cannot_be_a_token_is_misconfigured(
    slack: SlackChannel, api: WebApi, secrets: NamedValues, token: str
) -> None:
    secrets.values[NAME] = [token]
    with pytest.raises(ChannelMisconfigured, match=NAME) as caught:
        post(slack)
    assert token == "" or token not in str(caught.value)
    assert not api.requests


def test_a_missing_token_is_misconfigured_by_name(
    slack: SlackChannel, secrets: NamedValues
) -> None:
    secrets.values.clear()
    with pytest.raises(ChannelMisconfigured, match=NAME):
        post(slack)


def test_a_token_that_cannot_be_read_now_can_be_read_later(
    slack: SlackChannel, api: WebApi, secrets: NamedValues
) -> None:
    secrets.down = True
    with pytest.raises(ChannelUnavailable, match=NAME):
        post(slack)
    assert not api.requests


def test_a_refused_token_that_cannot_be_read_afresh_posted_nothing(
    slack: SlackChannel, api: WebApi, secrets: NamedValues
) -> None:
    secrets.down_for_fresh = True
    api.answers.append(not_ok("invalid_auth"))
    with pytest.raises(ChannelUnavailable, match=NAME):
        post(slack)


def test_errors_hold_neither_text_nor_token(slack: SlackChannel, api: WebApi) -> None:
    api.answers.append(not_ok("invalid_blocks", response_metadata={"messages": ["**Done.**"]}))
    with pytest.raises(Undeliverable) as caught:
        post(slack)
    assert str(caught.value) == "Slack refused chat.postMessage: invalid_blocks"


def test_half_a_character_does_not_stop_a_reply(slack: SlackChannel, api: WebApi) -> None:
    slack.send(THREAD, Part("a \ud800 b"), "turn-0", 5.0)
    assert api.only.body["blocks"][0]["text"] == "a ? b"


def test_the_connection_is_kept(slack: SlackChannel, api: WebApi) -> None:
    post(slack)
    before = api.connections
    post(slack)
    assert api.connections == before


def test_a_split_reply_is_what_is_sent(slack: SlackChannel, api: WebApi) -> None:
    text = "```py\n" + "x = 1\n" * 4000 + "```"
    parts = slack.split(text)
    for number, part in enumerate(parts):
        slack.send(THREAD, part, f"turn-{number}", 5.0)
    sent = [request.body["blocks"][0]["text"] for request in api.requests]
    assert sent == [part.text for part in parts]
    assert all(text.startswith("```py\n") and text.endswith("\n```") for text in sent)

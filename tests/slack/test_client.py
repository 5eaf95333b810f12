"""The client against a real HTTP server on loopback."""

import socket
import threading
from collections.abc import Iterator

import pytest

from parley.adapters.slack.client import SlackChannel
from parley.core.delivery import Chat, Delivery
from parley.core.message import Message, MessageId, Sender
from parley.errors import (
    ChannelError,
    ChannelMisconfigured,
    ChannelUnavailable,
    RateLimited,
    SendUncertain,
    Undeliverable,
)
from parley.ports import Channel
from tests.slack.doubles import NamedValues, Scripted, WebApi, not_ok, web_api

TOKEN = "xoxb-made-up"
NAME = "/parley/bot-token"
THREAD = Delivery(
    "slack",
    "U1",
    Chat.of_thread("C1", "1790000000.000100"),
    "slack:channel:C1:thread:1790000000.000100",
    {"channel": "C1", "thread_ts": "1790000000.000100", "message_ts": "1790000005.000100"},
)
DIRECT = Delivery(
    "slack",
    "U1",
    Chat.direct(),
    "slack:channel:D1",
    {"channel": "D1", "message_ts": "1790000005.000100"},
)


@pytest.fixture(name="running", scope="module")
def running_slack() -> Iterator[tuple[WebApi, NamedValues, SlackChannel]]:
    """One channel for all: to make an HTTP client costs more than a test."""
    secrets = NamedValues({})
    with web_api() as api:
        slack = SlackChannel(api.url, NAME, secrets)
        yield api, secrets, slack
        slack.close()


@pytest.fixture(name="api")
def fresh_api(running: tuple[WebApi, NamedValues, SlackChannel]) -> WebApi:
    api = running[0]
    api.requests.clear()
    api.answers.clear()
    return api


@pytest.fixture(name="secrets")
def fresh_secrets(running: tuple[WebApi, NamedValues, SlackChannel]) -> NamedValues:
    secrets = running[1]
    secrets.values = {NAME: [TOKEN]}
    return secrets


@pytest.fixture(name="slack")
def channel(
    running: tuple[WebApi, NamedValues, SlackChannel], api: WebApi, secrets: NamedValues
) -> SlackChannel:
    return running[2]


def post(slack: Channel, delivery: Delivery = THREAD, timeout: float = 5.0) -> None:
    slack.send(delivery, "**Done.**", "turn-0", timeout)


def message(delivery: Delivery = THREAD) -> Message:
    return Message(
        id=MessageId("slack", "T1", delivery.meta["channel"], delivery.meta["message_ts"]),
        conversation="slack:thread:C1:1790000000.000100",
        sender=Sender("U1"),
        text="hello",
        delivery=delivery,
        position="001790000005.000100",
        sent_at=1,
        accepted_at=2,
        correlation_id="c",
    )


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


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("service_unavailable", ChannelUnavailable),
        ("request_timeout", ChannelUnavailable),
        ("internal_error", SendUncertain),
        ("fatal_error", SendUncertain),
        ("channel_not_found", Undeliverable),
        ("not_in_channel", Undeliverable),
        ("is_archived", Undeliverable),
        ("msg_blocks_too_long", Undeliverable),
        ("restricted_action_thread_locked", Undeliverable),
        ("an_error_of_next_year", Undeliverable),
        ("invalid_auth", ChannelMisconfigured),
        ("token_revoked", ChannelMisconfigured),
        ("missing_scope", ChannelMisconfigured),
        ("messages_tab_disabled", ChannelMisconfigured),
    ],
)
def test_refusals_are_told_apart(
    slack: SlackChannel, api: WebApi, error: str, kind: type[ChannelError]
) -> None:
    api.answers.append(not_ok(error))
    with pytest.raises(kind, match=f"chat.postMessage: {error}") as caught:
        post(slack)
    assert type(caught.value) is kind
    assert len(api.requests) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "42"}, 42),
        ({"Retry-After": "0"}, 1),
        ({"Retry-After": "soon"}, 5),
        ({"Retry-After": "999999"}, 3600),
        ({}, 5),
    ],
)
@pytest.mark.parametrize(("status", "body"), [(429, b""), (200, not_ok("ratelimited").body)])
def test_a_rate_limit_says_how_long(
    slack: SlackChannel,
    api: WebApi,
    status: int,
    body: bytes,
    headers: dict[str, str],
    seconds: int,
) -> None:
    api.answers.append(Scripted(body, status, headers))
    with pytest.raises(RateLimited) as caught:
        post(slack)
    assert caught.value.seconds == seconds


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (500, b"<html>", SendUncertain),
        (503, b"", SendUncertain),
        (503, not_ok("service_unavailable").body, ChannelUnavailable),
        (200, b"", SendUncertain),
        (200, b"[]", SendUncertain),
        (200, b'{"error": "x"}', SendUncertain),
        (200, b"[" * 100_000, SendUncertain),
        (200, b"\xff", SendUncertain),
        (404, b"no such page", ChannelMisconfigured),
        (302, b"", ChannelMisconfigured),
        (403, not_ok("invalid_auth").body, ChannelMisconfigured),
    ],
)
def test_answers_that_are_none(
    slack: SlackChannel, api: WebApi, status: int, body: bytes, kind: type[ChannelError]
) -> None:
    api.answers.append(Scripted(body, status))
    with pytest.raises(kind):
        post(slack)


def test_a_connection_that_breaks_leaves_it_open(slack: SlackChannel, api: WebApi) -> None:
    api.answers.append(None)
    with pytest.raises(SendUncertain, match="the connection broke"):
        post(slack)


def test_an_answer_that_does_not_come_leaves_it_open(slack: SlackChannel, api: WebApi) -> None:
    released = threading.Event()
    api.answers.append(Scripted(b"{}", before=released.wait))
    try:
        with pytest.raises(SendUncertain, match="ReadTimeout"):
            post(slack, timeout=0.2)
    finally:
        released.set()


def test_an_answer_that_does_not_end_leaves_it_open(api: WebApi, secrets: NamedValues) -> None:
    ticks = iter([0.0, 0.0, 99.0])
    slack = SlackChannel(api.url, NAME, secrets, monotonic=lambda: next(ticks))
    with pytest.raises(SendUncertain, match="does not end"):
        post(slack)
    slack.close()


def test_nothing_is_posted_without_a_connection(secrets: NamedValues) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    slack = SlackChannel(f"http://127.0.0.1:{port}", NAME, secrets)
    with pytest.raises(ChannelUnavailable, match="no connection"):
        post(slack)
    slack.close()


@pytest.mark.parametrize("url", ["slack.invalid", "ftp://slack.invalid", "http://x:y"])
def test_an_address_that_is_none_is_misconfigured(url: str, secrets: NamedValues) -> None:
    slack = SlackChannel(url, NAME, secrets)
    with pytest.raises(ChannelMisconfigured):
        post(slack)
    slack.close()


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
        post(slack)
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


def test_errors_hold_neither_text_nor_token(slack: SlackChannel, api: WebApi) -> None:
    api.answers.append(not_ok("invalid_blocks", response_metadata={"messages": ["**Done.**"]}))
    with pytest.raises(Undeliverable) as caught:
        post(slack)
    assert str(caught.value) == "Slack refused chat.postMessage: invalid_blocks"


def test_half_a_character_does_not_stop_a_reply(slack: SlackChannel, api: WebApi) -> None:
    slack.send(THREAD, "a \ud800 b", "turn-0", 5.0)
    assert api.only.body["blocks"][0]["text"] == "a ? b"


def test_the_connection_is_kept(slack: SlackChannel, api: WebApi) -> None:
    post(slack)
    before = api.connections
    post(slack)
    assert api.connections == before


def test_a_split_reply_is_what_is_sent(slack: SlackChannel, api: WebApi) -> None:
    channel: Channel = slack
    text = "```py\n" + "x = 1\n" * 4000 + "```"
    chunks = channel.split(text)
    for number, chunk in enumerate(chunks):
        channel.send(THREAD, chunk, f"turn-{number}", 5.0)
    sent = [request.body["blocks"][0]["text"] for request in api.requests]
    assert sent == list(chunks)
    assert all(part.startswith("```py\n") and part.endswith("\n```") for part in sent)

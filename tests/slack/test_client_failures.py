"""What the client makes of refusals, rate limits and broken connections."""

import socket
import threading

import pytest

from parley.adapters.slack.client import SlackChannel
from parley.errors import (
    ChannelError,
    ChannelMisconfigured,
    ChannelUnavailable,
    RateLimited,
    SendUncertain,
    Undeliverable,
)
from tests.slack.doubles import NAME, NamedValues, Scripted, WebApi, not_ok
from tests.slack.places import DIRECT, post


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
        (200, b"<html>Log in to this network</html>", SendUncertain),
        (302, b"", ChannelUnavailable),
        (304, b"", ChannelUnavailable),
        (400, b"<html>", ChannelUnavailable),
        (401, b"<html>", ChannelUnavailable),
        (403, b"<html>", ChannelUnavailable),
        (404, b"no such page", ChannelUnavailable),
        (407, b"", ChannelUnavailable),
        (408, b"", ChannelUnavailable),
        (408, b'{"error": "x"}', ChannelUnavailable),
        (404, not_ok("channel_not_found").body, Undeliverable),
        (403, not_ok("invalid_auth").body, ChannelMisconfigured),
    ],
)
def test_answers_that_are_none(
    slack: SlackChannel, api: WebApi, status: int, body: bytes, kind: type[ChannelError]
) -> None:
    api.answers.append(Scripted(body, status))
    with pytest.raises(kind) as caught:
        post(slack)
    assert type(caught.value) is kind


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
        post(slack, DIRECT)
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

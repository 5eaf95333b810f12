"""What the client makes of refusals, rate limits and broken connections."""

import logging
import socket
import threading

import pytest

from parley.adapters.discord.client import DiscordChannel
from parley.errors import (
    ChannelError,
    ChannelMisconfigured,
    ChannelUnavailable,
    RateLimited,
    SendUncertain,
    Undeliverable,
)
from tests.discord.doubles import (
    INVALID_TOKEN,
    NAME,
    TOKEN,
    Api,
    NamedValues,
    Scripted,
    refusal,
)
from tests.discord.places import DELIVERY, GROWN, SPENT, first, second
from tests.fakes.world import FakeClock


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refusal(404, 10003), Undeliverable),
        (refusal(403, 50013), Undeliverable),
        (refusal(403, 50007), Undeliverable),
        (refusal(403, 999_999), Undeliverable),
        (refusal(404, 0), Undeliverable),
        (refusal(400, 50035), Undeliverable),
        (refusal(400, 999_999), Undeliverable),
        (refusal(401, 0), ChannelMisconfigured),
        (refusal(400, 40062), ChannelUnavailable),
        (refusal(503, 130000), SendUncertain),
        (refusal(500, 0), SendUncertain),
        (Scripted(b"<html>", 502), SendUncertain),
        (Scripted(b"", 200), SendUncertain),
        (Scripted(b"[]", 200), SendUncertain),
        (Scripted(b"{}", 200), SendUncertain),
        (Scripted(b'{"id":7}', 200), SendUncertain),
        (Scripted(b"[" * 100_000, 200), SendUncertain),
        (Scripted(b"", 204), SendUncertain),
        (Scripted(b"<html>", 403), ChannelUnavailable),
        (Scripted(b"", 404), ChannelUnavailable),
        (Scripted(b"", 302), ChannelUnavailable),
        (Scripted(b"[]", 400), ChannelUnavailable),
    ],
)
def test_refusals_are_told_apart(
    discord: DiscordChannel, api: Api, clock: FakeClock, answer: Scripted, kind: type[ChannelError]
) -> None:
    clock.advance(SPENT)
    api.answers.append(answer)
    with pytest.raises(kind):
        second(discord)
    assert len(api.requests) == 1


@pytest.mark.parametrize(
    ("body", "headers", "seconds"),
    [
        (b'{"retry_after": 1.2, "global": false}', {}, 2),
        (b'{"retry_after": 0.3}', {"Retry-After": "60"}, 1),
        (b'{"retry_after": 99999}', {}, 3600),
        (b'{"retry_after": "soon"}', {}, 5),
        (b'{"retry_after": NaN}', {}, 5),
        (b'{"retry_after": Infinity}', {}, 5),
        (b'{"retry_after": []}', {}, 5),
        (b"error code: 1015", {"Retry-After": "42"}, 42),
        (b"", {}, 5),
    ],
)
def test_a_rate_limit_says_how_long(
    discord: DiscordChannel, api: Api, body: bytes, headers: dict[str, str], seconds: int
) -> None:
    api.answers.append(Scripted(body, 429, headers))
    with pytest.raises(RateLimited) as caught:
        first(discord)
    assert caught.value.seconds == seconds
    assert len(api.requests) == 1


def test_a_connection_that_breaks_leaves_it_open(discord: DiscordChannel, api: Api) -> None:
    api.answers.append(None)
    with pytest.raises(SendUncertain, match="the connection broke"):
        first(discord)


def test_an_answer_that_does_not_come_leaves_it_open(discord: DiscordChannel, api: Api) -> None:
    released = threading.Event()
    api.answers.append(Scripted(b"{}", before=released.wait))
    try:
        with pytest.raises(SendUncertain, match="ReadTimeout"):
            first(discord, timeout=0.2)
    finally:
        released.set()


def test_an_answer_that_does_not_end_leaves_it_open(
    discord: DiscordChannel, api: Api, clock: FakeClock
) -> None:
    api.answers.append(Scripted(b'{"id":"1"}', before=lambda: clock.advance(60_000)))
    with pytest.raises(SendUncertain, match="does not end"):
        first(discord)


def test_nothing_is_posted_without_a_connection(secrets: NamedValues, clock: FakeClock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    discord = DiscordChannel(f"http://127.0.0.1:{port}", NAME, secrets, clock)
    with pytest.raises(ChannelUnavailable, match="no connection"):
        first(discord)
    discord.close()


def test_nothing_is_posted_without_time(discord: DiscordChannel, api: Api) -> None:
    with pytest.raises(ChannelUnavailable, match="no time left"):
        first(discord, timeout=0.0)
    assert not api.requests


@pytest.mark.parametrize("url", ["discord.invalid", "ftp://discord.invalid", "http://x:y"])
def test_an_address_that_is_none_is_misconfigured(
    url: str, secrets: NamedValues, clock: FakeClock
) -> None:
    discord = DiscordChannel(url, NAME, secrets, clock)
    with pytest.raises(ChannelMisconfigured):
        first(discord)
    discord.close()


@pytest.mark.parametrize("token", ["ü", "a\nb", ""])
def test_what_cannot_be_a_token_is_misconfigured(
    discord: DiscordChannel, api: Api, secrets: NamedValues, token: str
) -> None:
    secrets.values[NAME] = [token]
    with pytest.raises(ChannelMisconfigured, match=NAME):
        second(discord)
    assert not api.requests


def test_a_missing_bot_token_is_misconfigured_by_name(
    discord: DiscordChannel, secrets: NamedValues
) -> None:
    secrets.values.clear()
    with pytest.raises(ChannelMisconfigured, match=NAME):
        second(discord)


def test_a_bot_token_that_cannot_be_read_now_can_be_read_later(
    discord: DiscordChannel, secrets: NamedValues
) -> None:
    secrets.down = True
    with pytest.raises(ChannelUnavailable, match=NAME):
        second(discord)


def test_the_answer_to_an_interaction_needs_no_bot_token(
    discord: DiscordChannel, api: Api, secrets: NamedValues
) -> None:
    secrets.values.clear()
    first(discord)
    assert len(api.requests) == 1


@pytest.mark.parametrize(
    "answer", [refusal(400, 50035), refusal(500, 0), None, Scripted(b"", 302), refusal(429, 0)]
)
def test_no_error_holds_a_token_or_a_text(
    discord: DiscordChannel, api: Api, answer: Scripted | None
) -> None:
    api.answers.append(answer)
    with pytest.raises(ChannelError) as caught:
        first(discord)
    said = repr(caught.value) + repr(caught.value.__cause__)
    for secret in ("a-token", TOKEN, "Done"):
        assert secret not in said


def test_no_log_line_holds_a_token(
    discord: DiscordChannel, api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    """The HTTP client would name each request's address."""
    with caplog.at_level(logging.INFO):
        first(discord)
        second(discord)
    assert api.requests
    assert caplog.text == ""


def test_a_reply_that_may_have_arrived_is_not_sent_by_another_right(
    discord: DiscordChannel, api: Api, clock: FakeClock
) -> None:
    clock.advance(GROWN)
    api.answers.append(None)
    with pytest.raises(SendUncertain):
        discord.show_progress(DELIVERY, "bash", None, 4.0)
    assert len(api.requests) == 1


def test_the_channel_can_be_used_after_it_was_closed(discord: DiscordChannel, api: Api) -> None:
    discord.close()
    discord.close()
    api.answers.append(INVALID_TOKEN)
    first(discord)
    assert len(api.requests) == 2

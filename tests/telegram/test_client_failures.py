"""What went wrong, and what the machine has to make of it."""

import logging
import socket
from collections.abc import Iterator

import pytest

from parley.adapters.telegram.client import TelegramChannel
from parley.core.reply import Part
from parley.errors import (
    ChannelError,
    ChannelMisconfigured,
    ChannelUnavailable,
    RateLimited,
    SendUncertain,
    Undeliverable,
)
from tests.telegram.doubles import TOKEN, TOKEN_NAME, NamedValues, Scripted, Telegram, refused
from tests.telegram.places import GROUP, PRIVATE, post

ALL_FORMS = 3  # HTML, plain, a file


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (refused("Too Many Requests: retry after 7", 429, retry_after=7), 7),
        (refused("Too Many Requests", 429, retry_after=0), 1),
        (refused("Too Many Requests", 429, retry_after=10**9), 3600),
        (refused("Too Many Requests", 429, retry_after="soon"), 5),
        (refused("Too Many Requests", 429), 5),
        (Scripted(b"slow down", 429), 5),
    ],
)
def test_a_rate_limit_says_how_long(
    bot: TelegramChannel, api: Telegram, answer: Scripted, seconds: int
) -> None:
    api.answers.append(answer)
    with pytest.raises(RateLimited) as limited:
        post(bot)
    assert limited.value.seconds == seconds


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refused("Forbidden: bot was blocked by the user", 403), Undeliverable),
        (refused("Forbidden: bot was kicked from the group chat", 403), Undeliverable),
        (refused("Bad Request: chat not found"), Undeliverable),
        (refused("Unauthorized", 401), ChannelMisconfigured),
        (refused("Not Found", 404), ChannelMisconfigured),
        (refused("Internal Server Error", 500), SendUncertain),
        (refused("Bad Gateway", 502), SendUncertain),
        (Scripted(b"<html>", 502), SendUncertain),
        (Scripted(b"<html>", 200), SendUncertain),
        (Scripted(b"[1]", 200), SendUncertain),
        (Scripted(b'{"ok":1}', 200), SendUncertain),
        (Scripted(b"x" * 1_000_001, 200), SendUncertain),
        (None, SendUncertain),
        (Scripted(b"<html>", 403), ChannelUnavailable),
        (Scripted(b"", 302, {"Location": "https://example.org/"}), ChannelUnavailable),
    ],
)
def test_what_can_be_done_about_it(
    bot: TelegramChannel, api: Telegram, answer: Scripted | None, error: type[ChannelError]
) -> None:
    api.answers.append(answer)
    with pytest.raises(ChannelError) as caught:
        post(bot)
    assert type(caught.value) is error
    assert len(api.requests) == 1


def test_a_refusal_in_every_form_is_final(bot: TelegramChannel, api: Telegram) -> None:
    api.answers.extend([refused("Bad Request: nobody knows why")] * ALL_FORMS)
    with pytest.raises(Undeliverable, match="sendDocument: 400 Bad Request: nobody knows why"):
        post(bot)


def test_an_edit_in_a_chat_that_is_closed_posts_nothing_anew(
    bot: TelegramChannel, api: Telegram
) -> None:
    api.answers.append(refused("Forbidden: bot was kicked from the group chat", 403))
    with pytest.raises(Undeliverable):
        bot.send(GROUP, Part("Done."), "turn-0", 5.0, replacing="55")
    assert len(api.requests) == 1


def test_an_edit_under_a_rate_limit_posts_nothing_anew(bot: TelegramChannel, api: Telegram) -> None:
    api.answers.append(refused("Too Many Requests", 429, retry_after=4))
    with pytest.raises(RateLimited):
        bot.send(GROUP, Part("Done."), "turn-0", 5.0, replacing="55")
    assert len(api.requests) == 1


def test_a_group_that_became_a_supergroup_is_followed(bot: TelegramChannel, api: Telegram) -> None:
    api.answers.append(
        refused(
            "Bad Request: group chat was upgraded to a supergroup chat",
            migrate_to_chat_id=-1004000000001,
        )
    )
    post(bot, GROUP)
    assert [sent.fields["chat_id"] for sent in api.requests] == ["-100", -1004000000001]


def test_a_group_that_moves_all_the_time_is_followed_once(
    bot: TelegramChannel, api: Telegram
) -> None:
    moved = refused("Bad Request: group chat was upgraded", migrate_to_chat_id=-1)
    api.answers.extend([moved] * 2 * ALL_FORMS)
    with pytest.raises(Undeliverable):
        post(bot, GROUP)
    assert len(api.requests) <= 2 * ALL_FORMS


# The token


@pytest.mark.parametrize("refusal", [refused("Unauthorized", 401), refused("Not Found", 404)])
def test_a_replaced_token_is_read_afresh(
    bot: TelegramChannel, api: Telegram, secrets: NamedValues, refusal: Scripted
) -> None:
    secrets.values[TOKEN_NAME] = ["1:old", "1:new"]
    api.answers.append(refusal)
    post(bot)
    assert [sent.path for sent in api.requests] == [
        "/bot1:old/sendMessage",
        "/bot1:new/sendMessage",
    ]


def test_a_new_token_that_is_wrong_too_is_tried_once(
    bot: TelegramChannel, api: Telegram, secrets: NamedValues
) -> None:
    secrets.values[TOKEN_NAME] = ["1:old", "1:new", "1:newer"]
    api.answers.extend([refused("Unauthorized", 401)] * 2)
    with pytest.raises(ChannelMisconfigured, match="401 Unauthorized"):
        post(bot)
    assert len(api.requests) == 2


@pytest.mark.parametrize("token", ["1:ü", "1:a\nb", "1:a/../b", "1:a b", ""])
def test_what_cannot_be_a_token_is_misconfigured(
    bot: TelegramChannel, api: Telegram, secrets: NamedValues, token: str
) -> None:
    secrets.values[TOKEN_NAME] = [token]
    with pytest.raises(ChannelMisconfigured, match=TOKEN_NAME) as caught:
        post(bot)
    assert token == "" or token not in str(caught.value)
    assert not api.requests


def test_a_missing_token_is_misconfigured_by_name(
    bot: TelegramChannel, secrets: NamedValues
) -> None:
    secrets.values.clear()
    with pytest.raises(ChannelMisconfigured, match=TOKEN_NAME):
        post(bot)


def test_a_token_that_cannot_be_read_now_can_be_read_later(
    bot: TelegramChannel, api: Telegram, secrets: NamedValues
) -> None:
    secrets.down = True
    with pytest.raises(ChannelUnavailable, match=TOKEN_NAME):
        post(bot)
    assert not api.requests


def test_a_refused_token_that_cannot_be_read_afresh_posted_nothing(
    bot: TelegramChannel, api: Telegram, secrets: NamedValues
) -> None:
    secrets.down_for_fresh = True
    api.answers.append(refused("Unauthorized", 401))
    with pytest.raises(ChannelUnavailable, match=TOKEN_NAME):
        post(bot)


FAILURES = [
    refused("Forbidden: bot was blocked by the user", 403),
    refused("Unauthorized", 401),
    refused("Bad Gateway", 502),
    Scripted(b"<html>", 502),
    Scripted(b"<html>", 404),
    None,
]


@pytest.mark.parametrize("answer", FAILURES)
def test_neither_errors_nor_logs_have_the_token_or_the_text(
    bot: TelegramChannel,
    api: Telegram,
    answer: Scripted | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    api.answers.append(answer)
    with pytest.raises(ChannelError) as caught:
        post(bot)
    error: BaseException | None = caught.value
    while error is not None:
        assert TOKEN not in f"{error!r} {error}"
        assert "Done" not in f"{error!r} {error}"
        error = error.__cause__ or error.__context__
    assert TOKEN not in caplog.text


def test_a_success_is_not_logged_with_the_token(
    bot: TelegramChannel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    post(bot)
    assert TOKEN not in caplog.text


# Connections and time


@pytest.fixture(name="closed_port")
def nobody_listens() -> Iterator[int]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def test_no_connection_posted_nothing(closed_port: int, secrets: NamedValues) -> None:
    bot = TelegramChannel(f"http://127.0.0.1:{closed_port}", TOKEN_NAME, secrets)
    with pytest.raises(ChannelUnavailable) as caught:
        post(bot)
    bot.close()
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("url", ["http://a:b", "ftp://127.0.0.1", "nowhere"])
def test_an_address_that_is_none_is_misconfigured(url: str, secrets: NamedValues) -> None:
    bot = TelegramChannel(url, TOKEN_NAME, secrets)
    with pytest.raises(ChannelMisconfigured) as caught:
        post(bot)
    bot.close()
    assert TOKEN not in str(caught.value)
    assert caught.value.__cause__ is None


def test_time_that_the_first_form_took_is_not_there_for_the_second(
    api: Telegram, secrets: NamedValues
) -> None:
    api.answers.append(refused("Bad Request: can't parse entities"))
    ticks = iter([0.0, 0.0, 4.0, 6.0])
    bot = TelegramChannel(api.url, TOKEN_NAME, secrets, rich=False, monotonic=lambda: next(ticks))
    with pytest.raises(ChannelUnavailable, match="no time left"):
        post(bot)
    bot.close()


def test_an_answer_that_does_not_end_in_time_is_uncertain(
    api: Telegram, secrets: NamedValues
) -> None:
    ticks = iter([0.0, 0.0, 6.0])
    bot = TelegramChannel(api.url, TOKEN_NAME, secrets, monotonic=lambda: next(ticks))
    with pytest.raises(SendUncertain, match="does not end"):
        post(bot)
    bot.close()


def test_the_connection_is_kept(bot: TelegramChannel, api: Telegram) -> None:
    post(bot)
    before = api.connections
    post(bot)
    assert api.connections == before


def test_a_channel_that_was_closed_can_be_used_again(bot: TelegramChannel, api: Telegram) -> None:
    bot.close()
    bot.close()
    post(bot, PRIVATE)
    assert len(api.requests) == 1

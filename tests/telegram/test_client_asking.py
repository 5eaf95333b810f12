"""Progress, prompts, short words and files, against a real HTTP server on loopback."""

import pytest

from parley.adapters.telegram.client import TelegramChannel
from parley.core.approval import Prompt
from parley.core.asking import buttons
from parley.core.message import Attachment
from parley.errors import (
    ChannelMisconfigured,
    ChannelUnavailable,
    RateLimited,
    SendUncertain,
    Undeliverable,
)
from tests.telegram.bodies import units
from tests.telegram.doubles import POSTED, TOKEN, Scripted, Telegram, fine, refused
from tests.telegram.places import GROUP, PRIVATE, REPLY, TOPIC

PROMPT = Prompt("k3v9q2m8x1c7", "May I **run** this?", buttons("k3v9q2m8x1c7", 1))


def test_progress_is_posted_and_then_edited(bot: TelegramChannel, api: Telegram) -> None:
    post = bot.show_progress(GROUP, "⏳ Running `run_command` · 5 s", None, 5.0)
    assert post == "99"
    assert bot.show_progress(GROUP, "⏳ Running `run_command` · 10 s", post, 5.0) == "99"
    assert api.methods == ["sendMessage", "editMessageText"]
    assert api.requests[0].fields["reply_parameters"] == REPLY
    assert api.requests[1].fields["message_id"] == 99
    assert api.requests[1].fields["text"] == "⏳ Running <code>run_command</code> · 10 s"


def test_progress_that_says_so_already_is_fine(bot: TelegramChannel, api: Telegram) -> None:
    api.answers.append(refused("Bad Request: message is not modified"))
    assert bot.show_progress(GROUP, "Working", "55", 5.0) == "55"


def test_progress_that_somebody_deleted_is_posted_anew(bot: TelegramChannel, api: Telegram) -> None:
    api.answers.append(refused("Bad Request: message to edit not found"))
    assert bot.show_progress(GROUP, "Working", "55", 5.0) == "99"


def test_progress_in_a_chat_that_is_closed_is_told(bot: TelegramChannel, api: Telegram) -> None:
    api.answers.append(refused("Forbidden: bot was blocked by the user", 403))
    with pytest.raises(Undeliverable):
        bot.show_progress(PRIVATE, "Working", "55", 5.0)


def test_progress_under_a_rate_limit_is_dropped(bot: TelegramChannel, api: Telegram) -> None:
    api.answers.append(refused("Too Many Requests: retry after 12", 429, retry_after=12))
    with pytest.raises(RateLimited) as limited:
        bot.show_progress(GROUP, "Working", "55", 5.0)
    assert limited.value.seconds == 12


def test_progress_that_is_too_long_is_cut(bot: TelegramChannel, api: Telegram) -> None:
    bot.show_progress(PRIVATE, "🙂" * 3000, None, 5.0)
    assert units(api.only.fields["text"]) in (4095, 4096)


def test_groups_are_edited_less_often(bot: TelegramChannel) -> None:
    assert bot.pace(PRIVATE) < bot.pace(TOPIC) == bot.pace(GROUP)


def test_typing_shows_in_the_topic(bot: TelegramChannel, api: Telegram) -> None:
    bot.indicate(TOPIC, 5.0)
    assert api.only.method == "sendChatAction"
    assert api.only.fields == {"chat_id": "-100", "message_thread_id": 42, "action": "typing"}


def test_typing_that_fails_is_told(bot: TelegramChannel, api: Telegram) -> None:
    api.answers.append(refused("Too Many Requests", 429))
    with pytest.raises(RateLimited):
        bot.indicate(TOPIC, 5.0)
    api.answers.append(refused("Forbidden: bot was kicked from the group chat", 403))
    with pytest.raises(Undeliverable):
        bot.indicate(TOPIC, 5.0)


def test_a_prompt_has_its_buttons(bot: TelegramChannel, api: Telegram) -> None:
    assert bot.ask(GROUP, PROMPT, "nonce", 5.0) == "99"
    assert api.only.fields["text"] == "May I <b>run</b> this?"
    assert api.only.fields["reply_parameters"] == REPLY
    (row,) = api.only.fields["reply_markup"]["inline_keyboard"]
    assert [(button["text"], button["callback_data"]) for button in row] == [
        ("Allow", "a:k3v9q2m8x1c7:allow"),
        ("Deny", "a:k3v9q2m8x1c7:deny"),
    ]


def test_a_prompt_for_several_calls_of_one_tool(bot: TelegramChannel, api: Telegram) -> None:
    tool = "a_tool_with_a_name_that_is_far_too_long_for_the_label_of_any_button"
    bot.ask(
        PRIVATE, Prompt("k3v9q2m8x1c7", "May I?", buttons("k3v9q2m8x1c7", 2, tool)), "nonce", 5.0
    )
    rows = api.only.fields["reply_markup"]["inline_keyboard"]
    labels = [[button["text"] for button in row] for row in rows]
    assert labels[0] == ["Allow all", "Deny all"]
    assert labels[1][0].startswith("Always allow a_tool_with")
    assert len(labels[1][0]) == 64
    sizes = [len(button["callback_data"].encode()) for row in rows for button in row]
    assert max(sizes) <= 64


def test_a_prompt_whose_marks_are_refused_is_asked_plainly(
    bot: TelegramChannel, api: Telegram
) -> None:
    api.answers.append(refused("Bad Request: can't parse entities"))
    bot.ask(PRIVATE, PROMPT, "nonce", 5.0)
    assert api.requests[1].fields["text"] == "May I run this?"
    assert "reply_markup" in api.requests[1].fields


def test_a_prompt_of_the_full_size_fits(bot: TelegramChannel, api: Telegram) -> None:
    text = "`" + "x" * (bot.prompt_size - 2) + "`"
    bot.ask(PRIVATE, Prompt("k3v9q2m8x1c7", text), "nonce", 5.0)
    assert api.only.fields["parse_mode"] == "HTML"


def test_a_prompt_without_an_id_may_have_been_posted(bot: TelegramChannel, api: Telegram) -> None:
    api.answers.append(fine({}))
    with pytest.raises(SendUncertain, match="no message id"):
        bot.ask(PRIVATE, PROMPT, "nonce", 5.0)


def test_a_decision_takes_the_place_of_the_prompt(bot: TelegramChannel, api: Telegram) -> None:
    bot.settle(GROUP, "55", "**Allowed** by Ada", 5.0)
    assert api.only.method == "editMessageText"
    assert api.only.fields["text"] == "<b>Allowed</b> by Ada"
    assert "reply_markup" not in api.only.fields


@pytest.mark.parametrize(
    "reason",
    ["message is not modified", "message to edit not found", "MESSAGE_ID_INVALID"],
)
def test_a_prompt_that_is_gone_or_settled_is_left(
    bot: TelegramChannel, api: Telegram, reason: str
) -> None:
    api.answers.append(refused(f"Bad Request: {reason}"))
    bot.settle(GROUP, "55", "Allowed", 5.0)
    assert len(api.requests) == 1


def test_a_prompt_in_a_chat_that_is_closed_cannot_be_settled(
    bot: TelegramChannel, api: Telegram
) -> None:
    api.answers.append(refused("Forbidden: bot was kicked from the supergroup chat", 403))
    with pytest.raises(Undeliverable, match="kicked"):
        bot.settle(GROUP, "55", "Allowed", 5.0)


# Short words


def test_a_click_is_answered(bot: TelegramChannel, api: Telegram) -> None:
    bot.notify({"callback_query_id": "438"}, "Allowed.", 5.0)
    assert api.only.method == "answerCallbackQuery"
    assert api.only.fields == {"callback_query_id": "438", "text": "Allowed.", "show_alert": False}


def test_a_longer_answer_stays_until_it_is_read(bot: TelegramChannel, api: Telegram) -> None:
    bot.notify({"callback_query_id": "438"}, "You may **not** decide this. " * 20, 5.0)
    assert api.only.fields["show_alert"] is True
    assert units(api.only.fields["text"]) == 200
    assert api.only.fields["text"].startswith("You may not decide this.")


def test_a_click_that_is_too_old_cannot_be_answered(bot: TelegramChannel, api: Telegram) -> None:
    api.answers.append(
        refused("Bad Request: query is too old and response timeout expired or query ID is invalid")
    )
    bot.notify({"callback_query_id": "438"}, "", 5.0)


def test_another_refusal_of_an_answer_is_told(bot: TelegramChannel, api: Telegram) -> None:
    api.answers.append(refused("Bad Request: MESSAGE_TOO_LONG"))
    with pytest.raises(Undeliverable, match="answerCallbackQuery"):
        bot.notify({"callback_query_id": "438"}, "x", 5.0)


def test_a_word_to_a_chat(bot: TelegramChannel, api: Telegram) -> None:
    place = {"chat_id": "-100", "message_thread_id": "42", "reply_to": "18"}
    bot.notify(place, "- `/stop`: stop it", 5.0)
    assert api.only.method == "sendMessage"
    assert api.only.fields["message_thread_id"] == 42
    assert api.only.fields["reply_parameters"] == REPLY
    assert "<code>/stop</code>" in api.only.fields["text"]


def test_a_word_to_a_chat_that_is_closed_is_told(bot: TelegramChannel, api: Telegram) -> None:
    api.answers.append(refused("Forbidden: bot was blocked by the user", 403))
    with pytest.raises(Undeliverable, match="blocked"):
        bot.notify({"chat_id": "7"}, "Not yet.", 5.0)


def test_a_word_that_is_too_long_is_cut(bot: TelegramChannel, api: Telegram) -> None:
    bot.notify({"chat_id": "7"}, "word " * 2000, 5.0)
    assert api.only.fields["text"].endswith("…")
    assert units(api.only.fields["text"]) == 4096
    assert "parse_mode" not in api.only.fields


# Files


def file(size: int = 5) -> Attachment:
    return Attachment("build.log", "text/plain", size, "BQAC")


PATH = fine({"file_path": "documents/file 1.log"})


def test_a_file_is_fetched(bot: TelegramChannel, api: Telegram) -> None:
    api.answers.extend([PATH, Scripted(b"hello")])
    assert bot.download(file(), 100, 5.0) == b"hello"
    assert api.requests[0].fields == {"file_id": "BQAC"}
    assert api.requests[1].path == f"/file/bot{TOKEN}/documents/file%201.log"


def test_a_file_that_says_how_long_it_is_is_not_fetched(
    bot: TelegramChannel, api: Telegram
) -> None:
    with pytest.raises(Undeliverable, match=r"larger than 0\.5 MB"):
        bot.download(file(500_001), 500_000, 5.0)
    assert not api.requests


def test_a_file_that_does_not_is_not_read_to_its_end(bot: TelegramChannel, api: Telegram) -> None:
    api.answers.extend([PATH, Scripted(b"x" * 1_000_000)])
    with pytest.raises(Undeliverable, match=r"larger than 0\.5 MB"):
        bot.download(file(0), 500_000, 5.0)


@pytest.mark.parametrize(
    ("reason", "told"),
    [("file is too big", "larger than 20 MB"), ("invalid file_id", "no longer has the file")],
)
def test_a_file_that_telegram_does_not_give(
    bot: TelegramChannel, api: Telegram, reason: str, told: str
) -> None:
    api.answers.append(refused(f"Bad Request: {reason}"))
    with pytest.raises(Undeliverable, match=told):
        bot.download(file(), 10**9, 5.0)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Scripted(b"", 404), Undeliverable),
        (Scripted(b"", 429), RateLimited),
        (Scripted(b"", 502), ChannelUnavailable),
        (None, ChannelUnavailable),
    ],
)
def test_a_file_that_cannot_be_fetched(
    bot: TelegramChannel, api: Telegram, answer: Scripted | None, error: type[Exception]
) -> None:
    api.answers.extend([PATH, answer])
    with pytest.raises(error):
        bot.download(file(), 100, 5.0)


def test_a_wrong_token_for_a_file_is_told(bot: TelegramChannel, api: Telegram) -> None:
    api.answers.append(refused("Unauthorized", 401))
    with pytest.raises(ChannelMisconfigured):
        bot.download(file(), 100, 5.0)


@pytest.mark.parametrize("answer", [POSTED, fine(), None])
def test_a_file_without_a_path_may_come_later(
    bot: TelegramChannel, api: Telegram, answer: Scripted | None
) -> None:
    api.answers.append(answer)
    with pytest.raises(ChannelUnavailable):
        bot.download(file(), 100, 5.0)

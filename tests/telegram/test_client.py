"""What people see of a reply, against a real HTTP server on loopback."""

import pytest

from parley.adapters.telegram.client import TelegramChannel
from parley.core.reply import Part
from parley.errors import ChannelMisconfigured
from parley.ports import Channel
from tests.telegram.doubles import (
    POSTED,
    TOKEN,
    TOKEN_NAME,
    NamedValues,
    Scripted,
    Telegram,
    refused,
)
from tests.telegram.places import GROUP, PRIVATE, REPLY, TOPIC, message, post

NO_PREVIEW = {"is_disabled": True}


def test_a_reply_in_a_private_chat(bot: TelegramChannel, api: Telegram) -> None:
    post(bot)
    assert api.only.path == f"/bot{TOKEN}/sendMessage"
    assert api.only.headers["Content-Type"] == "application/json"
    assert api.only.fields == {
        "chat_id": "7",
        "text": "<b>Done.</b>",
        "parse_mode": "HTML",
        "link_preview_options": NO_PREVIEW,
    }


def test_a_rich_reply_is_the_markdown(rich: TelegramChannel, api: Telegram) -> None:
    post(rich)
    assert api.only.path == f"/bot{TOKEN}/sendRichMessage"
    assert api.only.fields == {"chat_id": "7", "rich_message": {"markdown": "**Done.**"}}


def test_a_reply_in_a_group_shows_what_it_answers(bot: TelegramChannel, api: Telegram) -> None:
    post(bot, GROUP)
    assert api.only.fields["reply_parameters"] == REPLY
    assert "message_thread_id" not in api.only.fields


def test_only_the_first_part_does(bot: TelegramChannel, api: Telegram) -> None:
    bot.send(GROUP, Part("and more"), "turn-12-10", 5.0)
    assert "reply_parameters" not in api.only.fields


def test_a_reply_in_a_topic_stays_there(bot: TelegramChannel, api: Telegram) -> None:
    post(bot, TOPIC)
    assert api.only.fields["chat_id"] == "-100"
    assert api.only.fields["message_thread_id"] == 42


def test_a_file_goes_out_as_a_document(bot: TelegramChannel, api: Telegram) -> None:
    bot.send(TOPIC, Part("# Grüße\n", "answer.md"), "turn-0", 5.0)
    assert api.only.path == f"/bot{TOKEN}/sendDocument"
    assert api.only.headers["Content-Type"].startswith("multipart/form-data")
    body = api.only.raw.decode()
    assert 'name="document"; filename="answer.md"' in body
    assert "# Grüße\n" in body
    assert '{"message_id": 19, "allow_sending_without_reply": true}' in body
    for name, value in {"chat_id": "-100", "message_thread_id": "42"}.items():
        assert f'name="{name}"\r\n\r\n{value}\r\n' in body


def test_half_a_character_does_not_stop_a_reply(rich: TelegramChannel, api: Telegram) -> None:
    rich.send(PRIVATE, Part("a \ud800 b"), "turn-0", 5.0)
    assert api.only.fields["rich_message"]["markdown"] == "a ? b"


def test_a_long_reply_is_split_for_what_is_sent(
    rich: TelegramChannel, bot: TelegramChannel, api: Telegram
) -> None:
    channels: list[Channel] = [rich, bot]
    text = "\n\n".join(f"Paragraph {number} 🙂 of a long reply." for number in range(600))
    lengths = [[len(part.text) for part in channel.split(text)] for channel in channels]
    assert len(lengths[0]) < len(lengths[1])
    for channel in channels:
        for number, part in enumerate(channel.split(text)):
            channel.send(PRIVATE, part, f"turn-{number}", 5.0)
    assert set(api.methods) <= {"sendRichMessage", "sendMessage", "sendDocument"}


# Forms that Telegram refuses


def test_a_rich_message_with_a_link_that_is_none_is_sent_without_links(
    rich: TelegramChannel, api: Telegram
) -> None:
    api.answers.append(refused("Bad Request: RICH_MESSAGE_EMAIL_INVALID"))
    post(rich)
    assert api.methods == ["sendRichMessage"] * 2
    assert api.requests[1].fields["rich_message"]["skip_entity_detection"] is True


def test_a_rich_message_that_is_refused_goes_out_as_html_and_then_plain(
    rich: TelegramChannel, api: Telegram
) -> None:
    api.answers.extend([refused("Bad Request: RICH_MESSAGE_TABLE_INVALID")] * 2)
    api.answers.append(refused("Bad Request: can't parse entities: unsupported start tag"))
    post(rich)
    assert api.methods == ["sendRichMessage"] * 2 + ["sendMessage"] * 2
    assert api.requests[2].fields["parse_mode"] == "HTML"
    assert api.requests[3].fields == {
        "chat_id": "7",
        "text": "Done.",
        "link_preview_options": NO_PREVIEW,
    }


def test_what_is_refused_in_every_form_goes_out_as_a_file(
    bot: TelegramChannel, api: Telegram
) -> None:
    api.answers.extend([refused("Bad Request: text is strange")] * 2)
    post(bot, GROUP)
    assert api.methods == ["sendMessage", "sendMessage", "sendDocument"]
    assert b"**Done.**" in api.requests[2].raw


def test_a_rich_message_that_is_too_long_for_an_ordinary_one_goes_out_as_a_file(
    rich: TelegramChannel, api: Telegram
) -> None:
    api.answers.extend([refused("Bad Request: RICH_MESSAGE_INVALID")] * 2)
    rich.send(PRIVATE, Part("word " * 2000), "turn-0", 5.0)
    assert api.methods == ["sendRichMessage"] * 2 + ["sendDocument"]


def test_a_server_without_rich_messages_is_asked_once(api: Telegram, secrets: NamedValues) -> None:
    api.answers.extend([refused("Not Found", 404)] * 2)
    bot = TelegramChannel(api.url, TOKEN_NAME, secrets)
    post(bot)
    post(bot)
    bot.close()
    assert api.methods == ["sendRichMessage"] * 2 + ["sendMessage"] * 2


def test_a_wrong_token_does_not_pass_for_a_server_without_rich_messages(
    rich: TelegramChannel, api: Telegram
) -> None:
    api.answers.extend([refused("Not Found", 404)] * 3)
    with pytest.raises(ChannelMisconfigured):
        post(rich)
    post(rich)
    assert api.methods[-1] == "sendRichMessage"


@pytest.mark.parametrize("reason", ["chat not found", "message thread not found", "TOPIC_CLOSED"])
def test_where_no_form_can_help_none_is_tried(
    rich: TelegramChannel, api: Telegram, reason: str
) -> None:
    api.answers.append(refused(f"Bad Request: {reason}"))
    with pytest.raises(Exception, match=reason):
        post(rich)
    assert len(api.requests) == 1


# The progress post that becomes the reply


def test_the_reply_takes_the_place_of_the_progress(bot: TelegramChannel, api: Telegram) -> None:
    bot.send(GROUP, Part("**Done.**"), "turn-0", 5.0, replacing="55")
    assert api.only.method == "editMessageText"
    assert api.only.fields["message_id"] == 55
    assert api.only.fields["text"] == "<b>Done.</b>"


def test_a_rich_reply_takes_its_place_too(rich: TelegramChannel, api: Telegram) -> None:
    rich.send(GROUP, Part("**Done.**"), "turn-0", 5.0, replacing="55")
    assert api.only.method == "editMessageText"
    assert api.only.fields["rich_message"] == {"markdown": "**Done.**"}


def test_a_repeat_finds_it_done(bot: TelegramChannel, api: Telegram) -> None:
    api.answers.append(refused("Bad Request: message is not modified: specified new message ..."))
    bot.send(GROUP, Part("**Done.**"), "turn-0", 5.0, replacing="55")
    assert api.methods == ["editMessageText"]


@pytest.mark.parametrize("reason", ["message to edit not found", "message can't be edited"])
def test_where_the_progress_is_gone_the_reply_is_posted(
    bot: TelegramChannel, api: Telegram, reason: str
) -> None:
    api.answers.append(refused(f"Bad Request: {reason}"))
    bot.send(GROUP, Part("**Done.**"), "turn-0", 5.0, replacing="55")
    assert api.methods == ["editMessageText", "sendMessage", "deleteMessage"]
    assert api.requests[1].fields["reply_parameters"] == REPLY
    assert api.requests[2].fields == {"chat_id": "-100", "message_id": 55}


def test_a_reply_that_the_post_cannot_become_is_posted(bot: TelegramChannel, api: Telegram) -> None:
    api.answers.extend([refused("Bad Request: message is too long")] * 2)
    bot.send(GROUP, Part("**Done.**"), "turn-0", 5.0, replacing="55")
    assert api.methods == ["editMessageText"] * 2 + ["sendMessage", "deleteMessage"]


def test_where_the_old_post_cannot_be_removed_the_reply_is_out_all_the_same(
    bot: TelegramChannel, api: Telegram
) -> None:
    gone = refused("Bad Request: message to edit not found")
    api.answers.extend([gone, POSTED, refused("Too Many Requests", 429, retry_after=3)])
    bot.send(GROUP, Part("**Done.**"), "turn-0", 5.0, replacing="55")
    assert api.methods == ["editMessageText", "sendMessage", "deleteMessage"]


# Receipts


def test_the_message_gets_its_eyes(bot: TelegramChannel, api: Telegram) -> None:
    bot.acknowledge(message())
    assert api.only.method == "setMessageReaction"
    assert api.only.fields == {
        "chat_id": "-100",
        "message_id": 18,
        "reaction": [{"type": "emoji", "emoji": "👀"}],
    }


@pytest.mark.parametrize(
    "refusal",
    [
        refused("Bad Request: message to react not found"),
        refused("Bad Request: REACTION_INVALID"),
        refused("Forbidden: bot was kicked from the group chat", 403),
    ],
)
def test_a_receipt_that_cannot_be_shown_is_let_go(
    bot: TelegramChannel, api: Telegram, refusal: Scripted
) -> None:
    api.answers.append(refusal)
    bot.acknowledge(message())


def test_a_token_that_is_wrong_is_told(bot: TelegramChannel, api: Telegram) -> None:
    api.answers.append(refused("Unauthorized", 401))
    with pytest.raises(ChannelMisconfigured):
        bot.acknowledge(message())


def test_merging_shows_nothing(bot: TelegramChannel, api: Telegram) -> None:
    bot.merge(message())
    assert not api.requests


def test_names_come_with_the_messages(bot: TelegramChannel, api: Telegram) -> None:
    assert bot.name_of("100001", 2.0) == ""
    assert not api.requests


def test_what_became_of_a_message_is_told_under_it(bot: TelegramChannel, api: Telegram) -> None:
    bot.tell(message(), "It is **queued**.", 5.0)
    assert api.only.fields["text"] == "It is <b>queued</b>."
    assert api.only.fields["reply_parameters"] == REPLY

"""Updates and answers at the local runtime's Telegram, which refuses what Telegram refuses."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from local.ports import loopback_port
from local.telegram.app import TelegramStandIn, telegram_stand_in
from local.telegram.chats import FORUM, GROUP, Message
from local.telegram.updates import click, migrate, update_for, write
from parley.adapters.telegram.client import TelegramChannel
from parley.adapters.telegram.parse import parse
from parley.core.approval import Choice, Click, Prompt
from parley.core.asking import buttons
from parley.core.message import Inbound
from parley.core.reading import Clicked, Moved, Received
from parley.core.reply import Part
from parley.core.tasks import reviewing
from parley.core.tasks.change import ChangeClick, Ruling
from parley.errors import RateLimited, Undeliverable
from tests.core.tasks.builders import HOSTILE_PATCH, change, task
from tests.telegram.bodies import OPTIONS
from tests.telegram.doubles import TOKEN, TOKEN_NAME, NamedValues
from tests.telegram.places import message

ADA = 100001


class Time:
    now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(name="clock", scope="module")
def shared_clock() -> Time:
    return Time()


@pytest.fixture(name="served", scope="module")
def running_stand_in(clock: Time) -> Iterator[TelegramStandIn]:
    with telegram_stand_in(loopback_port(), token=TOKEN, now=clock) as served:
        yield served


@pytest.fixture(name="telegram")
def quiet_stand_in(served: TelegramStandIn, clock: Time) -> TelegramStandIn:
    clock.now += 1000  # nobody has written for a long time
    return served


@pytest.fixture(name="bot")
def channel(telegram: TelegramStandIn) -> Iterator[TelegramChannel]:
    bot = TelegramChannel(telegram.api_url, TOKEN_NAME, NamedValues({TOKEN_NAME: [TOKEN]}))
    yield bot
    bot.close()


def accepted(telegram: TelegramStandIn, written: Message) -> Inbound:
    """What the webhook makes of the message that somebody wrote."""
    reading = parse(json.dumps(update_for(telegram.chats, written)).encode(), OPTIONS)
    assert isinstance(reading, Received), reading
    return reading.inbound


def asked(telegram: TelegramStandIn, chat: int = GROUP, **more: Any) -> Inbound:
    return accepted(telegram, write(telegram.chats, chat, ADA, "@Parley what is new?", **more))


def said(telegram: TelegramStandIn, inbound: Inbound) -> list[Message]:
    """By the bot, since that message, in its chat."""
    chat, first = int(inbound.delivery.meta["chat_id"]), int(inbound.id.message)
    later = (telegram.chats.find(chat, number) for number in range(first + 1, first + 50))
    return [each for each in later if each and each.by_bot]


@pytest.mark.parametrize(("chat", "topic"), [(ADA, None), (GROUP, None), (FORUM, 42)])
def test_an_answer_stands_where_the_question_does(
    telegram: TelegramStandIn, bot: TelegramChannel, chat: int, topic: int | None
) -> None:
    inbound = asked(telegram, chat, topic=topic)
    assert inbound.text == "what is new?"
    bot.send(inbound.delivery, Part("# News\n\n| a | b |\n|---|---|\n| 1 | 2 |"), "turn-0", 5.0)
    (answer,) = said(telegram, inbound)
    assert answer.rich == {"markdown": "# News\n\n| a | b |\n|---|---|\n| 1 | 2 |"}
    assert answer.topic == topic
    assert answer.reply_to == (None if chat == ADA else int(inbound.id.message))


def test_a_server_without_rich_messages_gets_html(
    telegram: TelegramStandIn, bot: TelegramChannel
) -> None:
    telegram.bot.takes_rich_messages = False
    inbound = asked(telegram)
    bot.send(inbound.delivery, Part("**bold** and `code`"), "turn-0", 5.0)
    telegram.bot.takes_rich_messages = True
    (answer,) = said(telegram, inbound)
    assert answer.text == "bold and code"
    assert [entity["type"] for entity in answer.entities] == ["bold", "code"]


def test_what_is_too_rich_is_sent_in_another_form(
    telegram: TelegramStandIn, bot: TelegramChannel
) -> None:
    row = "|" + "x|" * 30
    inbound = asked(telegram)
    bot.send(inbound.delivery, Part(f"{row}\n{row.replace('x', '---')}\n{row}"), "turn-0", 5.0)
    (answer,) = said(telegram, inbound)
    assert answer.rich is None
    assert answer.text


def test_progress_becomes_the_answer(
    telegram: TelegramStandIn, bot: TelegramChannel, clock: Time
) -> None:
    inbound = asked(telegram)
    post = bot.show_progress(inbound.delivery, "⏳ Working · 5 s", None, 5.0)
    for _ in range(2):
        clock.now += 5
        bot.send(inbound.delivery, Part("Done."), "turn-0", 5.0, replacing=post)
        (answer,) = said(telegram, inbound)
        assert (answer.shown, str(answer.id)) == ("Done.", post)


def test_progress_that_somebody_deleted_is_answered_all_the_same(
    telegram: TelegramStandIn, bot: TelegramChannel, clock: Time
) -> None:
    inbound = asked(telegram)
    post = bot.show_progress(inbound.delivery, "⏳ Working · 5 s", None, 5.0)
    telegram.chats.delete(said(telegram, inbound)[0])
    clock.now += 5
    bot.send(inbound.delivery, Part("Done."), "turn-0", 5.0, replacing=post)
    assert [each.shown for each in said(telegram, inbound)] == ["Done."]


def test_what_comes_too_fast_is_told_when(telegram: TelegramStandIn, bot: TelegramChannel) -> None:
    inbound = asked(telegram)
    bot.send(inbound.delivery, Part("one"), "turn-0", 5.0)
    with pytest.raises(RateLimited) as limited:
        bot.send(inbound.delivery, Part("two"), "turn-1", 5.0)
    assert limited.value.seconds == 1


def test_the_longest_review_is_posted_and_its_buttons_rule(
    telegram: TelegramStandIn, bot: TelegramChannel
) -> None:
    inbound = asked(telegram)
    made = change(id="k3v9q2m8x1c7")
    review = reviewing.review(made, task(), HOSTILE_PATCH, bot.prompt_size, 0, filed=True)
    bot.ask(inbound.delivery, review, "nonce", 5.0)
    (shown,) = said(telegram, inbound)
    assert [button["text"] for button in shown.buttons] == ["Apply", "Reject", "Revise"]
    for button, ruling in zip(shown.buttons, Ruling, strict=True):
        update = click(telegram.bot, shown, ADA, button["callback_data"])
        reading = parse(json.dumps(update).encode(), OPTIONS)
        assert isinstance(reading, Clicked)
        assert isinstance(reading.click, ChangeClick)
        assert (reading.click.change, reading.click.ruling) == (made.id, ruling)


def test_a_prompt_is_pressed_and_settled(
    telegram: TelegramStandIn, bot: TelegramChannel, clock: Time
) -> None:
    inbound = asked(telegram, FORUM, topic=42)
    prompt = Prompt(
        "k3v9q2m8x1c7", "May I run `rm -r build`?", buttons("k3v9q2m8x1c7", 1, "run_command")
    )
    post = bot.ask(inbound.delivery, prompt, "nonce", 5.0)
    (shown,) = said(telegram, inbound)
    assert [button["text"] for button in shown.buttons] == [
        "Allow",
        "Deny",
        "Always allow run_command here",
    ]
    update = click(telegram.bot, shown, ADA, shown.buttons[1]["callback_data"])
    reading = parse(json.dumps(update).encode(), OPTIONS)
    assert isinstance(reading, Clicked)
    assert isinstance(reading.click, Click)
    assert (reading.click.approval, reading.click.choice) == ("k3v9q2m8x1c7", Choice.DENY)
    assert reading.click.delivery.target == inbound.delivery.target
    bot.notify(reading.place, "Denied.", 5.0)
    bot.notify(reading.place, "Denied.", 5.0)
    assert telegram.bot.queries[reading.place["callback_query_id"]].answer == "Denied."
    clock.now += 5
    bot.settle(inbound.delivery, post, "Denied by Ada", 5.0)
    (settled,) = said(telegram, inbound)
    assert (settled.text, settled.buttons) == ("Denied by Ada", [])


def test_the_eyes_are_on_the_message(telegram: TelegramStandIn, bot: TelegramChannel) -> None:
    written = write(telegram.chats, ADA, ADA, "hello")
    inbound = accepted(telegram, written)
    bot.acknowledge(message(inbound.delivery))
    seen = telegram.chats.find(ADA, written.id)
    assert seen is not None
    assert seen.reactions == ("👀",)


def test_a_document_comes_and_goes(telegram: TelegramStandIn, bot: TelegramChannel) -> None:
    file = ("build.log", "text/plain", b"line 1\nline 2\n")
    inbound = accepted(telegram, write(telegram.chats, ADA, ADA, "read this", file=file))
    (attachment,) = inbound.attachments
    assert bot.download(attachment, 1000, 5.0) == file[2]
    bot.send(inbound.delivery, Part("# Answer\n", "answer.md"), "turn-5", 5.0)
    (answer,) = said(telegram, inbound)
    assert answer.document is not None
    assert answer.document["file_name"] == "answer.md"


def test_an_answer_follows_a_group_that_has_moved(
    telegram: TelegramStandIn, bot: TelegramChannel
) -> None:
    inbound = asked(telegram)
    updates = migrate(telegram.chats, GROUP)
    for update in updates:
        moved_to = parse(json.dumps(update).encode(), OPTIONS)
        assert isinstance(moved_to, Moved)
        assert moved_to.old.target == inbound.delivery.target
    new = updates[1]["message"]["chat"]["id"]
    bot.send(inbound.delivery, Part("Done."), "turn-0", 5.0)
    moved = replace(inbound.delivery, meta={**inbound.delivery.meta, "chat_id": str(new)})
    assert [each.shown for each in said(telegram, replace(inbound, delivery=moved))] == ["Done."]


def test_a_chat_that_is_closed_cannot_be_written_to(
    telegram: TelegramStandIn, bot: TelegramChannel
) -> None:
    inbound = asked(telegram, ADA)
    chat = telegram.chats.chats[ADA]
    telegram.chats.chats[ADA] = replace(chat, closed_to_bot=True)
    with pytest.raises(Undeliverable, match="blocked by the user"):
        bot.send(inbound.delivery, Part("Done."), "turn-0", 5.0)
    telegram.chats.chats[ADA] = chat

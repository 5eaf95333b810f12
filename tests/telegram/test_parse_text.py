"""What the agent gets to read of a message."""

from typing import Any

import pytest

from parley.core.message import Attachment
from parley.core.reading import Ignored
from tests.telegram.bodies import BOT, changed, mentioning, read, received, sample, units

AT = f"@{BOT}"


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        (f"{AT} hello", "hello"),
        (f"{AT}: hello", "hello"),
        (f"{AT}, hello", "hello"),
        (f"hello {AT}", "hello"),
        (f"hello {AT}\nand more", "hello\nand more"),
        (f"{AT}\nhello", "hello"),
        (f"{AT}\n    indented\n\n  more", "    indented\n\n  more"),
        (f"what does {AT} say?", "what does say?"),
        (f"👩‍💻 {AT} 👍", "👩‍💻 👍"),
        (f"{AT.upper()} hello", "hello"),
    ],
)
def test_the_mention_goes_and_every_line_break_stays(text: str, read_as: str) -> None:
    mention = AT.upper() if AT.upper() in text else AT
    assert received(mentioning(text, mention)).text == read_as


def test_mentions_by_link_count_too() -> None:
    user = {"id": 7000000001, "is_bot": True, "username": BOT}
    entity = {"type": "text_mention", "offset": 3, "length": 6, "user": user}
    update = changed("group-mention", text="🙂 Parley hello", entities=[entity])
    assert received(update).text == "🙂 hello"


def test_several_mentions_go() -> None:
    text = f"{AT} hello {AT}"
    entities = [
        {"type": "mention", "offset": units(text) - units(AT), "length": units(AT)},
        {"type": "mention", "offset": 0, "length": units(AT)},
    ]
    assert received(changed("group-mention", text=text, entities=entities)).text == "hello"


def test_what_only_looks_like_a_mention_is_text() -> None:
    assert read(changed("group-mention", entities=[])) == Ignored("not addressed")


@pytest.mark.parametrize(
    "entity",
    [
        {},
        {"type": "mention"},
        {"type": "mention", "offset": -5, "length": 3},
        {"type": "mention", "offset": 5, "length": -3},
        {"type": "mention", "offset": 10**9, "length": 10**9},
        {"type": "mention", "offset": "0", "length": None},
        {"type": "text_mention", "offset": 0, "length": 2, "user": []},
    ],
)
def test_entities_that_make_no_sense_do_no_harm(entity: dict[str, Any]) -> None:
    assert read(changed("group-mention", entities=[entity])) == Ignored("not addressed")
    assert (
        received(changed("private", entities=[entity])).text == sample("private")["message"]["text"]
    )


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        (f"/stop{AT}", "/stop"),
        (f"/stop{AT.upper()}", "/stop"),
        (f"/queue{AT} steer", "/queue steer"),
        ("/status", "/status"),
        ("!stop", "!stop"),
        ("/deny abc  too\nrisky", "/deny abc  too\nrisky"),
        (f"/task{AT} shop @stub\nfix\n\n  it", "/task shop @stub\nfix\n\n  it"),
        (f"/start{AT}", "/help"),
        ("/start a-deep-link", "/help"),
        ("/ask fix\n  the build", "fix\n  the build"),
        (f"/ask{AT}\nfix it", "fix it"),
        (f"/deploy{AT} now", "/deploy now"),
    ],
)
def test_commands_in_a_group(text: str, read_as: str) -> None:
    assert received(changed("command", text=text, entities=None)).text == read_as


@pytest.mark.parametrize("text", ["/deploy now", "/etc/hosts is wrong", "/", "stop"])
def test_other_slashes_in_a_group_are_not_for_us(text: str) -> None:
    assert read(changed("command", text=text, entities=None)) == Ignored("not addressed")


@pytest.mark.parametrize("text", ["/stop@another_bot", f"/stop@{BOT}2 now"])
def test_commands_for_another_bot_are_not_for_us(text: str) -> None:
    assert read(changed("command", text=text, entities=None)) == Ignored("for another bot")


def test_a_command_behind_a_mention_is_one() -> None:
    assert received(mentioning(f"{AT} /stop")).text == "/stop"


def test_a_path_in_a_private_chat_is_a_message() -> None:
    text = "/etc/hosts is wrong"
    assert received(changed("private", text=text)).text == text


def test_the_words_of_somebody_else_that_it_answers_are_quoted() -> None:
    assert received(sample("reply-with-quote")).text == (
        "what is this?\n\n"
        "[In reply to Ben:]\n"
        "> Traceback:\n"
        '>   File "a.py", line 3\n'
        "> KeyError: 'x'"
    )


def test_of_a_long_message_the_words_that_were_picked() -> None:
    update = sample("reply-with-quote")
    update["message"]["quote"] = {"text": "KeyError: 'x'", "position": 30, "is_manual": True}
    assert received(update).text.endswith("[In reply to Ben:]\n> KeyError: 'x'")


def test_the_bots_own_words_are_not_repeated_to_it() -> None:
    assert received(sample("group-reply")).text == "and on the branch?"


def test_a_command_that_answers_something_stays_a_command() -> None:
    update = sample("reply-with-quote")
    update["message"] |= {"text": f"/stop{AT}", "entities": []}
    assert received(update).text == "/stop"


def test_what_was_forwarded_is_quoted_and_no_command() -> None:
    assert received(sample("forwarded")).text == (
        "[Forwarded from Ben:]\n> /stop the nightly job,\n> it eats the disk"
    )


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        ({"type": "hidden_user", "sender_user_name": "Cy"}, "Cy"),
        ({"type": "channel", "chat": {"title": "News"}}, "News"),
        ({"type": "chat", "sender_chat": {"title": "Dev team"}}, "Dev team"),
        ({"type": "something_new"}, "somebody"),
    ],
)
def test_who_wrote_what_was_forwarded(origin: dict[str, Any], name: str) -> None:
    text = received(changed("forwarded", forward_origin=origin)).text
    assert text.startswith(f"[Forwarded from {name}:]")


def test_a_mention_that_was_forwarded_calls_nobody() -> None:
    update = changed("group-mention", forward_origin={"type": "user"})
    assert read(update) == Ignored("not addressed")


# Files


def test_a_document_and_its_caption() -> None:
    inbound = received(sample("document"))
    assert inbound.text == "Please read this log & tell me what <init> does"
    assert inbound.attachments == (
        Attachment("build.log", "text/plain", 512, "BQACAgIAAxkB00000001"),
    )


def test_a_photo_is_its_largest_size() -> None:
    inbound = received(sample("photo"))
    assert inbound.text == "What is wrong in this picture?"
    assert inbound.attachments == (
        Attachment("photo-26.jpg", "image/jpeg", 60211, "AgACAgIAAxkB00000003"),
    )


def test_a_file_without_a_caption_is_a_message() -> None:
    inbound = received(changed("document", caption=None))
    assert inbound.text == ""
    assert len(inbound.attachments) == 1


def test_a_caption_can_mention_the_bot() -> None:
    entity = {"type": "mention", "offset": 0, "length": units(AT)}
    chat = sample("group-mention")["message"]["chat"]
    update = changed("photo", chat=chat, caption=f"{AT} what is this?", caption_entities=[entity])
    inbound = received(update)
    assert inbound.text == "what is this?"
    assert len(inbound.attachments) == 1


def test_the_files_of_the_message_that_it_answers_come_along() -> None:
    update = sample("reply-with-quote")
    update["message"]["reply_to_message"] |= {"document": sample("document")["message"]["document"]}
    assert [file.name for file in received(update).attachments] == ["build.log"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"voice": {"file_id": "v"}}, Attachment("voice.ogg", "audio/ogg", 0, "v")),
        (
            {"video": {"file_id": "v", "file_name": "a\nb.mov", "mime_type": "video/quicktime"}},
            Attachment("a b.mov", "video/quicktime", 0, "v"),
        ),
        (
            {"animation": {"file_id": "a"}, "document": {"file_id": "a", "file_size": -4}},
            Attachment("file", "application/octet-stream", 0, "a"),
        ),
    ],
)
def test_other_files(fields: dict[str, Any], expected: Attachment) -> None:
    assert received(changed("private", text=None, **fields)).attachments == (expected,)


@pytest.mark.parametrize(
    "fields",
    [{"document": {"file_name": "x"}}, {"photo": [{}]}, {"photo": [1]}, {"voice": "v"}],
)
def test_a_file_without_an_id_is_none(fields: dict[str, Any]) -> None:
    assert received(changed("private", **fields)).attachments == ()

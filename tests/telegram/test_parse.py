"""Which updates are for us, from whom, and where the answer goes."""

import json
from typing import Any

import pytest

from parley.adapters.telegram.parse import TelegramOptions, parse
from parley.core.delivery import Chat, Delivery
from parley.core.message import Address, MessageId, Sender
from parley.core.reading import Ignored, Malformed, Moved, Reading, Received
from tests.telegram.bodies import (
    ADA,
    ANYTHING_GOES,
    BEN,
    BOT,
    DEV,
    LUNCH,
    OPTIONS,
    changed,
    mentioning,
    read,
    received,
    sample,
)


def test_a_private_message() -> None:
    inbound = received(sample("private"))
    assert inbound.id == MessageId("telegram", BOT, ADA, "17")
    assert inbound.sender == Sender(ADA, "Ada")
    assert inbound.address is Address.DIRECT
    assert inbound.text == "Which files changed in the last commit?"
    assert inbound.delivery.chat == Chat.direct()
    assert inbound.delivery.peer == ADA
    assert inbound.delivery.target == f"telegram:chat:{ADA}"
    assert inbound.delivery.meta == {"chat_id": ADA, "message_id": "17"}
    assert inbound.sent_at == 1790000000_000


def test_a_mention_in_a_group() -> None:
    inbound = received(sample("group-mention"))
    assert inbound.address is Address.MENTION
    assert inbound.text == "is the build green?"
    assert inbound.delivery.chat == Chat.of_group(LUNCH)
    assert inbound.delivery.target == f"telegram:chat:{LUNCH}"
    assert inbound.delivery.peer == BEN


def test_a_mention_in_a_topic() -> None:
    inbound = received(sample("topic-mention"))
    assert inbound.delivery.chat == Chat.of_thread(DEV, "42")
    assert inbound.delivery.target == f"telegram:chat:{DEV}:thread:42"
    assert inbound.delivery.meta["message_thread_id"] == "42"


def test_a_reply_in_a_group_without_topics_makes_no_thread() -> None:
    inbound = received(changed("group-reply", message_thread_id=19))
    assert inbound.delivery.chat == Chat.of_group(LUNCH)
    assert "message_thread_id" not in inbound.delivery.meta


def test_a_topic_in_a_private_chat_is_answered_there_and_is_no_group() -> None:
    inbound = received(changed("private", message_thread_id=5, is_topic_message=True))
    assert inbound.delivery.chat == Chat.direct()
    assert inbound.delivery.target == f"telegram:chat:{ADA}:thread:5"


def test_a_short_word_goes_to_the_message() -> None:
    reading = read(sample("topic-mention"))
    assert isinstance(reading, Received)
    assert reading.place == {"chat_id": DEV, "message_thread_id": "42", "reply_to": "22"}


def test_a_reply_to_the_bot_needs_no_mention() -> None:
    inbound = received(sample("group-reply"))
    assert inbound.address is Address.MENTION
    assert inbound.text == "and on the branch?"


@pytest.mark.parametrize(
    "original",
    [
        {"is_bot": True, "username": "another_bot"},
        {"is_bot": False, "username": BOT},
        {},
    ],
    ids=["another bot", "no bot", "nobody"],
)
def test_a_reply_to_somebody_else_does(original: dict[str, Any]) -> None:
    update = changed("group-reply", reply_to_message={"message_id": 19, "from": original})
    assert read(update) == Ignored("not addressed")


def test_the_first_message_of_the_bots_topic_is_no_reply_to_it() -> None:
    assert read(sample("topic-first-message")) == Ignored("not addressed")


def test_where_no_mention_is_needed_everything_is_for_us() -> None:
    inbound = received(sample("group-overheard"), ANYTHING_GOES)
    assert inbound.address is Address.MENTION
    assert inbound.text == "Lunch at noon?"


def test_a_bot_that_does_not_know_its_name_answers_in_private_only() -> None:
    nameless = TelegramOptions()
    assert read(sample("group-mention"), nameless) == Ignored("not addressed")
    assert read(sample("group-reply"), nameless) == Ignored("not addressed")
    assert received(sample("private"), nameless).id.installation == "bot"


def test_the_name_may_be_configured_with_its_sign_and_in_any_case() -> None:
    options = TelegramOptions("@Parley_Local_Bot")
    assert received(sample("group-mention"), options).id.installation == BOT


@pytest.mark.parametrize(
    ("update", "reason"),
    [
        (sample("group-overheard"), "not addressed"),
        (sample("edited"), "edited"),
        (sample("channel-post"), "update channel_post"),
        (changed("migrated", migrate_to_chat_id="soon"), "incomplete"),
        (changed("migrated", chat={"type": "group"}), "incomplete"),
        (sample("unknown"), "update chat_boost"),
        (sample("anonymous-administrator"), "sent as a chat"),
        (sample("command-for-another"), "for another bot"),
        ({}, "update unknown"),
        ({"update_id": 1}, "update unknown"),
        ({"update_id": 1, "A\nlog line": {}}, "update unknown"),
        ({"message": []}, "update message"),
        (changed("private", text=" \n"), "empty"),
        (changed("private", text=None, sticker={"file_id": "s"}), "empty"),
        (changed("private", chat={"id": -1, "type": "channel"}), "chat channel"),
        (changed("private", chat={"id": True, "type": "private"}), "incomplete"),
        (changed("private", chat={"id": 2**60, "type": "private"}), "incomplete"),
        (changed("private", message_id=None), "incomplete"),
        (changed("private", date="now"), "incomplete"),
        (changed("private", **{"from": None}), "bot"),
        (changed("private", **{"from": {"id": 5, "is_bot": True}}), "bot"),
        (changed("private", **{"from": {"is_bot": False}}), "incomplete"),
        (mentioning(f"@{BOT}"), "empty"),
        (mentioning("ask @another_bot", "@another_bot"), "not addressed"),
        (mentioning(f"@{BOT}s are many", f"@{BOT}s"), "not addressed"),
    ],
)
def test_what_is_ignored_and_why(update: Any, reason: str) -> None:
    assert read(update) == Ignored(reason)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"a":' * 50_000, b"1" * 5_000])
def test_what_is_not_json_is_malformed(body: bytes) -> None:
    assert parse(body, OPTIONS) == Malformed("not JSON")


@pytest.mark.parametrize("body", [b"[1]", b"1", b"null", b'"a"', b"NaN"])
def test_what_is_no_object_is_malformed(body: bytes) -> None:
    assert parse(body, OPTIONS) == Malformed("not a JSON object")


def test_unknown_fields_change_nothing() -> None:
    assert received(changed("private", brand_new={"a": [1]})) == received(sample("private"))


def test_positions_are_in_the_order_of_time_and_then_of_messages() -> None:
    places = [(9, 99), (9, 100), (10, 1), (1790000000, 17), (1790000000, 18)]
    positions = [
        received(changed("private", date=date, message_id=number)).position
        for date, number in places
    ]
    assert positions == sorted(positions)
    assert len(set(positions)) == len(places)


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ({"first_name": "Ada", "last_name": "Byron", "username": "ada"}, "Ada Byron"),
        ({"first_name": " ", "username": "ada"}, "ada"),
        ({"first_name": "A\nda"}, "A da"),
        ({"first_name": "x" * 200}, "x" * 64),
        ({}, ""),
    ],
)
def test_names_are_one_line(user: dict[str, Any], name: str) -> None:
    update = changed("private", **{"from": {"id": 7, "is_bot": False, **user}})
    assert received(update).sender == Sender("7", name)


def test_one_message_is_the_same_whenever_it_comes() -> None:
    def identity(reading: Reading) -> MessageId:
        assert isinstance(reading, Received)
        return reading.inbound.id

    again = sample("private") | {"update_id": 1}
    assert identity(read(sample("private"))) == identity(read(again))


def test_half_a_character_can_be_stored() -> None:
    body = json.dumps(changed("private", text="a \ud800 b"))
    assert "\\ud800" in body
    reading = parse(body.encode(), OPTIONS)
    assert isinstance(reading, Received)
    assert reading.inbound.text == "a \N{REPLACEMENT CHARACTER} b"


def test_a_group_that_became_a_supergroup_says_so_in_both_chats() -> None:
    def group(chat: str) -> Delivery:
        return Delivery(
            "telegram", BEN, Chat.of_group(chat), f"telegram:chat:{chat}", {"chat_id": chat}
        )

    new = {"id": -1004000000001, "type": "supergroup"}
    arrived = changed(
        "migrated", chat=new, migrate_to_chat_id=None, migrate_from_chat_id=int(LUNCH)
    )
    moved = Moved(group(LUNCH), group("-1004000000001"))
    assert read(sample("migrated")) == moved
    assert read(arrived) == moved

"""What is read of interactions and events, whatever else they hold."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.adapters.discord.parse import parse_event, parse_interaction
from parley.core.approval import Choice, Click
from parley.core.delivery import Chat
from parley.core.message import Address, MessageId, Sender
from parley.core.reading import (
    JSON,
    Answer,
    Clicked,
    Ignored,
    Immediate,
    Malformed,
    Received,
    Verdict,
)
from parley.core.tasks.change import ChangeClick, Ruling
from tests.discord.bodies import (
    ADA,
    APPLICATION,
    CHANNEL,
    SERVER,
    changed,
    ignored,
    read,
    received,
    with_data,
)
from tests.discord.signing import EVENTS, sample
from tests.properties import PROPERTY

NO_BODY = Answer(Verdict.NOTHING)


def test_a_ping_is_answered_with_one() -> None:
    assert read(sample("ping")) == Immediate(Answer(Verdict.DONE, '{"type":1}', JSON))


def test_the_ping_of_the_events_has_an_answer_without_a_body() -> None:
    body = json.dumps(sample("event-ping")).encode()
    assert parse_event(body) == Immediate(NO_BODY)


@pytest.mark.parametrize(
    ("envelope", "reason"),
    [
        (sample("event-authorized"), "event APPLICATION_AUTHORIZED"),
        ({"type": 1, "event": {"type": "AN_EVENT_OF_NEXT_YEAR"}}, "event AN_EVENT_OF_NEXT_YEAR"),
        ({"type": 1}, "event unknown"),
        ({"type": 7}, "envelope 7"),
        ({}, "envelope unknown"),
    ],
)
def test_events_are_taken_and_ignored(envelope: Any, reason: str) -> None:
    assert parse_event(json.dumps(envelope).encode()) == Ignored(reason, NO_BODY)


def test_a_question_in_a_channel() -> None:
    reading = read(sample("ask-with-file"))
    assert isinstance(reading, Received)
    inbound = reading.inbound
    assert inbound.id == MessageId("discord", SERVER, CHANNEL, "1200000000000000003")
    assert inbound.sender == Sender(ADA, "Ada")
    assert inbound.address is Address.MENTION
    assert inbound.text == "Please read this log"
    assert inbound.delivery.chat == Chat.of_group(CHANNEL)
    assert inbound.delivery.target == f"discord:channel:{CHANNEL}"
    assert inbound.delivery.peer == ADA


def test_where_the_reply_goes_is_kept_with_the_time_that_its_token_was_made() -> None:
    reading = read(sample("ask-with-file"))
    assert isinstance(reading, Received)
    made = (1200000000000000003 >> 22) + 1_420_070_400_000
    assert reading.inbound.sent_at == made
    assert reading.inbound.delivery.meta == {
        "channel_id": CHANNEL,
        "application_id": APPLICATION,
        "token": "local-token-03",
        "interaction_id": "1200000000000000003",
        "issued_at": str(made),
    }
    assert reading.place == {"application_id": APPLICATION, "token": "local-token-03"}


def test_a_thread_is_a_conversation_within_its_channel() -> None:
    delivery = received(sample("ask")).delivery
    assert delivery.chat == Chat.of_thread("1190000000000000102", "1190000000000000103")
    assert delivery.target == "discord:channel:1190000000000000102:thread:1190000000000000103"
    assert delivery.meta["channel_id"] == "1190000000000000103"


@pytest.mark.parametrize("kind", [10, 11, 12])
def test_every_kind_of_thread_is_one(kind: int) -> None:
    channel = {"id": "5", "type": kind, "parent_id": "4"}
    delivery = received(changed("ask", channel_id="5", channel=channel)).delivery
    assert delivery.chat == Chat.of_thread("4", "5")


@pytest.mark.parametrize("channel", [{"type": 15}, {"type": 11}, {"type": 0, "parent_id": "9"}, {}])
def test_what_is_no_thread_is_a_group(channel: dict[str, Any]) -> None:
    """A channel's parent is a category."""
    delivery = received(changed("ask", channel=channel)).delivery
    assert delivery.chat == Chat.of_group(delivery.meta["channel_id"])


def test_a_direct_message_belongs_to_its_person() -> None:
    inbound = received(sample("ask-dm"))
    assert inbound.address is Address.DIRECT
    assert inbound.delivery.chat == Chat.direct()
    assert inbound.id.installation == APPLICATION
    assert inbound.sender == Sender(ADA, "Ada")


@pytest.mark.parametrize(
    ("context", "kind", "chat"),
    [
        (1, 1, Chat.direct()),
        (None, 1, Chat.direct()),
        (None, None, Chat.direct()),
        (None, 3, Chat.of_group("1190000000000000201")),
        (2, 1, Chat.of_group("1190000000000000201")),
        (2, 3, Chat.of_group("1190000000000000201")),
    ],
)
def test_private_chats_that_others_read_are_groups(
    context: int | None, kind: int | None, chat: Chat
) -> None:
    channel = {"type": kind} if kind else {}
    assert received(changed("ask-dm", context=context, channel=channel)).delivery.chat == chat


@pytest.mark.parametrize(
    ("member", "name"),
    [
        (
            {"nick": "Countess", "user": {"id": "7", "username": "ada", "global_name": "A"}},
            "Countess",
        ),
        ({"nick": None, "user": {"id": "7", "username": "ada", "global_name": "Ada L"}}, "Ada L"),
        ({"user": {"id": "7", "username": "ada", "global_name": None}}, "ada"),
        ({"user": {"id": "7", "username": "a\nda"}}, "a da"),
        ({"user": {"id": "7"}}, ""),
    ],
)
def test_people_are_named_as_others_see_them(member: dict[str, Any], name: str) -> None:
    assert received(changed("ask", member=member)).sender == Sender("7", name)


def test_positions_sort_as_the_ids_do() -> None:
    early, late = (received(changed("ask", id=own)).position for own in ("999", "10000"))
    assert early < late


@pytest.mark.parametrize("choice", list(Choice))
def test_a_button_is_a_click(choice: Choice) -> None:
    reading = read(with_data("button", custom_id=f"a:k3v9q2m8x1c7:{choice}"))
    assert isinstance(reading, Clicked)
    click = reading.click
    assert isinstance(click, Click)
    assert (click.approval, click.choice) == ("k3v9q2m8x1c7", choice)
    assert (click.actor, click.installation) == (Sender(ADA, "Ada"), SERVER)
    assert click.delivery.chat == Chat.of_group(CHANNEL)
    assert reading.place["token"] == "local-token-07"


@pytest.mark.parametrize("ruling", list(Ruling))
def test_a_button_under_a_change_is_a_ruling(ruling: Ruling) -> None:
    reading = read(with_data("button", custom_id=f"c:k3v9q2m8x1c7:{ruling}"))
    assert isinstance(reading, Clicked)
    click = reading.click
    assert isinstance(click, ChangeClick)
    assert (click.change, click.ruling, click.actor.id) == ("k3v9q2m8x1c7", ruling, ADA)


@pytest.mark.parametrize(
    "payload", ["hello", "", "a:1:maybe", "a:k3v9:allow ", "c:k3v9:merge", 7, None]
)
def test_a_strange_button_gets_an_answer(payload: Any) -> None:
    reading = ignored(with_data("button", custom_id=payload))
    assert reading.reason == "button"
    assert json.loads(reading.answer.body)["data"]["flags"] & 64


def test_a_completion_gets_no_choices() -> None:
    reading = ignored(sample("unknown"))
    assert reading.answer == Answer(Verdict.DONE, '{"type":8,"data":{"choices":[]}}', JSON)


@pytest.mark.parametrize("kind", [6, 99, -1, "GATEWAY_MESSAGE_CREATE", None, [], 1.5])
def test_interactions_of_next_year_are_ignored(kind: Any) -> None:
    assert ignored(changed("ask", type=kind)).reason.startswith("interaction ")


@pytest.mark.parametrize("field", ["id", "application_id", "channel_id", "token", "member"])
@pytest.mark.parametrize("value", [None, "", "not an id\n", 7, [], {}])
def test_incomplete_interactions_are_ignored(field: str, value: Any) -> None:
    assert ignored(changed("ask", **{field: value})).reason == "incomplete 2"


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"\xff", b"{", b"[" * 100_000, b"null"])
def test_what_is_no_json_object_is_malformed(body: bytes) -> None:
    assert isinstance(parse_interaction(body), Malformed)
    assert isinstance(parse_event(body), Malformed)


def test_half_a_character_is_replaced() -> None:
    options = [{"name": "prompt", "type": 3, "value": "a \ud83d b"}]
    assert received(with_data("ask", options=options)).text == "a \N{REPLACEMENT CHARACTER} b"


Values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@PROPERTY
@given(Values)
def test_no_json_makes_it_raise(value: Any) -> None:
    body = json.dumps(value).encode()
    parse_interaction(body)
    parse_event(body)


@PROPERTY
@given(st.data())
def test_no_field_makes_it_raise(data: st.DataObject) -> None:
    """Any sample, with any value in it replaced by any other."""
    name = data.draw(st.sampled_from(sorted(path.stem for path in EVENTS.glob("*.json"))))
    interaction = sample(name)
    holder: Any = interaction
    while True:
        keys = sorted(holder) if isinstance(holder, dict) else range(len(holder))
        key = data.draw(st.sampled_from(list(keys)))
        if not holder[key] or not isinstance(holder[key], dict | list) or data.draw(st.booleans()):
            break
        holder = holder[key]
    holder[key] = data.draw(Values)
    body = json.dumps(interaction).encode()
    parse_interaction(body)
    parse_event(body)

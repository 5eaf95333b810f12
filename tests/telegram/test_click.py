"""Buttons that were pressed."""

from typing import Any

import pytest

from parley.core.approval import Choice, Click
from parley.core.delivery import Chat, Delivery
from parley.core.message import Sender
from parley.core.reading import UNKNOWN_BUTTON, Ignored
from parley.core.tasks.change import ChangeClick, Ruling
from tests.telegram.bodies import ADA, BEN, BOT, DEV, clicked, read, sample

ANSWERED = {"callback_query_id": "4380001"}


def pressed(name: str = "callback-query", **fields: Any) -> dict[str, Any]:
    update = sample(name)
    query = {**update["callback_query"], **fields}
    update["callback_query"] = {key: value for key, value in query.items() if value is not None}
    return update


def test_a_button_in_a_private_chat() -> None:
    reading = clicked(sample("callback-query"))
    assert reading.click == Click(
        approval="k3v9q2m8x1c7",
        choice=Choice.ALLOW,
        actor=Sender(ADA, "Ada"),
        installation=BOT,
        delivery=Delivery(
            "telegram",
            ADA,
            Chat.direct(),
            f"telegram:chat:{ADA}",
            {"chat_id": ADA, "message_id": "27"},
        ),
    )
    assert reading.place == {"callback_query_id": "4380001"}


def test_a_button_under_a_message_that_is_too_old_to_be_shown() -> None:
    click = clicked(sample("callback-old-message")).click
    assert isinstance(click, Click)
    assert (click.choice, click.actor.id) == (Choice.DENY, BEN)
    assert click.delivery.chat == Chat.of_group(DEV)


def test_a_button_in_a_topic() -> None:
    update = sample("callback-old-message")
    update["callback_query"]["message"] |= {"message_thread_id": 42, "is_topic_message": True}
    assert clicked(update).click.delivery.chat == Chat.of_thread(DEV, "42")


@pytest.mark.parametrize("data", [None, "", "a:K3:allow", "a:k3:maybe", "b:k3:allow", 7])
def test_a_button_that_is_not_ours(data: Any) -> None:
    assert read(pressed(data=data)) == Ignored(
        "unknown button", place=ANSWERED, word=UNKNOWN_BUTTON
    )


@pytest.mark.parametrize(
    "fields",
    [{"message": None}, {"message": {"message_id": 3}}, {"from": {"id": "x"}}],
    ids=["no message", "no chat", "no actor"],
)
def test_a_button_of_nobody_or_nowhere(fields: dict[str, Any]) -> None:
    assert read(pressed(**fields)) == Ignored("incomplete", place=ANSWERED)


def test_a_click_that_cannot_be_answered() -> None:
    assert read(pressed(id=None)) == Ignored("incomplete")
    assert read(pressed(id=None, data="x")) == Ignored("incomplete")


def test_a_button_under_a_change_is_a_ruling() -> None:
    click = clicked(pressed(data="c:k3v9q2m8x1c7:revise")).click
    assert isinstance(click, ChangeClick)
    assert (click.change, click.ruling) == ("k3v9q2m8x1c7", Ruling.REVISE)
    assert click.actor == Sender(ADA, "Ada")

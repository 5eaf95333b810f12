"""Clicks on a prompt's buttons, and "Ask agent" on a message."""

from typing import Any

import pytest

from parley.core.approval import Choice, Click
from parley.core.delivery import Chat, Delivery
from parley.core.message import Address, Attachment, Inbound, MessageId, Sender
from parley.core.reading import UNKNOWN_BUTTON, Clicked, Ignored
from parley.core.tasks.change import ChangeClick, Ruling
from tests.slack.bodies import ADA, CHANNEL, DM, TEAM, pressed, received, taken
from tests.slack.signing import NOW, sample

CLICK = sample("block-actions")
SHORTCUT = sample("message-action")


def clicked(**fields: Any) -> Clicked:
    reading = pressed({**CLICK, **fields})
    assert isinstance(reading, Clicked), reading
    return reading


def asked(message: dict[str, Any] | None = None, **fields: Any) -> Inbound:
    payload = {**SHORTCUT, **fields, "message": {**SHORTCUT["message"], **(message or {})}}
    return taken(pressed(payload)).inbound


def test_a_button_is_a_choice_in_the_prompts_thread() -> None:
    thread = "1790000035.000100"
    assert clicked() == Clicked(
        Click(
            approval="k3v9q2m8x1c7",
            choice=Choice.ALLOW,
            actor=Sender(ADA, "ada"),
            installation=TEAM,
            delivery=Delivery(
                channel="slack",
                peer=ADA,
                chat=Chat.of_thread(CHANNEL, thread),
                target=f"slack:channel:{CHANNEL}:thread:{thread}",
                meta={"channel": CHANNEL, "thread_ts": thread, "message_ts": "1790000039.000100"},
            ),
        ),
        {"response_url": "https://hooks.slack.com/actions/T0PARLEY01/1/x"},
    )


@pytest.mark.parametrize("choice", list(Choice))
def test_every_button_is_understood(choice: Choice) -> None:
    action = {**CLICK["actions"][0], "value": f"a:k3v9q2m8x1c7:{choice}"}
    click = clicked(actions=[action]).click
    assert isinstance(click, Click)
    assert click.choice is choice


def test_a_click_in_a_direct_chat_is_direct() -> None:
    container = {"message_ts": "1790000039.000100", "channel_id": DM}
    there = clicked(channel={"id": DM, "name": "directmessage"}, container=container, message={})
    assert there.click.delivery.chat == Chat.direct()
    assert there.click.delivery.target == f"slack:channel:{DM}"


def test_a_click_on_a_prompt_in_a_group_message_is_of_the_group() -> None:
    there = clicked(channel={"id": CHANNEL, "name": "mpdm-ada--grace--parley-1"})
    assert there.click.delivery.chat == Chat.of_group(CHANNEL)


def test_a_click_is_known_by_its_container_where_there_is_no_channel() -> None:
    assert clicked(channel=None).click.delivery == clicked().click.delivery


def test_an_app_of_an_organisation_is_installed_there() -> None:
    assert clicked(team=None, enterprise={"id": "E1"}).click.installation == "E1"


def test_a_click_without_a_way_to_answer_counts_all_the_same() -> None:
    assert clicked(response_url=None).place == {}


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({**CLICK, "actions": []}, "foreign action"),
        ({**CLICK, "actions": [{"type": "static_select", "action_id": "x"}]}, "foreign action"),
        ({**CLICK, "actions": [{"type": "button"}]}, "foreign action"),
        ({**CLICK, "user": None}, "incomplete"),
        ({**CLICK, "team": None}, "incomplete"),
        ({**CLICK, "channel": None, "container": None}, "incomplete"),
        ({**SHORTCUT, "callback_id": "translate"}, "foreign shortcut"),
        ({**SHORTCUT, "trigger_id": None}, "incomplete"),
        ({**SHORTCUT, "message": {"text": "x"}, "message_ts": None}, "incomplete"),
        ({**SHORTCUT, "message": {**SHORTCUT["message"], "text": " "}}, "empty"),
        (sample("view-submission"), "interaction view_submission"),
        ({"type": "block_suggestion"}, "interaction block_suggestion"),
        ({"type": ["a"]}, "interaction unknown"),
        ({}, "interaction unknown"),
    ],
)
def test_ignored(payload: object, reason: str) -> None:
    assert pressed(payload) == Ignored(reason)


@pytest.mark.parametrize("value", ["buy", "a:X:allow", "c:k3v9q2m8x1c7:merge"])
def test_an_unknown_button_is_answered(value: str) -> None:
    reading = pressed({**CLICK, "actions": [{"type": "button", "value": value}]})
    place = {"response_url": CLICK["response_url"]}
    assert reading == Ignored("unknown button", place=place, word=UNKNOWN_BUTTON)


@pytest.mark.parametrize("ruling", list(Ruling))
def test_a_button_under_a_change_is_a_ruling(ruling: Ruling) -> None:
    action = {**CLICK["actions"][0], "value": f"c:k3v9q2m8x1c7:{ruling}"}
    click = clicked(actions=[action]).click
    assert isinstance(click, ChangeClick)
    assert (click.change, click.ruling, click.actor.id) == ("k3v9q2m8x1c7", ruling, ADA)


def test_a_message_that_is_handed_over_is_quoted_with_its_author() -> None:
    ts = "1790000044.000100"
    reading = taken(pressed(SHORTCUT))
    assert reading.inbound == Inbound(
        id=MessageId("slack", TEAM, CHANNEL, "1790000045.1.x"),
        sender=Sender(ADA, "ada"),
        address=Address.MENTION,
        text="[Message from @U0BEN00001, in Slack:]\n> Traceback: KeyError: <name>",
        delivery=Delivery(
            channel="slack",
            peer=ADA,
            chat=Chat.of_thread(CHANNEL, ts),
            target=f"slack:channel:{CHANNEL}:thread:{ts}",
            meta={"channel": CHANNEL, "thread_ts": ts, "message_ts": ts},
        ),
        position="001790000045.000100",
        sent_at=1_790_000_045_000,
    )
    assert reading.place == {"response_url": "https://hooks.slack.com/app/T0PARLEY01/1/x"}


def test_it_is_answered_in_the_thread_that_the_message_is_in() -> None:
    assert (
        asked({"thread_ts": "1790000010.000200"}).delivery.chat
        == received(sample("thread-follow-up")).delivery.chat
    )


def test_in_a_direct_chat_it_is_answered_beside_the_message() -> None:
    inbound = asked(channel={"id": DM, "name": "directmessage"})
    assert inbound.address is Address.DIRECT
    assert inbound.delivery.target == received(sample("dm")).delivery.target


def test_in_a_group_message_it_is_of_the_group() -> None:
    inbound = asked(channel={"id": CHANNEL, "name": "mpdm-ada--grace--parley-1"})
    assert inbound.delivery.chat == Chat.of_group(CHANNEL)
    assert inbound.delivery.meta["thread_ts"] == "1790000044.000100"


def test_the_alert_of_a_bot_is_handed_over_whole() -> None:
    attached = [{"fallback": "CPU at 100 %"}, {"text": "since &gt; 5 min"}]
    bot = {"user": None, "username": "Alerts", "text": "Firing", "attachments": attached}
    assert asked(bot).text == (
        "[Message from Alerts, in Slack:]\n> Firing\n>\n> CPU at 100 %\n>\n> since > 5 min"
    )
    assert asked({**bot, "username": None}).text.startswith("[Message in Slack:]\n")


def test_files_of_the_message_are_handed_over() -> None:
    address = "https://files.slack.com/red.png"
    file = {"name": "red.png", "mimetype": "image/png", "size": 9, "url_private": address}
    inbound = asked({"text": "", "files": [file]})
    assert inbound.attachments == (Attachment("red.png", "image/png", 9, address),)
    assert inbound.text == ""


def test_it_is_as_old_as_the_click() -> None:
    assert asked(action_ts=None).sent_at == NOW * 1000


def test_the_same_message_can_be_handed_over_again() -> None:
    assert asked(trigger_id="1.2.other").id != asked().id

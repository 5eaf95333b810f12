"""Interactions: the buttons under a prompt, and "Ask agent" on a message."""

from parley.adapters.slack.fields import (
    Json,
    id_of,
    line_of,
    list_of,
    milliseconds,
    object_of,
    position,
    shown,
    text_of,
    trigger_of,
    ts_at,
    ts_of,
)
from parley.adapters.slack.said import asked_about, attachments, author_of
from parley.adapters.slack.whereabouts import (
    CHANNEL,
    answering_place,
    chat_in,
    delivery,
    installation_in,
    is_direct,
    spoken_to_in,
)
from parley.core.clicks import click_of
from parley.core.message import Inbound, MessageId, Sender
from parley.core.reading import UNKNOWN_BUTTON, Clicked, Ignored, Reading, Received

ASK = "ask"  # the shortcut's callback_id in the manifest


def interaction(payload: Json, now: int) -> Reading:
    match payload.get("type"):
        case "block_actions":
            return _actions(payload)
        case "message_action":
            return _shortcut(payload, now)
    return Ignored(f"interaction {shown(payload.get('type'))}")


def _actions(payload: Json) -> Reading:
    pressed = _pressed(payload)
    if not pressed:
        return Ignored("foreign action")
    container = object_of(payload, "container")
    installation, sender = installation_in(payload), _sender(payload)
    channel = _channel(payload) or id_of(container, "channel_id")
    if not (installation and channel and sender.id):
        return Ignored("incomplete")
    thread = ts_of(container, "thread_ts") or ts_of(object_of(payload, "message"), "thread_ts")
    chat = chat_in(channel, _channel_name(payload), thread)
    to = delivery(chat, channel, sender.id, thread, ts_of(container, "message_ts"))
    click = click_of(pressed, sender, installation, to)
    if click is None:
        return Ignored("unknown button", place=answering_place(payload), word=UNKNOWN_BUTTON)
    return Clicked(click, answering_place(payload))


def _pressed(payload: Json) -> str:
    """What the button carries; a foreign action is none."""
    buttons = [each for each in list_of(payload, "actions") if each.get("type") == "button"]
    return text_of(buttons[0], "value") if buttons else ""


def _shortcut(payload: Json, now: int) -> Reading:
    if payload.get("callback_id") != ASK:
        return Ignored("foreign shortcut")
    message = object_of(payload, "message")
    trigger, sender, channel = trigger_of(payload), _sender(payload), _channel(payload)
    ts = ts_of(message, "ts") or ts_of(payload, "message_ts")
    installation = installation_in(payload)
    if not (installation and channel and sender.id and trigger and ts):
        return Ignored("incomplete")
    text, files = asked_about(message, author_of(message)), attachments(message)
    if not (text or files):
        return Ignored("empty")
    root = ts_of(message, "thread_ts")
    # As with messages: in a direct chat the answer goes beside a message that is in no thread.
    thread = (root if root != ts else "") if is_direct(channel) else root or ts
    chat = chat_in(channel, _channel_name(payload), thread)
    at = ts_of(payload, "action_ts") or ts_at(now)
    inbound = Inbound(
        id=MessageId(CHANNEL, installation, channel, trigger),
        sender=sender,
        address=spoken_to_in(chat),
        text=text,
        delivery=delivery(chat, channel, sender.id, thread, ts),
        position=position(at),
        sent_at=milliseconds(at),
        attachments=files,
    )
    return Received(inbound, answering_place(payload))


def _sender(payload: Json) -> Sender:
    user = object_of(payload, "user")
    return Sender(id_of(user, "id"), line_of(user, "name") or line_of(user, "username"))


def _channel(payload: Json) -> str:
    return id_of(object_of(payload, "channel"), "id")


def _channel_name(payload: Json) -> str:
    return line_of(object_of(payload, "channel"), "name")

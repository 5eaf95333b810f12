"""Messages as the Bot API shows them, in updates and in answers alike."""

from typing import Any

from local.telegram.chats import Chats, Message


def as_json(chats: Chats, message: Message) -> dict[str, Any]:
    shown = _alone(chats, message)
    replied = chats.find(message.chat, message.reply_to) if message.reply_to else None
    return shown | ({"reply_to_message": _alone(chats, replied)} if replied else {})


def _alone(chats: Chats, message: Message) -> dict[str, Any]:
    """Without the message that it replies to."""
    shown: dict[str, Any] = {
        "message_id": message.id,
        "date": int(message.date),
        "from": chats.person(message.sender).as_json(),
        "chat": chats.chats[message.chat].as_json(),
        **message.service,
        **_content(message),
    }
    if message.topic is not None:
        shown |= {"message_thread_id": message.topic, "is_topic_message": True}
    if message.keyboard:
        shown["reply_markup"] = dict(message.keyboard)
    if message.edited is not None:
        shown["edit_date"] = int(message.edited)
    return shown


def _content(message: Message) -> dict[str, Any]:
    text, entities = ("caption", "caption_entities") if message.document else ("text", "entities")
    content: dict[str, Any] = {
        text: message.text,
        entities: [dict(each) for each in message.entities],
        "document": dict(message.document or {}),
        "rich_message": dict(message.rich or {}),
    }
    return {name: value for name, value in content.items() if value}

"""What people do, as updates: the bodies that Telegram posts to a bot's webhook."""

import re
from typing import Any

from local.samples import Body, load_event
from local.telegram.bot import Bot
from local.telegram.chats import BOT_USERNAME, Chats, Message
from local.telegram.limits import units
from local.telegram.shown import as_json

MENTION = f"@{BOT_USERNAME}"
_COMMAND = re.compile(r"/[a-zA-Z0-9_]+(@\w+)?")


def write(
    chats: Chats,
    chat: int,
    sender: int,
    text: str,
    *,
    topic: int | None = None,
    reply_to: int | None = None,
    file: tuple[str, str, bytes] | None = None,
) -> Message:
    """A person's message. `@Parley` becomes a mention, as the composer would make it; a file is
    name, media type and content, and the text is its caption."""
    if chat not in chats.chats or sender not in chats.chats[chat].people:
        raise ValueError("no such chat or person")
    said = text.replace("@Parley", MENTION)
    more: dict[str, Any] = {"topic": topic, "reply_to": reply_to, "entities": entities_of(said)}
    if file is not None:
        name, media_type, content = file
        more["document"] = {
            "file_id": chats.keep_file(name, content),
            "file_name": name,
            "mime_type": media_type,
            "file_size": len(content),
        }
    return chats.say(chat, sender, said, **more)


def update_for(chats: Chats, message: Message) -> Body:
    """The update that this message sets off."""
    return {"update_id": chats.next_update(), "message": as_json(chats, message)}


def click(bot: Bot, message: Message, person: int, data: str) -> Body:
    """A person presses a button of the bot's message."""
    query = load_event("telegram/callback-query")["callback_query"]
    query |= {
        "id": bot.asks(person).id,
        "from": bot.chats.people[person].as_json(),
        "message": as_json(bot.chats, message),
        "data": data,
    }
    return {"update_id": bot.chats.next_update(), "callback_query": query}


def migrate(chats: Chats, chat: int) -> list[Body]:
    """A group becomes a supergroup: both of them hear of it."""
    new = chats.migrate(chat)
    sender = new.people[0]
    leaves = chats.say(chat, sender, service={"migrate_to_chat_id": new.id})
    comes = chats.say(new.id, sender, service={"migrate_from_chat_id": chat})
    return [update_for(chats, each) for each in (leaves, comes)]


def entities_of(text: str) -> tuple[dict[str, Any], ...]:
    """The entities that Telegram finds by itself: commands and mentions."""
    found = [("mention", each) for each in re.finditer(r"@\w+", text)]
    found += [("bot_command", each) for each in re.finditer(r"(?<!\S)" + _COMMAND.pattern, text)]
    commands = [each.span() for kind, each in found if kind == "bot_command"]
    return tuple(
        {"type": kind, "offset": units(text[: each.start()]), "length": units(each[0])}
        for kind, each in found
        if kind == "bot_command" or not _within(each.span(), commands)
    )


def _within(span: tuple[int, int], spans: list[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in spans)

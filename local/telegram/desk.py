"""Telegram on the page: a forum's topics stand there as rooms of their own."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor

from local.page.desk import Asked, State, file_state, log_of, text_of, upload_of
from local.telegram.app import TelegramStandIn
from local.telegram.chats import BOT_ID, BOT_NAME, BOT_USERNAME, Chat, Message
from local.telegram.updates import click, update_for, write

STYLES = {"success": "good", "danger": "bad", "primary": "main"}
TOASTS = 8


class TelegramDesk:
    name = "telegram"

    def __init__(self, telegram: TelegramStandIn) -> None:
        self._telegram = telegram
        self._chats = telegram.chats

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        return self._chats.listeners.add(listener)

    def state(self) -> State:
        chats, bot = self._chats, self._telegram.bot
        queries = list(bot.queries.values())[-TOASTS:]
        return {
            "bot": {"id": str(BOT_ID), "name": BOT_NAME, "called": f"@{BOT_USERNAME}"},
            "people": [{"id": str(p.id), "name": p.name} for p in chats.people.values()],
            "rooms": [room for chat in chats.chats.values() for room in _rooms(chat)],
            "posts": [self._post(each) for each in chats.messages()],
            "statuses": [
                {"room": _room_id(chat, topic), "thread": None, "text": "is typing"}
                for chat, topic in chats.typing()
            ],
            "toasts": [
                {"id": each.id, "user": str(each.person), "text": each.answer}
                for each in queries
                if each.answer
            ],
            "commands": [
                {"name": f"/{each['command']}", "description": each["description"]}
                for each in bot.commands
            ],
            "log": log_of(self._telegram.webhooks.delivered, self._telegram.api.calls.of()),
        }

    def act(self, asked: Asked, senders: Executor) -> State:
        chat, topic = _place(str(asked.get("room")))
        person = int(asked["user"])
        if asked.get("do") == "click":
            message = self._chats.find(chat, int(asked["post"]))
            if message is None:
                raise ValueError("There is no such message any more.")
            update = click(self._telegram.bot, message, person, str(asked["button"]))
            self._telegram.webhooks.queue(update, senders)
            return {"room": asked["room"], "id": str(message.id), "thread": None}
        if asked.get("do") != "say":
            raise ValueError("Telegram has no such thing.")
        upload = upload_of(asked)
        file = (upload.name, upload.media_type, upload.content) if upload else None
        reply_to = int(asked["reply_to"]) if asked.get("reply_to") else None
        text = text_of(asked)
        message = write(self._chats, chat, person, text, topic=topic, reply_to=reply_to, file=file)
        self._telegram.webhooks.queue(update_for(self._chats, message), senders)
        return {"room": asked["room"], "id": str(message.id), "thread": None}

    def file(self, file_id: str) -> tuple[str, bytes] | None:
        return self._chats.files.get(file_id)

    def _post(self, message: Message) -> State:
        body: State = {"kind": "entities", "text": message.text, "entities": message.entities}
        rich = message.rich or {}
        if rich.get("markdown"):
            body = {"kind": "markdown", "text": rich["markdown"]}
        elif message.service:
            body = {"kind": "note", "text": "The group became a supergroup."}
        document = message.document
        files = []
        if document:
            size = int(document["file_size"])
            files.append(file_state("telegram", document["file_id"], document["file_name"], size))
        replied = self._chats.find(message.chat, message.reply_to) if message.reply_to else None
        return {
            "room": _room_id(message.chat, message.topic),
            "id": str(message.id),
            "thread": None,
            "user": str(message.sender),
            "bot": message.by_bot,
            "at": int(message.date * 1000),
            "body": body,
            "text": message.shown,
            "buttons": _buttons(message),
            "files": files,
            "edited": message.edited is not None,
            "reactions": message.reactions,
            "quotes": replied.shown[:120] if replied else "",
        }


def _rooms(chat: Chat) -> Iterator[State]:
    closed = "moved" if chat.migrated_to else "closed" if chat.closed_to_bot else ""
    room: State = {
        "id": str(chat.id),
        "name": chat.title if chat.shared else BOT_NAME,
        "kind": "group" if chat.shared else "direct",
        "people": [str(each) for each in chat.people],
        "closed": closed,
        "parent": None,
    }
    yield room
    for topic, name in chat.topics.items():
        yield room | {"id": _room_id(chat.id, topic), "name": name, "parent": str(chat.id)}


def _room_id(chat: int, topic: int | None) -> str:
    return f"{chat}:{topic}" if topic else str(chat)


def _place(room: str) -> tuple[int, int | None]:
    chat, _, topic = room.partition(":")
    return int(chat), int(topic) if topic else None


def _buttons(message: Message) -> list[list[State]]:
    rows = (message.keyboard or {}).get("inline_keyboard", [])
    return [
        [
            {
                "id": each.get("callback_data"),
                "label": each["text"],
                "style": STYLES.get(each.get("style", ""), ""),
                "url": each.get("url"),
            }
            for each in row
        ]
        for row in rows
    ]

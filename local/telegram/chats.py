"""What the stand-in plays: people, chats with topics, and what was said in them."""

import itertools
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from local.listeners import Listeners

BOT_ID = 7000000001
BOT_NAME = "Parley"
BOT_USERNAME = "parley_local_bot"
ACTION_SECONDS = 5
FORUM, GROUP = -1002000000001, -4000000001
SUPERGROUP_OFFSET = -1000000000000


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    name: str

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "is_bot": self.id == BOT_ID,
            "first_name": self.name,
            "username": BOT_USERNAME if self.id == BOT_ID else self.name.lower(),
            "language_code": "en",
        }


@dataclass(frozen=True, slots=True)
class Chat:
    id: int
    kind: str  # private, group or supergroup
    title: str
    people: tuple[int, ...]
    topics: Mapping[int, str] = field(default_factory=dict)
    migrated_to: int | None = None
    closed_to_bot: bool = False  # blocked by the person, or thrown out of the group

    @property
    def shared(self) -> bool:
        return self.kind != "private"

    def as_json(self) -> dict[str, Any]:
        if not self.shared:
            return {"id": self.id, "type": self.kind, "first_name": self.title}
        shown: dict[str, Any] = {"id": self.id, "type": self.kind, "title": self.title}
        return shown | ({"is_forum": True} if self.topics else {})


@dataclass(frozen=True, slots=True)
class Message:
    chat: int
    id: int
    sender: int
    date: float
    text: str = ""
    entities: tuple[Mapping[str, Any], ...] = ()
    rich: Mapping[str, Any] | None = None
    topic: int | None = None
    reply_to: int | None = None
    keyboard: Mapping[str, Any] | None = None
    document: Mapping[str, Any] | None = None
    edited: float | None = None
    reactions: tuple[str, ...] = ()
    service: Mapping[str, Any] = field(default_factory=dict)

    @property
    def by_bot(self) -> bool:
        return self.sender == BOT_ID

    @property
    def shown(self) -> str:
        """All text of the message, whichever field carried it."""
        rich = self.rich or {}
        return str(rich.get("markdown") or rich.get("html") or self.text)

    @property
    def buttons(self) -> list[Mapping[str, Any]]:
        rows = (self.keyboard or {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]


PEOPLE = (
    Person(100001, "Ada"),
    Person(100002, "Ben"),
    Person(100003, "Cleo"),
    Person(100004, "Dora"),
)
_EVERYONE = tuple(each.id for each in PEOPLE)
CHATS = (
    *(Chat(each.id, "private", each.name, (each.id,)) for each in PEOPLE),
    Chat(GROUP, "group", "Lunch", _EVERYONE),
    Chat(FORUM, "supergroup", "Dev team", _EVERYONE, {42: "Builds", 43: "Incidents"}),
)


@dataclass
class Chats:
    """Everything said so far. Safe to use from several threads; listeners hear of each change."""

    now: Callable[[], float] = time.time
    people: dict[int, Person] = field(default_factory=lambda: {p.id: p for p in PEOPLE})
    chats: dict[int, Chat] = field(default_factory=lambda: {c.id: c for c in CHATS})

    def __post_init__(self) -> None:
        self.listeners = Listeners()
        self._lock = threading.RLock()
        self._messages: dict[tuple[int, int], Message] = {}
        self._ids = itertools.count(101)
        self._updates = itertools.count(int(self.now()))
        self._actions: dict[tuple[int, int | None], float] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self._file_ids = itertools.count(1)

    def private(self, person: int) -> Chat:
        return self.chats[person]

    def person(self, sender: int) -> Person:
        return self.people.get(sender) or Person(BOT_ID, BOT_NAME)

    def next_update(self) -> int:
        return next(self._updates)

    def say(self, chat: int, sender: int, text: str = "", **more: Any) -> Message:
        """Put a message into a chat. The bot's message ends what it was seen doing there."""
        message = Message(chat, next(self._ids), sender, self.now(), text, **more)
        with self._lock:
            self._messages[chat, message.id] = message
            if message.by_bot:
                self._actions.pop((chat, message.topic), None)
        self.listeners.tell()
        return message

    def find(self, chat: int, message: int) -> Message | None:
        with self._lock:
            return self._messages.get((chat, message))

    def change(self, message: Message, **changes: Any) -> Message:
        with self._lock:
            changed = replace(self._messages[message.chat, message.id], **changes)
            self._messages[message.chat, message.id] = changed
        self.listeners.tell()
        return changed

    def delete(self, message: Message) -> None:
        with self._lock:
            self._messages.pop((message.chat, message.id), None)
        self.listeners.tell()

    def messages(self, chat: int | None = None, topic: int | None = None) -> list[Message]:
        """In order; of one chat, or of one topic."""
        with self._lock:
            found = list(self._messages.values())
        found = [each for each in found if chat in (None, each.chat)]
        found = [each for each in found if topic in (None, each.topic)]
        return sorted(found, key=lambda each: each.id)

    def keep_file(self, name: str, content: bytes) -> str:
        """The id that a message refers to it by."""
        file_id = f"BQACAgIAAxkB{next(self._file_ids):08}"
        self.files[file_id] = (name, content)
        return file_id

    def act(self, chat: int, topic: int | None) -> None:
        """Shown as typing, for a few seconds."""
        with self._lock:
            self._actions[chat, topic] = self.now() + ACTION_SECONDS
        self.listeners.tell()

    def typing(self) -> list[tuple[int, int | None]]:
        with self._lock:
            return [place for place, until in self._actions.items() if until > self.now()]

    def update_chat(self, chat: int, **changes: Any) -> Chat:
        with self._lock:
            self.chats[chat] = replace(self.chats[chat], **changes)
        self.listeners.tell()
        return self.chats[chat]

    def migrate(self, chat: int) -> Chat:
        """A group becomes a supergroup: another id, and its messages stay with the old one."""
        old = self.chats[chat]
        new = replace(old, id=SUPERGROUP_OFFSET + chat, kind="supergroup")
        with self._lock:
            self.chats[new.id] = new
            self.chats[chat] = replace(old, migrated_to=new.id)
        self.listeners.tell()
        return new

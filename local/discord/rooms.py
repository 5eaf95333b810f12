"""What the stand-in plays: a server with channels and threads, direct messages, people."""

import itertools
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from local.discord.limits import EPHEMERAL, TYPING_SECONDS
from local.listeners import Listeners
from local.multipart import Upload

APPLICATION = "1190000000000000001"
GUILD = "1190000000000000100"
BOT_NAME = "Parley"
TEXT, DIRECT, THREAD = 0, 1, 11
GENERAL, DEV, FIX_CI = "1190000000000000101", "1190000000000000102", "1190000000000000103"
EPOCH_MS = 1_420_070_400_000


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str

    def as_json(self) -> dict[str, Any]:
        bot = {"bot": True} if self.id == APPLICATION else {}
        return {"id": self.id, "username": self.name.lower(), "global_name": self.name, **bot}


@dataclass(frozen=True, slots=True)
class Room:
    id: str
    name: str
    kind: int
    people: tuple[str, ...]
    parent: str | None = None
    bot_may_write: bool = True

    def as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"id": self.id, "type": self.kind}
        if self.kind != DIRECT:
            shown |= {"guild_id": GUILD, "name": self.name}
        if self.parent:
            shown["parent_id"] = self.parent
            shown["thread_metadata"] = {"archived": False, "locked": False}
        return shown


@dataclass(frozen=True, slots=True)
class Message:
    room: str
    id: str
    author: str
    at: float
    text: str = ""
    components: tuple[Mapping[str, Any], ...] = ()
    files: tuple[tuple[str, Upload], ...] = ()  # each with the id of its attachment
    reply_to: str | None = None
    flags: int = 0
    only_for: str | None = None
    thinking: bool = False  # a deferred answer that has no content yet
    edited: float | None = None
    reactions: tuple[str, ...] = ()
    pings: tuple[str, ...] = ()
    command: str = ""  # what it answers, as shown above it
    by_interaction: str | None = None

    @property
    def by_bot(self) -> bool:
        return self.author == APPLICATION

    @property
    def shown(self) -> str:
        return self.text

    @property
    def buttons(self) -> list[Mapping[str, Any]]:
        return [button for row in self.components for button in row["components"]]


PEOPLE = (
    Person("1190000000000001001", "Ada"),
    Person("1190000000000001002", "Ben"),
    Person("1190000000000001003", "Cleo"),
    Person("1190000000000001004", "Dora"),
)
_EVERYONE = tuple(each.id for each in PEOPLE)
ROOMS = (
    *(Room(f"11900000000000002{n:02}", BOT_NAME, DIRECT, (p.id,)) for n, p in enumerate(PEOPLE, 1)),
    Room(GENERAL, "general", TEXT, _EVERYONE),
    Room(DEV, "dev", TEXT, _EVERYONE),
    Room(FIX_CI, "Fix CI", THREAD, _EVERYONE, DEV),
)


@dataclass
class Rooms:
    """Everything said so far. Safe to use from several threads; listeners hear of each change."""

    now: Callable[[], float] = time.time
    people: dict[str, Person] = field(default_factory=lambda: {p.id: p for p in PEOPLE})
    rooms: dict[str, Room] = field(default_factory=lambda: {r.id: r for r in ROOMS})

    def __post_init__(self) -> None:
        self.listeners = Listeners()
        self._lock = threading.RLock()
        self._messages: dict[tuple[str, str], Message] = {}
        self._typing: dict[str, float] = {}
        self._count = itertools.count()
        self.attachments: dict[str, Upload] = {}

    def new_id(self) -> str:
        """A snowflake: milliseconds, then a counter, so that ids sort as they were made."""
        made = int(self.now() * 1000) - EPOCH_MS
        return str((made << 22) + next(self._count) % (1 << 22))

    def direct(self, person: str) -> Room:
        return next(r for r in self.rooms.values() if r.kind == DIRECT and person in r.people)

    def person(self, author: str) -> Person:
        return self.people.get(author) or Person(APPLICATION, BOT_NAME)

    def say(self, room: str, author: str, text: str = "", **more: Any) -> Message:
        """Put a message into a room. The bot's message ends its typing there."""
        files = self._attach(more.pop("uploads", ()))
        message = Message(room, self.new_id(), author, self.now(), text, files=files, **more)
        with self._lock:
            self._messages[room, message.id] = message
            if message.by_bot:
                self._typing.pop(room, None)
        self.listeners.tell()
        return message

    def find(self, room: str, message: str) -> Message | None:
        with self._lock:
            return self._messages.get((room, message))

    def change(self, message: Message, **changes: Any) -> Message:
        if uploads := changes.pop("uploads", ()):
            changes["files"] = (*message.files, *self._attach(uploads))
        with self._lock:
            changed = replace(self._messages[message.room, message.id], **changes)
            self._messages[message.room, message.id] = changed
        self.listeners.tell()
        return changed

    def delete(self, message: Message) -> None:
        with self._lock:
            self._messages.pop((message.room, message.id), None)
        self.listeners.tell()

    def messages(self, room: str | None = None) -> list[Message]:
        with self._lock:
            found = [each for each in self._messages.values() if room in (None, each.room)]
        return sorted(found, key=lambda each: int(each.id))

    def keep(self, upload: Upload) -> str:
        """The id of an attachment."""
        attachment = self.new_id()
        self.attachments[attachment] = upload
        return attachment

    def type(self, room: str) -> None:
        with self._lock:
            self._typing[room] = self.now() + TYPING_SECONDS
        self.listeners.tell()

    def typing(self) -> list[str]:
        with self._lock:
            return [room for room, until in self._typing.items() if until > self.now()]

    def update_room(self, room: str, **changes: Any) -> None:
        with self._lock:
            self.rooms[room] = replace(self.rooms[room], **changes)
        self.listeners.tell()

    def open_thread(self, parent: str, thread: str, name: str) -> Room:
        opened = Room(thread, name, THREAD, self.rooms[parent].people, parent)
        with self._lock:
            self.rooms[thread] = opened
        self.listeners.tell()
        return opened

    def _attach(self, uploads: tuple[Upload, ...]) -> tuple[tuple[str, Upload], ...]:
        return tuple((self.keep(each), each) for each in uploads)


def as_json(rooms: Rooms, message: Message, files_url: str = "") -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": message.id,
        "channel_id": message.room,
        "author": rooms.person(message.author).as_json(),
        "content": message.text,
        "timestamp": _iso(message.at),
        "edited_timestamp": _iso(message.edited) if message.edited is not None else None,
        "components": [dict(each) for each in message.components],
        "attachments": [attachment_json(*each, files_url) for each in message.files],
        "embeds": [],
        "mention_everyone": any("@" in each and "<" not in each for each in message.pings),
        "flags": message.flags | (EPHEMERAL if message.only_for else 0),
        "type": 0,
    }
    if message.reply_to:
        shown["message_reference"] = {"channel_id": message.room, "message_id": message.reply_to}
    return shown


def attachment_json(attachment: str, upload: Upload, files_url: str) -> dict[str, Any]:
    return {
        "id": attachment,
        "filename": upload.name,
        "size": len(upload.content),
        "url": f"{files_url}/{attachment}/{upload.name}",
        "content_type": upload.media_type,
    }


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()

"""The workspace that the stand-in plays: people, rooms, and what was said in them."""

import itertools
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from local.listeners import Listeners

TEAM = "T0PARLEY01"
APP = "A0PARLEY01"
BOT_USER = "U0PARLEYBOT"
BOT_ID = "B0PARLEY01"
BOT_NAME = "Parley"
STATUS_SECONDS = 120  # Slack clears a status that nothing follows


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Room:
    """A channel, or a person's direct messages with the bot."""

    id: str
    name: str
    kind: str  # "channel" or "im"
    people: tuple[str, ...]
    archived: bool = False
    bot_is_member: bool = True


@dataclass(frozen=True, slots=True)
class File:
    id: str
    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Post:
    room: str
    ts: str
    user: str
    text: str
    blocks: tuple[dict[str, Any], ...] = ()
    thread_ts: str | None = None
    edited: bool = False
    reactions: tuple[str, ...] = ()
    only_for: str | None = None  # ephemeral: nobody else sees it, and no method knows it
    files: tuple["File", ...] = ()

    @property
    def by_bot(self) -> bool:
        return self.user == BOT_USER

    @property
    def buttons(self) -> list[dict[str, Any]]:
        rows = [each.get("elements", []) for each in self.blocks if each.get("type") == "actions"]
        return [button for row in rows for button in row]

    @property
    def shown(self) -> str:
        """All text of the post, whichever field carried it."""
        parts = [each for each in map(_block_text, self.blocks) if each]
        return "\n\n".join(parts) if parts else self.text


@dataclass(frozen=True, slots=True)
class Status:
    """The bot's `is working…` line under a thread."""

    room: str
    thread_ts: str
    text: str
    until: float


PEOPLE = (
    Person("U0ADA00001", "Ada"),
    Person("U0BEN00001", "Ben"),
    Person("U0CLEO0001", "Cleo"),
    Person("U0DORA0001", "Dora"),
)
_EVERYONE = tuple(person.id for person in PEOPLE)
ROOMS = (
    *(Room(f"D0{p.name.upper():0<8}", BOT_NAME, "im", (p.id,)) for p in PEOPLE),
    Room("C0GENERAL1", "general", "channel", _EVERYONE),
    Room("C0DEV00001", "dev", "channel", _EVERYONE),
    Room("C0INCIDENT", "incidents", "channel", _EVERYONE),
    Room("C0ATTIC001", "attic", "channel", _EVERYONE, archived=True),
)


@dataclass
class Workspace:
    """Everything said so far. Safe to use from several threads; listeners hear of each change."""

    people: dict[str, Person] = field(default_factory=lambda: {p.id: p for p in PEOPLE})
    rooms: dict[str, Room] = field(default_factory=lambda: {r.id: r for r in ROOMS})

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        self._posts: dict[tuple[str, str], Post] = {}
        self._statuses: dict[tuple[str, str], Status] = {}
        self._last_micros = 0
        self._file_ids = itertools.count(1)
        self.listeners = Listeners()
        self.files: dict[str, File] = {}
        self.sessions: dict[tuple[str, str], str] = {}

    def direct(self, person: str) -> Room:
        return next(r for r in self.rooms.values() if r.kind == "im" and person in r.people)

    def new_ts(self) -> str:
        """Slack's `seconds.micros`: never the same twice, never going back."""
        with self._lock:
            self._last_micros = max(self._last_micros + 1, time.time_ns() // 1000)
            return f"{self._last_micros // 1_000_000}.{self._last_micros % 1_000_000:06d}"

    def say(self, room: str, user: str, text: str, **more: Any) -> Post:
        """Put a post into a room. The bot's post in a thread ends its status there, as in Slack."""
        post = Post(room, more.pop("ts", None) or self.new_ts(), user, text, **more)
        with self._lock:
            self._posts[room, post.ts] = post
            if post.by_bot:
                self._statuses.pop((room, post.thread_ts or post.ts), None)
        self.listeners.tell()
        return post

    def find(self, room: str, ts: str) -> Post | None:
        with self._lock:
            return self._posts.get((room, ts))

    def edit(self, room: str, ts: str, text: str, blocks: tuple[dict[str, Any], ...]) -> Post:
        return self._change(room, ts, lambda p: replace(p, text=text, blocks=blocks, edited=True))

    def react(self, room: str, ts: str, name: str) -> Post:
        return self._change(room, ts, lambda p: replace(p, reactions=(*p.reactions, name)))

    def unreact(self, room: str, ts: str, name: str) -> Post:
        def without(post: Post) -> Post:
            return replace(post, reactions=tuple(r for r in post.reactions if r != name))

        return self._change(room, ts, without)

    def set_status(self, room: str, thread_ts: str, text: str) -> None:
        with self._lock:
            if text:
                until = time.time() + STATUS_SECONDS
                self._statuses[room, thread_ts] = Status(room, thread_ts, text, until)
            else:
                self._statuses.pop((room, thread_ts), None)
        self.listeners.tell()

    def posts(self, room: str | None = None, thread: str | None = None) -> list[Post]:
        """Posts in order; of one room, or of one thread with its root."""
        with self._lock:
            found: Iterable[Post] = self._posts.values()
            if room is not None:
                found = (p for p in found if p.room == room)
            if thread is not None:
                found = (p for p in found if thread in (p.thread_ts, p.ts))
            return sorted(found, key=lambda p: p.ts)

    def statuses(self) -> list[Status]:
        with self._lock:
            return [each for each in self._statuses.values() if each.until > time.time()]

    def delete(self, post: Post) -> None:
        with self._lock:
            self._posts.pop((post.room, post.ts), None)
        self.listeners.tell()

    def set_session(self, room: str, thread_ts: str, status: str) -> None:
        """Of an agent session: what a person could stop."""
        self.sessions[room, thread_ts] = status
        self.listeners.tell()

    def keep_file(self, name: str, media_type: str, content: bytes) -> File:
        file = File(f"F0LOCAL{next(self._file_ids):03}", name, media_type, content)
        self.files[file.id] = file
        return file

    def _change(self, room: str, ts: str, change: Callable[[Post], Post]) -> Post:
        with self._lock:
            post = self._posts[room, ts] = change(self._posts[room, ts])
        self.listeners.tell()
        return post


def _block_text(block: dict[str, Any]) -> str:
    text = block.get("text", "")
    return str(text.get("text", "")) if isinstance(text, dict) else str(text)

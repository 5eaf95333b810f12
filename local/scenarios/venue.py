"""A platform as the scenarios that run on all of them use it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from local.multipart import Upload
from local.sending import Delivered


@dataclass(frozen=True, slots=True)
class Place:
    """Where people talk. `thread` is Slack's; topics and threads of others are rooms."""

    room: str
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody sees. `ts` sorts as it was said, and grows with each message."""

    room: str
    thread_ts: str | None
    ts: str
    by_bot: bool
    shown: str
    buttons: Mapping[str, str] = field(default_factory=dict)  # what each stands for, by its label
    files: tuple[Upload, ...] = ()
    only_for: str | None = None
    settled: bool = True  # it is no "thinking"
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What was said by somebody, and where it is answered."""

    place: Place
    ts: str
    delivered: tuple[Delivered, ...]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays, by the ids of the platform. Dora is not let in."""

    ada: str
    ben: str
    cleo: str
    dora: str

    @property
    def all(self) -> tuple[str, ...]:
        return self.ada, self.ben, self.cleo, self.dora


class Venue(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def cast(self) -> Cast: ...

    def direct(self, person: str) -> Place: ...

    def group(self) -> Place:
        """Where everybody is. What is told there turns to the bot."""

    def tell(self, place: Place, person: str, text: str, file: Upload | None = None) -> Told:
        """Somebody says it to the bot: the webhook is delivered and taken."""

    def command(self, place: Place, person: str, text: str) -> Told:
        """The same with a command, such as `stop` or `deny ID reason`."""

    def click(self, place: Place, seen: Seen, person: str, label: str) -> None:
        """A button whose label begins so."""

    def seen(self, room: str | None = None) -> list[Seen]:
        """All that was said, as the platform shows it now."""

    def told(self, person: str) -> list[str]:
        """What only this person was told: in passing, or where nobody else reads along."""

    def received(self, place: Place, told: Told) -> bool:
        """Whether the person sees that the message arrived."""

"""A task's news as frames: what comes close together is one frame, what is long is several."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from parley.core.tasks.coding_agent import ChatCommand
from parley.core.tasks.frames import BATCH_BYTES, BATCH_SECONDS, Frame, FrameKind

LONGEST_DELTA = 4_000  # characters


@dataclass(slots=True)
class _Text:
    name: str
    parts: list[str]

    def frames(self) -> Iterator[Frame]:
        whole = "".join(self.parts)
        for at in range(0, len(whole), LONGEST_DELTA):
            yield Frame(FrameKind.DELTA, {self.name: whole[at : at + LONGEST_DELTA]})


@dataclass(slots=True)
class _Tool:
    id: str
    title: str
    status: str

    def frames(self) -> Iterator[Frame]:
        told = {"id": self.id, "title": self.title, "status": self.status}
        yield Frame(FrameKind.DELTA, told)


@dataclass(slots=True)
class FrameBatches:
    """Frames wait until a batch is full, or its first news is a second old. Times are seconds of
    one clock."""

    _waiting: list[_Text | _Tool] = field(default_factory=list)
    _bytes: int = 0
    _since: float = 0.0
    _commands: tuple[ChatCommand, ...] = ()

    def text(self, name: str, text: str, now: float) -> Sequence[Frame]:
        """`name` is text or reasoning."""
        last = self._waiting[-1] if self._waiting else None
        if isinstance(last, _Text) and last.name == name:
            last.parts.append(text)
        elif text:
            self._wait(_Text(name, [text]), now)
        self._bytes += len(text.encode())
        return self.due(now)

    def tool(self, id: str, title: str, status: str, now: float) -> Sequence[Frame]:
        last = self._waiting[-1] if self._waiting else None
        if isinstance(last, _Tool) and last.id == id:
            last.title, last.status = title, status
        else:
            self._wait(_Tool(id, title, status), now)
            self._bytes += len(id.encode()) + len(title.encode()) + len(status)
        return self.due(now)

    def commands(self, commands: tuple[ChatCommand, ...]) -> Sequence[Frame]:
        """At once, behind what waits; nothing where there are none, or they are known."""
        if not commands or commands == self._commands:
            return []
        self._commands = commands
        told = [{"name": each.name, "description": each.description} for each in commands]
        return [*self.rest(), Frame(FrameKind.COMMANDS, {"commands": told})]

    def due(self, now: float) -> Sequence[Frame]:
        old = now - self._since >= BATCH_SECONDS
        return self.rest() if self._waiting and (old or self._bytes >= BATCH_BYTES) else []

    def rest(self) -> Sequence[Frame]:
        frames = [frame for each in self._waiting for frame in each.frames()]
        self._waiting, self._bytes = [], 0
        return frames

    def _wait(self, news: _Text | _Tool, now: float) -> None:
        if not self._waiting:
            self._since = now
        self._waiting.append(news)

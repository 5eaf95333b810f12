"""Clock, ids, telemetry, texts and a chat channel in memory."""

import heapq
import itertools
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from parley.core.delivery import Delivery
from parley.core.message import Message
from parley.errors import ChannelError, SendUncertain, StoreUnavailable

Keys = Mapping[str, str | int | float | None]
Hook = Callable[[str], None]

START = 1_800_000_000_000  # milliseconds; any day will do


@dataclass(slots=True)
class FakeClock:
    """Moves only when told, or slept on. What is planned happens while it moves."""

    now_ms: int = START
    _planned: list[tuple[int, int, Callable[[], object]]] = field(default_factory=list)
    _order: "itertools.count[int]" = field(default_factory=itertools.count)

    def now(self) -> int:
        return self.now_ms

    def monotonic(self) -> float:
        return self.now_ms / 1000

    def sleep(self, seconds: float) -> None:
        self.advance(round(seconds * 1000))

    def advance(self, milliseconds: int) -> None:
        end = self.now_ms + max(0, milliseconds)
        while self.step(end):
            pass

    def step(self, end: int) -> bool:
        """Move to the next planned action before `end` and run it; False when `end` is reached."""
        if self._planned and self._planned[0][0] <= end:
            at, _, action = heapq.heappop(self._planned)
            self.now_ms = max(self.now_ms, at)
            action()
            return True
        self.now_ms = max(self.now_ms, end)
        return False

    def at(self, when: int, action: Callable[[], object]) -> None:
        """Plan an action for a moment, in milliseconds."""
        heapq.heappush(self._planned, (when, next(self._order), action))

    def after(self, seconds: float, action: Callable[[], object]) -> None:
        self.at(self.now_ms + round(seconds * 1000), action)


class CountingIds:
    def __init__(self, prefix: str = "id") -> None:
        self._ids = (f"{prefix}{number}" for number in itertools.count(1))

    def new(self) -> str:
        return next(self._ids)


@dataclass(slots=True)
class RecordingTelemetry:
    events: list[tuple[str, Keys]] = field(default_factory=list)
    failures: list[tuple[str, BaseException, Keys]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def event(self, name: str, **keys: str | int | float | None) -> None:
        self.events.append((name, keys))

    def failure(self, name: str, error: BaseException, **keys: str | int | float | None) -> None:
        self.failures.append((name, error, keys))

    def count(self, metric: str, value: float = 1, unit: str = "Count") -> None:
        self.counts[metric] += int(value)

    def told(self, name: str) -> list[Keys]:
        """The keys of every event or failure of this name."""
        events = [keys for told, keys in self.events if told == name]
        return events + [keys for told, _, keys in self.failures if told == name]


class InMemoryTexts:
    """`before` and `after` see each call's name; what they raise stops it there."""

    def __init__(self, before: Hook | None = None, after: Hook | None = None) -> None:
        self.before = before
        self.after = after
        self.texts: dict[str, str] = {}

    def put(self, key: str, text: str) -> None:
        _notify(self.before, "put")
        if self.texts.setdefault(key, text) != text:
            raise AssertionError(f"{key} names two texts")
        _notify(self.after, "put")

    def get(self, key: str) -> str:
        _notify(self.before, "get")
        if key not in self.texts:
            raise StoreUnavailable(f"no text {key}")
        _notify(self.after, "get")
        return self.texts[key]


@dataclass(frozen=True, slots=True)
class Posted:
    delivery: Delivery
    chunk: str
    nonce: str
    at: int


class ScriptedChannel:
    """Records what is posted. The n-th send (from 1 on) fails as planned, with or without effect.

    With `dedupes`, two sends with one nonce are one post.
    """

    def __init__(
        self,
        clock: FakeClock,
        *,
        limit: int = 4000,
        dedupes: bool = False,
        before: Hook | None = None,
        after: Hook | None = None,
    ) -> None:
        self.clock = clock
        self.limit = limit
        self.dedupes = dedupes
        self.before = before
        self.after = after
        self.posts: list[Posted] = []
        self.acknowledged: list[Message] = []
        self.sends = 0
        self.duration = 0.0  # seconds that a send takes
        self.refuse_acknowledgement: ChannelError | None = None
        self._planned: dict[int, tuple[ChannelError, bool]] = {}

    def fail(self, send: int, error: ChannelError) -> None:
        """The `send`-th send raises, and nothing is posted."""
        self._planned[send] = (error, False)

    def post_unheard(self, send: int) -> None:
        """The `send`-th send is posted, but its answer gets lost."""
        self._planned[send] = (SendUncertain("no answer"), True)

    def split(self, text: str) -> tuple[str, ...]:
        starts = range(0, max(1, len(text)), self.limit)
        return tuple(text[start : start + self.limit] for start in starts)

    def send(self, delivery: Delivery, chunk: str, nonce: str, timeout: float) -> None:
        _notify(self.before, "send")
        self.sends += 1
        error, posted = self._planned.pop(self.sends, (None, True))
        self.clock.sleep(min(self.duration, timeout))
        if self.duration > timeout:
            error, posted = SendUncertain("timed out"), True
        if posted and not (self.dedupes and nonce in {post.nonce for post in self.posts}):
            self.posts.append(Posted(delivery, chunk, nonce, self.clock.now()))
        _notify(self.after, "send")
        if error:
            raise error

    def acknowledge(self, message: Message) -> None:
        _notify(self.before, "acknowledge")
        if self.refuse_acknowledgement:
            raise self.refuse_acknowledgement
        if message not in self.acknowledged:
            self.acknowledged.append(message)
        _notify(self.after, "acknowledge")

    @property
    def chunks(self) -> list[str]:
        """What the chat shows, in order."""
        return [post.chunk for post in self.posts]


def _notify(hook: Hook | None, call: str) -> None:
    if hook:
        hook(call)

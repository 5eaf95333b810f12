"""What an agent was heard to do, put together in its order: a transcript, and frames meanwhile."""

from dataclasses import dataclass, field

from parley.core.tasks.frames import (
    BATCH_BYTES,
    BATCH_SECONDS,
    REASONING_CAP,
    TEXT_CAP,
    Frame,
    FrameKind,
)
from parley.core.tasks.heard import Heard, Offered, Planned, Said, Thought, ToolSeen, Used
from parley.core.tasks.task import Cost
from parley.core.tasks.transcript import ToolSnapshot, Transcript

TOOLS_CAP = 1_000  # of which the first are kept
TOOL_TEXT_CAP = 20_000  # characters of a tool's input, and of its output
PARAGRAPH = "\n\n"


@dataclass(slots=True)
class Reduction:
    """Fed with events one by one. `now` is in seconds, on any clock that only goes forward. Frames
    come in batches: text is held back for a second or two kilobytes, everything else follows the
    text before it at once. What is beyond the caps is in neither frames nor transcript."""

    _text: str = ""
    _reasoning: str = ""
    _tools: dict[str, ToolSnapshot] = field(default_factory=dict)
    _plan: tuple[str, ...] = ()
    _tokens: int | None = None
    _amount: float | None = None
    _currency: str = ""
    _message: str = ""
    _held: list[tuple[str, str]] = field(default_factory=list)  # (field, text)
    _held_since: float = 0.0

    def hear(self, event: Heard, now: float) -> list[Frame]:
        """The frames that are due with it, in order."""
        match event:
            case Said(text, message):
                return self._hold("text", self._said(text, message), now)
            case Thought(text):
                return self._hold("reasoning", self._thought(text), now)
            case ToolSeen():
                return [*self.rest(), self._tool(event)] if self._see(event) else []
            case Planned(entries):
                self._plan = entries
            case Used():
                self._use(event)
            case Offered(commands):
                told = [{"name": each.name, "description": each.description} for each in commands]
                return [*self.rest(), Frame(FrameKind.COMMANDS, {"commands": told})]
        return []

    def due(self, now: float) -> list[Frame]:
        """What was held back long enough."""
        return self.rest() if self._held and now - self._held_since >= BATCH_SECONDS else []

    def rest(self) -> list[Frame]:
        """What is held back, now."""
        frames = [Frame(FrameKind.DELTA, {name: text}) for name, text in self._held]
        self._held = []
        return frames

    def transcript(self) -> Transcript:
        return Transcript(
            text=self._text,
            reasoning=self._reasoning,
            tools=tuple(self._tools.values()),
            plan=self._plan,
            cost=self._cost(),
        )

    def _said(self, text: str, message: str) -> str:
        """Two messages of an agent are two paragraphs."""
        if message and self._message and message != self._message and self._text:
            text = PARAGRAPH + text
        self._message = message or self._message
        kept = text[: TEXT_CAP - len(self._text)]
        self._text += kept
        return kept

    def _thought(self, text: str) -> str:
        kept = text[: REASONING_CAP - len(self._reasoning)]
        self._reasoning += kept
        return kept

    def _hold(self, name: str, text: str, now: float) -> list[Frame]:
        if not text:
            return self.due(now)
        if not self._held:
            self._held_since = now
        if self._held and self._held[-1][0] == name:
            text = self._held.pop()[1] + text
        self._held.append((name, text))
        size = sum(len(each.encode(errors="replace")) for _, each in self._held)
        return self.rest() if size >= BATCH_BYTES else self.due(now)

    def _see(self, seen: ToolSeen) -> bool:
        """False where it is one too many."""
        if seen.id not in self._tools and len(self._tools) >= TOOLS_CAP:
            return False
        known = self._tools.get(seen.id, ToolSnapshot(seen.id))
        self._tools[seen.id] = known.after(seen, TOOL_TEXT_CAP)
        return True

    def _tool(self, seen: ToolSeen) -> Frame:
        tool = self._tools[seen.id]
        return Frame(
            FrameKind.DELTA, {"tool": {"id": tool.id, "title": tool.title, "status": tool.status}}
        )

    def _use(self, used: Used) -> None:
        if used.tokens is not None:
            before = 0 if used.cumulative else self._tokens or 0
            self._tokens = before + used.tokens
        if used.amount is not None:
            self._amount, self._currency = used.amount, used.currency

    def _cost(self) -> Cost | None:
        if self._tokens is None and self._amount is None:
            return None
        return Cost(self._tokens, self._amount, self._currency)

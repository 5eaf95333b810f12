"""What an agent is heard to do, reduced in its order to what is kept of it and to frames."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from parley.core.tasks.coding_agent import ChatCommand
from parley.core.tasks.frame_batches import FrameBatches
from parley.core.tasks.frames import REASONING_CAP, TEXT_CAP, Frame
from parley.core.tasks.heard import Heard, Planned, Said, Thought, ToolSeen, Used
from parley.core.tasks.task import Cost
from parley.core.tasks.transcript import ToolSnapshot, Transcript

__all__ = ["Reduction", "Transcript"]

MOST_TOOLS = 500
LONGEST_GIVEN = 2_000  # characters, of a tool's input
LONGEST_OUTPUT = 8_000
LONGEST_WORD = 300  # of its title, kind or status; and of an entry of the plan
MOST_PATHS = 20
TOOLS_CAP = 500_000  # characters of all inputs and outputs together
MOST_ENTRIES = 100
_BETWEEN = "\n\n"
_CUT = "\n…\n"


@dataclass(slots=True)
class _Capped:
    """The beginning of a text that may have no end."""

    cap: int
    parts: list[str] = field(default_factory=list)
    length: int = 0
    cut: bool = False

    def add(self, text: str) -> str:
        """What of it is kept."""
        kept = text[: self.cap - self.length]
        self.cut |= len(kept) < len(text)
        if kept:
            self.parts.append(kept)
            self.length += len(kept)
        return kept

    @property
    def text(self) -> str:
        return "".join(self.parts)

    @property
    def in_a_line(self) -> bool:
        return bool(self.parts) and not self.parts[-1].endswith("\n")


class Reduction:
    """One turn of an agent. Times are seconds of one clock; `rest` when it is over."""

    def __init__(self) -> None:
        self._text = _Capped(TEXT_CAP)
        self._reasoning = _Capped(REASONING_CAP)
        self._tools: dict[str, ToolSnapshot] = {}
        self._tools_room = TOOLS_CAP
        self._left_out: set[str] = set()
        self._plan: tuple[str, ...] = ()
        self._cost: Cost | None = None
        self._message = ""
        self._paused = False  # a tool call came behind what was said
        self._batches = FrameBatches()
        self.commands: tuple[ChatCommand, ...] = ()

    def hear(self, event: Heard, now: float) -> Sequence[Frame]:
        """The frames that are due by then."""
        match event:
            case Said():
                return self._said(event, now)
            case Thought():
                return self._batches.text("reasoning", self._reasoning.add(event.text), now)
            case ToolSeen():
                return self._tool(event, now)
            case Planned():
                entries = event.entries[:MOST_ENTRIES]
                self._plan = tuple(each[:LONGEST_WORD] for each in entries)
            case Used():
                self._used(event)
            case _:
                self.commands = event.commands
                return self._batches.commands(event.commands)
        return self._batches.due(now)

    def due(self, now: float) -> Sequence[Frame]:
        """Those that have waited long enough."""
        return self._batches.due(now)

    def rest(self) -> Sequence[Frame]:
        """All that wait."""
        return self._batches.rest()

    def transcript(self) -> Transcript:
        return Transcript(
            text=self._text.text,
            reasoning=self._reasoning.text,
            tools=tuple(self._tools.values()),
            plan=self._plan,
            cost=self._cost,
            text_cut=self._text.cut,
            reasoning_cut=self._reasoning.cut,
            tools_left_out=len(self._left_out),
        )

    def _said(self, event: Said, now: float) -> Sequence[Frame]:
        """Messages stand apart by a blank line: those with ids of their own, and what is said
        before a tool call and after it."""
        another = event.message != self._message or self._paused
        words = _BETWEEN + event.text if another and self._text.in_a_line else event.text
        self._message, self._paused = event.message, False
        return self._batches.text("text", self._text.add(words), now)

    def _tool(self, seen: ToolSeen, now: float) -> Sequence[Frame]:
        before = self._tools.get(seen.id)
        if before is None:
            self._paused = True
            if len(self._tools) >= MOST_TOOLS:
                self._left_out.add(seen.id)
                return self._batches.due(now)
        after = self._merged(before or ToolSnapshot(seen.id[:LONGEST_WORD]), seen)
        self._tools[seen.id] = after
        if before is not None and (before.title, before.status) == (after.title, after.status):
            return self._batches.due(now)
        return self._batches.tool(after.id, after.title, after.status, now)

    def _merged(self, before: ToolSnapshot, seen: ToolSeen) -> ToolSnapshot:
        given, output = before.given, before.output
        if seen.given is not None:
            given = self._fitting(seen.given, LONGEST_GIVEN, given)
        if seen.output is not None:
            output = self._fitting(seen.output, LONGEST_OUTPUT, output)
        return replace(
            before,
            title=_short(seen.title, before.title),
            kind=_short(seen.kind, before.kind),
            status=_short(seen.status, before.status),
            given=given,
            output=output,
            paths=before.paths if seen.paths is None else seen.paths[:MOST_PATHS],
        )

    def _fitting(self, text: str, cap: int, before: str) -> str:
        """Its beginning and its end, as much as there is room for, in the place of what was."""
        self._tools_room += len(before)
        cap = min(cap, self._tools_room)
        if len(text) > cap:
            half = max(0, cap - len(_CUT)) // 2
            text = f"{text[:half]}{_CUT}{text[-half:]}" if half else ""
        self._tools_room -= len(text)
        return text

    def _used(self, event: Used) -> None:
        cost = self._cost or Cost()
        if event.tokens is not None:
            before = 0 if event.cumulative else cost.tokens or 0
            cost = replace(cost, tokens=before + event.tokens)
        if event.amount is not None:
            cost = replace(cost, amount=event.amount, currency=event.currency)
        self._cost = cost if cost != Cost() else None


def _short(told: str | None, before: str) -> str:
    return before if told is None else told[:LONGEST_WORD]

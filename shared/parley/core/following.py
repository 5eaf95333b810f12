"""Following a run: what each event adds to the turn, and what it calls for. No I/O."""

from dataclasses import dataclass, field
from enum import StrEnum

from parley.core.batch import ToolCall
from parley.core.events import (
    AgentEvent,
    CompactionStarted,
    Gap,
    Happening,
    RunCompleted,
    RunFailed,
    TextCompleted,
    ToolCallsProposed,
    ToolFinished,
    ToolRefused,
    ToolStarted,
    TurnCompleted,
    TurnStarted,
    UsageReported,
    WaitingForDecisions,
)
from parley.core.fate import RAN, Fate
from parley.core.turn import Usage

LOOPING_COMPACTIONS = 5


class Call(StrEnum):
    """What an event calls for."""

    NOTHING = "nothing"
    DECIDE = "decide"  # a batch of tool calls waits
    BATCH_OVER = "batch_over"  # the calls in `finished` have met their fates
    END = "end"  # the run has ended
    REOPEN = "reopen"  # events were skipped: open the stream again from the save point
    RESTARTED = "restarted"  # ids went backwards: the server lost the run
    LOOPING = "looping"  # endless compaction


@dataclass(slots=True)
class Following:
    """The run's text and the place in the session's stream.

    `cursor`, `text` and `usage` form the save point: they stand before the agent turn that is going
    on, so that whoever resumes reads the whole turn again and gives its batch the same key. Events
    of other runs move the cursor, and nothing else. `usage` is None where nobody knows it.
    """

    run: str
    cursor: int
    text: str = ""
    gapped: bool = False
    usage: Usage | None = None
    calls: tuple[ToolCall, ...] = ()
    finished: tuple[ToolCall, ...] = ()
    fates: dict[str, Fate] = field(default_factory=dict)
    activity: str = ""  # the tool that runs now
    server_turn: int = 0
    end: RunCompleted | RunFailed | None = None
    _seen: int = field(init=False)
    _said: str = field(init=False, default="")
    _used: Usage | None = field(init=False, default=None)
    _in_turn: bool = field(init=False, default=False)
    _compactions: int = field(init=False, default=0)
    _skipped_after: int | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._seen = self.cursor

    def rewind(self) -> None:
        """Forget what came after the save point: the stream is opened there again."""
        self._seen = self.cursor
        self._said = ""
        self._used = None
        self._in_turn = False
        self.calls = ()
        self.fates = {}

    def remark(self, words: str) -> None:
        """Something that the reply has to say besides what the agent wrote."""
        self._said = _joined(self._said, words)
        if not self._in_turn:
            self._save()

    @property
    def whole_text(self) -> str:
        return _joined(self.text, self._said)

    @property
    def whole_usage(self) -> Usage | None:
        """None also where events were lost: then the sum lacks something."""
        if self.gapped or self._used is None:
            return None if self.gapped else self.usage
        return self._used if self.usage is None else self.usage + self._used

    def take(self, event: AgentEvent) -> Call:
        if isinstance(event.what, Gap):
            return self._skip_to(event.what.oldest - 1)
        if event.id is not None:
            if event.id <= self._seen:
                return Call.RESTARTED
            if event.id > self._seen + 1 and self._skips_for_the_first_time():
                return Call.REOPEN
            self._seen = event.id
        call = self._apply(event.what) if event.run == self.run else Call.NOTHING
        if not self._in_turn:
            self._save()
        return call

    def _skips_for_the_first_time(self) -> bool:
        """A slow reader misses events silently; opened again, the ring may still have them. Where
        it has not, they are lost for the stream, and the history has the text."""
        if self._skipped_after == self.cursor:
            self.gapped = True
            return False
        self._skipped_after = self.cursor
        return True

    def _skip_to(self, cursor: int) -> Call:
        self.gapped = True
        self.text = self.whole_text
        self.usage, self._used = None, None
        self.cursor = cursor
        return Call.REOPEN

    def _save(self) -> None:
        self.cursor = self._seen
        self.text, self.usage = self.whole_text, self.whole_usage
        self._said, self._used = "", None

    def _apply(self, what: Happening) -> Call:
        match what:
            case RunCompleted() | RunFailed():
                self.end, self._in_turn = what, False
                return Call.END
            case WaitingForDecisions() if self.calls:
                return Call.DECIDE
            case CompactionStarted():
                self._compactions += 1
                if self._compactions >= LOOPING_COMPACTIONS:
                    return Call.LOOPING
            case TurnCompleted():
                self._in_turn, self.finished, self.calls = False, self.calls, ()
                return Call.BATCH_OVER if self.finished else Call.NOTHING
        self._note(what)
        return Call.NOTHING

    def _note(self, what: Happening) -> None:
        match what:
            case TurnStarted(number):
                if number != self.server_turn:
                    self._compactions = 0
                self._in_turn, self.server_turn, self.calls = True, number, ()
                self.fates, self.activity = {}, ""
            case TextCompleted(text):
                self._said = _joined(self._said, text)
            case UsageReported(usage):
                self._used = usage if self._used is None else self._used + usage
            case ToolCallsProposed(calls):
                self.calls = calls
            case _:
                self._note_tool(what)

    def _note_tool(self, what: Happening) -> None:
        match what:
            case ToolStarted(_, name):
                self.activity = name
            case ToolFinished(call, cancelled):
                self.activity, self.fates[call] = "", Fate("cancelled") if cancelled else RAN
            case ToolRefused(call, reason):
                self.fates[call] = Fate("not run", reason)


def _joined(before: str, more: str) -> str:
    """Text blocks of one run, with a blank line between."""
    return "\n\n".join(part for part in (before, more.strip()) if part)

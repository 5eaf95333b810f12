"""What an agent writes, from bytes to what is heard of it."""

from collections.abc import Callable

from parley.adapters.agent_process.parsers.choice import parser_for
from parley.adapters.agent_process.parsers.parser import Parser, Verdict
from parley.adapters.agent_process.pipes import Tail
from parley.core.tasks.coding_agent import Output
from parley.core.tasks.heard import Heard, Said, Thought
from parley.core.tasks.terminal_text import TerminalText

LONGEST_LINE = 8 * 1024 * 1024  # characters of a JSON line: a file that was written is within
LAST = 300  # characters of what an agent said last, to tell why it failed
KEPT = 2_000  # characters of an agent's standard error
MOST_TEXT = 1_000_000  # characters that are handed on; what keeps them, keeps less


class Reading:
    """The agent's standard output, or its terminal. `hear` gets what it says, as it says it."""

    def __init__(self, output: Output, hear: Callable[[Heard], None]) -> None:
        self.parser = parser_for(output)
        self._lines = output is not Output.TEXT
        self._text = TerminalText(LONGEST_LINE) if self._lines else TerminalText()
        self._hear = hear
        self._line = ""
        self._room = MOST_TEXT
        self._last = ""
        self.said = False  # anything that can be seen

    @property
    def last(self) -> str:
        """The end of what it said."""
        return self._last.strip()

    def feed(self, content: bytes) -> None:
        self._take(self._text.feed(content))

    def settle(self) -> None:
        """Nothing has come for a while: what there is of a line is heard. A JSON line is whole or
        nothing."""
        if not self._lines:
            self._take(self._text.settle())

    def end(self) -> None:
        self._take(self._text.end())
        if self._line:
            self._read(self._line)
            self._line = ""

    def _take(self, text: str) -> None:
        if not self._lines:
            self._read(text)
            return
        *complete, rest = text.split("\n")
        for line in complete:
            self._read(self._line + line)
            self._line = ""
        self._line = (self._line + rest)[:LONGEST_LINE]

    def _read(self, line: str) -> None:
        for event in self.parser.read(line):
            if isinstance(event, Said | Thought):
                self._words(event)
            else:
                self._hear(event)

    def _words(self, event: Said | Thought) -> None:
        if isinstance(event, Said):
            self.said = self.said or bool(event.text.strip())
            self._last = (self._last + event.text[-LAST:])[-LAST:]
        if event.text and len(event.text) <= self._room:
            self._room -= len(event.text)
            self._hear(event)


class Aside:
    """The agent's standard error, where that is apart: its end is kept."""

    def __init__(self, parser: Parser) -> None:
        self._parser = parser
        self._text = TerminalText()
        self._kept = Tail(KEPT)

    def feed(self, content: bytes) -> Verdict | None:
        """What a line of it means for the agent's end."""
        text = self._text.feed(content)
        self._kept.add(text.encode())
        verdicts = (self._parser.complaint(line) for line in text.splitlines())
        return next((each for each in verdicts if each is not None), None)

    def last(self) -> str:
        self._kept.add(self._text.end().encode())
        return self._kept.last(KEPT)

"""What a person would have read on a terminal, from the bytes that a program wrote to it.

Escape sequences go; a line that was written over, as progress is, has its last state only. Lines
that the cursor went up to are not written over: they have been handed on.
"""

import codecs
import io
import re
from enum import Enum

LONGEST_LINE = 65_536  # characters; a longer one is handed on in pieces
LONGEST_SEQUENCE = 256  # of a control sequence: what goes on longer is none
LONGEST_STRING = 65_536  # of what is told to the terminal itself: titles, clipboards, pictures

_PLAIN = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f-\x9f]+")
_PARAMETERS = re.compile(r"[\x20-\x3f]+")
_STRING = re.compile(r"[^\x07\x18\x1a\x1b\x9c]+")
_TITLE = re.compile(r"[^\x07\x0a\x18\x1a\x1b\x9c]+")


class _State(Enum):
    GROUND = "ground"
    ESCAPE = "escape"
    SEQUENCE = "sequence"  # CSI: parameters and a letter
    TITLE = "title"  # OSC: never longer than a line
    STRING = "string"  # DCS, SOS, PM, APC


_INTRODUCERS = {
    "[": _State.SEQUENCE,
    "]": _State.TITLE,
    "P": _State.STRING,
    "X": _State.STRING,
    "^": _State.STRING,
    "_": _State.STRING,
}
_EIGHT_BIT = {
    "\x1b": _State.ESCAPE,
    "\x9b": _State.SEQUENCE,
    "\x9d": _State.TITLE,
    "\x90": _State.STRING,
    "\x98": _State.STRING,
    "\x9e": _State.STRING,
    "\x9f": _State.STRING,
}


class TerminalText:
    """Fed in pieces, cut anywhere: what comes out is the same, but for `settle`."""

    def __init__(self, longest_line: int = LONGEST_LINE) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._line = _Line(longest_line)
        self._state = _State.GROUND
        self._parameters = ""
        self._skipped = 0

    def feed(self, data: bytes) -> str:
        """The lines that became complete, each with its line break."""
        return self._take(self._decoder.decode(data))

    def settle(self) -> str:
        """What is new of the line under way, for a reader who has waited for long enough. Nothing
        of a line that was written over: progress shows its end only."""
        return self._line.settle()

    def end(self) -> str:
        """The rest: a last line without a line break."""
        return self._take(self._decoder.decode(b"", final=True)) + self._line.end("")

    def _take(self, text: str) -> str:
        out: list[str] = []
        place = 0
        while place < len(text):
            if self._state is _State.GROUND:
                place = self._ground(text, place, out)
            elif self._state is _State.ESCAPE:
                place = self._escape(text, place)
            elif self._state is _State.SEQUENCE:
                place = self._sequence(text, place)
            else:
                place = self._string(text, place)
        return "".join(out)

    def _ground(self, text: str, place: int, out: list[str]) -> int:
        if run := _PLAIN.match(text, place):
            self._line.write(run[0], out)
            return run.end()
        character = text[place]
        if character == "\n":
            out.append(self._line.end("\n"))
        elif character == "\r":
            self._line.move_to(0)
        elif character == "\b":
            self._line.move_by(-1)
        elif character in _EIGHT_BIT:
            self._enter(_EIGHT_BIT[character])
        return place + 1

    def _escape(self, text: str, place: int) -> int:
        character = text[place]
        if character in _INTRODUCERS and not self._parameters:
            self._enter(_INTRODUCERS[character])
        elif " " <= character <= "/":
            self._parameters = character  # of a character set: one more letter follows
        elif "0" <= character <= "~":
            self._enter(_State.GROUND)
        else:
            self._enter(_State.GROUND)
            return place
        return place + 1

    def _sequence(self, text: str, place: int) -> int:
        if run := _PARAMETERS.match(text, place):
            room = LONGEST_SEQUENCE - len(self._parameters)
            taken = run[0][:room]
            self._parameters += taken
            if len(taken) < len(run[0]):
                self._enter(_State.GROUND)
            return place + len(taken)
        if "@" <= text[place] <= "~":
            self._line.obey(text[place], self._parameters)
            place += 1
        self._enter(_State.GROUND)
        return place

    def _string(self, text: str, place: int) -> int:
        pattern = _TITLE if self._state is _State.TITLE else _STRING
        if run := pattern.match(text, place):
            taken = min(len(run[0]), LONGEST_STRING - self._skipped)
            self._skipped += taken
            if taken < len(run[0]):
                self._enter(_State.GROUND)
            return place + taken
        self._enter(_State.GROUND)
        return place if text[place] in "\x1b\n" else place + 1

    def _enter(self, state: _State) -> None:
        self._state = state
        self._parameters = ""
        self._skipped = 0


class _Line:
    """The line under way, its cursor, and how much of it was handed on already."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._start()

    def _start(self) -> None:
        self._cells = io.StringIO()
        self._length = 0
        self._cursor = 0
        self._given = 0
        self._written_over = False

    def write(self, run: str, out: list[str]) -> None:
        while run:
            if self._cursor >= self._longest:
                out.append(self.end(""))
            taken = run[: self._longest - self._cursor]
            run = run[len(taken) :]
            self._put(taken)

    def _put(self, text: str) -> None:
        if self._cursor < self._length:
            self._written_over = True
        if self._cursor > self._length:
            self._cells.seek(self._length)
            self._cells.write(" " * (self._cursor - self._length))
        self._cells.seek(self._cursor)
        self._cells.write(text)
        self._cursor += len(text)
        self._length = max(self._length, self._cursor)

    def move_to(self, column: int) -> None:
        if self._length <= LONGEST_LINE:  # a longer one is no progress, and costs too much to alter
            self._cursor = max(0, min(column, self._longest - 1))

    def move_by(self, columns: int) -> None:
        self.move_to(self._cursor + columns)

    def obey(self, letter: str, parameters: str) -> None:
        """What moves within the line and erases of it; anything else changes no text."""
        number = int(parameters) if parameters.isascii() and parameters.isdigit() else None
        if parameters and number is None:
            return
        if letter == "G":
            self.move_to((number or 1) - 1)
        elif letter == "C":
            self.move_by(number or 1)
        elif letter == "D":
            self.move_by(-(number or 1))
        elif letter in "JK":
            self._erase(number or 0)

    def _erase(self, which: int) -> None:
        """0: from the cursor on; 1: up to it; else all of it."""
        nothing = which == 0 and self._cursor >= self._length
        if nothing or not 0 < self._length <= LONGEST_LINE:
            return
        self._written_over = True
        if which == 1:
            self._cells.seek(0)
            self._cells.write(" " * min(self._cursor + 1, self._length))
            return
        self._length = min(self._length, self._cursor) if which == 0 else 0
        self._cells.truncate(self._length)

    def settle(self) -> str:
        if self._written_over:
            return ""
        new = self._cells.getvalue()[self._given :]
        self._given = self._length
        return new

    def end(self, line_break: str) -> str:
        text = self._cells.getvalue()
        if self._written_over:
            text = text.rstrip(" ")
            text = f"\n{text}" if self._given else text
        else:
            text = text[self._given :]
        self._start()
        return text + line_break

"""Where a Markdown text may be cut, and what a cut inside a fence or a table has to repeat.

Only what cutting needs is recognised: fences, tables, headings, blank lines. A fence is taken for
one at any indentation and behind list markers, since agents put code into lists; lines end at \\n.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LONGEST_LANGUAGE = 40

_OPENING = re.compile(
    r"(?P<prefix>(?:[ \t>]|(?:[-*+]|\d{1,9}[.)])[ \t])*)"
    r"(?P<mark>`{3,}(?=[^`]*$)|~{3,})[ \t]*(?P<info>.*)"
)
_FENCE_MARK = re.compile(r"[ \t>]*(?:```|~~~)")
_DELIMITERS = re.compile(r"[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t\r]*$")
_HEADING = re.compile(r"[ ]{0,3}#{1,6}[ \t]")


@dataclass(frozen=True, slots=True)
class Frame:
    """A fence or a table: a cut at a place from `first` to `last` falls inside it.

    `head` is repeated after such a cut, `foot` added before it. `quote` begins each of its lines.
    Markdown takes `indent` off the lines up to `end`; after a cut the frame has none.
    """

    first: int
    last: int
    end: int
    head: str
    foot: str = ""
    quote: str = ""
    indent: str = ""


class Outline:
    """The places where a text may be cut: between blocks, else between rows, else between lines.

    Rows are lines, and lines that belong together: a heading and what follows it, the two ends of
    a fence and the code next to them, a table's head and its first row.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.blocks: list[int] = []
        self.rows: list[int] = []
        self.lines: list[int] = []
        self._frames: list[Frame] = []
        self._scan([found[0] for found in re.finditer(r"[^\n]*\n|[^\n]+$", text)])
        self._starts = [frame.first for frame in self._frames]

    def frame_at(self, place: int) -> Frame | None:
        """The fence or table that a cut at this place falls into."""
        index = bisect_right(self._starts, place) - 1
        if index >= 0 and place <= self._frames[index].last:
            return self._frames[index]
        return None

    def starts_line(self, place: int) -> bool:
        return place == 0 or self.text[place - 1] == "\n"

    def safe(self, place: int) -> bool:
        """Whether the text after a cut here does not begin with a fence that was none before."""
        return self.starts_line(place) or not _FENCE_MARK.match(self.text, place)

    def _scan(self, lines: Sequence[str]) -> None:
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line))
        glued, inside, borders = set[int](), set[int](), set[int]()
        for found in _find_frames(lines):
            self._frames.append(found.frame(lines, starts))
            glued |= found.glued
            inside.update(range(found.first + 1, found.end))
            borders |= {found.first, found.end}
        glued |= _glued_outside(lines, inside)
        for number in range(1, len(lines)):
            self.lines.append(starts[number])
            if number in glued:
                continue
            self.rows.append(starts[number])
            if number not in inside and (number in borders or not lines[number - 1].strip()):
                self.blocks.append(starts[number])


@dataclass(frozen=True, slots=True)
class _Fence:
    """Lines `first` to before `end`; the last of them is the closing one if `closed`."""

    first: int
    end: int
    closed: bool
    opening: re.Match[str]

    @property
    def glued(self) -> set[int]:
        return {self.first + 1, self.end - 1} if self.closed else {self.first + 1}

    def frame(self, lines: Sequence[str], starts: Sequence[int]) -> Frame:
        prefix, mark = self.opening["prefix"], self.opening["mark"]
        words = self.opening["info"].split()
        language = words[0] if words and len(words[0]) <= LONGEST_LANGUAGE else ""
        quote = prefix if ">" in prefix else ""
        last = starts[self.end - 1] if self.closed else starts[self.end] - 1
        return Frame(
            first=starts[self.first + 1],
            last=last,
            end=starts[self.end],
            head=f"{quote}{mark}{language}\n",
            foot=f"{quote}{mark}",
            quote=quote,
            indent="" if quote else re.sub(r"[^ \t]", " ", prefix),
        )


@dataclass(frozen=True, slots=True)
class _Table:
    first: int
    end: int

    @property
    def glued(self) -> set[int]:
        return {self.first + 1, self.first + 2} & set(range(self.end))

    def frame(self, lines: Sequence[str], starts: Sequence[int]) -> Frame:
        head = "".join(lines[self.first : self.first + 2])
        return Frame(
            first=starts[self.first + 2], last=starts[self.end] - 1, end=starts[self.end], head=head
        )


def _find_frames(lines: Sequence[str]) -> Iterator[_Fence | _Table]:
    number = 0
    while number < len(lines):
        found = _fence(lines, number) or _table(lines, number)
        if found:
            yield found
        number = found.end if found else number + 1


def _fence(lines: Sequence[str], first: int) -> _Fence | None:
    opening = _OPENING.match(lines[first].rstrip("\r\n"))
    if opening is None:
        return None
    mark, quoted = opening["mark"], ">" in opening["prefix"]
    closing = re.compile(rf"[ \t>]*{re.escape(mark[0])}{{{len(mark)},}}[ \t\r]*$")
    for number in range(first + 1, len(lines)):
        if quoted and not lines[number].lstrip().startswith(">"):
            return _Fence(first, number, closed=False, opening=opening)
        if closing.match(lines[number].rstrip("\n")):
            return _Fence(first, number + 1, closed=True, opening=opening)
    return _Fence(first, len(lines), closed=False, opening=opening)


def _table(lines: Sequence[str], first: int) -> _Table | None:
    if "|" not in lines[first] or first + 1 >= len(lines) or "|" not in lines[first + 1]:
        return None
    if not _DELIMITERS.match(lines[first + 1].rstrip("\n")):
        return None
    end = first + 2
    while end < len(lines) and lines[end].strip() and not _fence(lines, end):
        end += 1
    return _Table(first, end)


def _glued_outside(lines: Sequence[str], inside: set[int]) -> set[int]:
    """Blank lines stay with what they follow, and headings with what follows them."""
    glued = set[int]()
    after_heading = False
    for number, line in enumerate(lines):
        blank = not line.strip()
        if blank or after_heading:
            glued.add(number)
        if not blank:
            after_heading = number not in inside and _HEADING.match(line) is not None
    return glued

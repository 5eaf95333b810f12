"""Fences and tables of a Markdown text, found line by line.

A fence is taken for one at any indentation and behind list markers, since agents put code into
lists, and chat platforms take it for one too. Lines end at \\n.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LONGEST_LANGUAGE = 40

OPENING = re.compile(
    r"(?P<prefix>(?:[ \t>]|(?:[-*+]|\d{1,9}[.)])[ \t])*)"
    r"(?P<mark>`{3,}(?=[^`]*$)|~{3,})[ \t]*(?P<info>.*)"
)
_DELIMITERS = re.compile(r"[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t\r]*$")


@dataclass(frozen=True, slots=True)
class Frame:
    """A fence or a table: a cut at a place from `first` to `last` falls inside it.

    `head` is repeated after such a cut, `foot` added before it. One that nobody closed has its last
    place at its end: there it gets its foot, and needs no head. `quote` begins each of its lines.
    Markdown takes `indent` off the lines up to `end`; after a cut the frame has none.
    """

    first: int
    last: int
    end: int
    head: str
    foot: str = ""
    quote: str = ""
    indent: str = ""


@dataclass(frozen=True, slots=True)
class Fence:
    """Lines `first` to before `end`; the last of them is the closing one if `closed`."""

    first: int
    end: int
    closed: bool
    prefix: str
    mark: str
    language: str

    @property
    def glued(self) -> set[int]:
        return {self.first + 1, self.end - 1} if self.closed else {self.first + 1}

    @property
    def code(self) -> range:
        """The lines between the opening and the closing one."""
        return range(self.first + 1, self.end - 1 if self.closed else self.end)

    def frame(self, lines: Sequence[str], starts: Sequence[int]) -> Frame:
        quote = self.prefix if ">" in self.prefix else ""
        return Frame(
            first=starts[self.first] + len(self.prefix) + len(self.mark),
            last=starts[self.end - 1 if self.closed else self.end],
            end=starts[self.end],
            head=f"{quote}{self.mark}{self.language}\n",
            foot=f"{quote}{self.mark}",
            quote=quote,
            indent="" if quote else re.sub(r"[^ \t]", " ", self.prefix),
        )


@dataclass(frozen=True, slots=True)
class Table:
    """Lines `first` to before `end`: the head, the delimiters, and rows."""

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


def lines_of(text: str) -> list[str]:
    """With their ends. `str.splitlines` would also cut at what Markdown takes for characters."""
    return [found[0] for found in re.finditer(r"[^\n]*\n|[^\n]+$", text)]


def find_frames(lines: Sequence[str]) -> Iterator[Fence | Table]:
    number = 0
    while number < len(lines):
        found = _fence(lines, number) or _table(lines, number)
        if found:
            yield found
        number = found.end if found else number + 1


def _fence(lines: Sequence[str], first: int) -> Fence | None:
    opening = OPENING.match(lines[first].rstrip("\r\n"))
    if opening is None:
        return None
    mark, quoted = opening["mark"], ">" in opening["prefix"]
    words = opening["info"].split()
    language = words[0] if words and len(words[0]) <= LONGEST_LANGUAGE else ""
    closing = re.compile(rf"[ \t>]*{re.escape(mark[0])}{{{len(mark)},}}[ \t\r]*$")
    for number in range(first + 1, len(lines)):
        if quoted and not lines[number].lstrip().startswith(">"):
            return Fence(first, number, False, opening["prefix"], mark, language)
        if closing.match(lines[number].rstrip("\n")):
            return Fence(first, number + 1, True, opening["prefix"], mark, language)
    return Fence(first, len(lines), False, opening["prefix"], mark, language)


def _table(lines: Sequence[str], first: int) -> Table | None:
    if "|" not in lines[first] or first + 1 >= len(lines) or "|" not in lines[first + 1]:
        return None
    if not _DELIMITERS.match(lines[first + 1].rstrip("\n")):
        return None
    end = first + 2
    while end < len(lines) and lines[end].strip(" \t\r\n>") and not _fence(lines, end):
        end += 1
    return Table(first, end)

"""Cuts a Markdown text into pieces that a platform takes.

A cut falls between blocks if it can, else between lines, sentences, words, characters. What fits
into a piece of its own is kept whole. A fence that has to be cut is closed and opened again with
its language; a table is cut between rows, and its head is repeated.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from parley.core.frames import Frame
from parley.core.margins import without_margin
from parley.core.markdown import Outline
from parley.core.reply import Part

Length = Callable[[str], int]

_SENTENCE_END = re.compile(r"""[.!?…]["')\]*_`]*[ \t]+|[\u3002\uff01\uff1f]""")
_WORD_END = re.compile(r"[ \t]+")
_CHARACTERS = 5


# A piece that does not fit as it is shown is cut smaller, down to this.
_SMALLEST = 32


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text, `body`, and how it is sent: with the lines that its cuts add."""

    body: str
    sent: str
    file: str = ""


def anything(_sent: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Room:
    """What a platform takes: at most `most` pieces of at most `limit`, the rest as a `file`.

    `length` measures as the platform does; two texts together must be as long as the sum. The
    limit has to leave room for a line of text beside the lines that reopen a fence. `fits` says
    whether a piece is short enough as it is shown, where that can be longer than its source.
    """

    limit: int
    length: Length = len
    fits: Callable[[str], bool] = anything
    most: int = 5
    file: str = "answer.md"

    @property
    def notice(self) -> str:
        """The last words before the file."""
        return f"\n\n… the rest is in `{self.file}`"


def share_out(text: str, room: Room) -> tuple[Piece, ...]:
    """The text in pieces, the last of them a file if there is no end to them. Never empty.

    The bodies, joined, are the text.
    """
    outline = Outline(text)
    found = tuple(islice(_telling(_pieces(outline, room, room.limit)), room.most + 1))
    return found if len(found) <= room.most else _with_file(outline, room)


def parts(found: Iterable[Piece], shown: Callable[[str], str]) -> tuple[Part, ...]:
    """The pieces as they are posted, each as it is shown; a file keeps its Markdown."""
    return tuple(
        Part(piece.sent, piece.file) if piece.file else Part(shown(piece.sent).strip("\n"))
        for piece in found
    )


def split(text: str, limit: int, length: Length = len) -> tuple[str, ...]:
    """The text in pieces of at most `limit`, as they are sent. Never empty."""
    return tuple(piece.sent for piece in pieces(text, limit, length))


def pieces(text: str, limit: int, length: Length = len) -> tuple[Piece, ...]:
    """As `split`; the bodies, joined, are the text."""
    return tuple(_pieces(Outline(text), Room(limit, length), limit))


def in_utf16(text: str) -> int:
    """Characters as Telegram counts them: those beyond the basic plane are two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _with_file(outline: Outline, room: Room) -> tuple[Piece, ...]:
    limit = room.limit - room.length(room.notice)
    shorter = replace(room, fits=lambda sent: room.fits(sent + room.notice))
    *shown, last = islice(_telling(_pieces(outline, shorter, limit)), room.most)
    end = sum(len(piece.body) for piece in (*shown, last))
    if end == len(outline.text):
        return *shown, last
    rest = _Packer(outline, limit, room.length).piece(end, len(outline.text))
    told = replace(last, sent=last.sent.rstrip("\n") + room.notice)
    return *shown, told, replace(rest, file=room.file)


def _telling(found: Iterable[Piece]) -> Iterator[Piece]:
    """No piece is white space only, as platforms refuse that: its neighbour's body takes it in."""
    kept = Piece("", "")
    for piece in found:
        if kept.sent.strip() and piece.sent.strip():
            yield kept
            kept = piece
        else:
            sent = kept.sent if kept.sent.strip() else piece.sent
            kept = Piece(kept.body + piece.body, sent)
    yield kept


def _pieces(
    outline: Outline, room: Room, limit: int, start: int = 0, end: int | None = None
) -> Iterator[Piece]:
    """What does not fit as it is shown is cut in two, or more if it has to be."""
    packer = _Packer(outline, limit, room.length)
    for first, last in packer.pack(start, len(outline.text) if end is None else end):
        piece = packer.piece(first, last)
        if limit <= _SMALLEST or room.fits(piece.sent):
            yield piece
        else:
            smaller = room.length(piece.sent) * 3 // 5
            yield from _pieces(outline, room, smaller, first, last)


class _Packer:
    """Grows a stretch from `start` to `end`, and begins the next one when no more fits."""

    def __init__(self, outline: Outline, limit: int, length: Length) -> None:
        self._text = outline.text
        self._limit = limit
        self._length = length
        self._outline = outline
        self._start = self._end = 0
        self._size = 0
        self._stretches: list[tuple[int, int]] = []

    def pack(self, start: int, end: int) -> Sequence[tuple[int, int]]:
        self._start = self._end = start
        self._place(start, end, level=0)
        if self._start < self._end or not self._stretches:
            self._finish()
        return self._stretches

    def piece(self, start: int, end: int) -> Piece:
        body = self._text[start:end]
        inside, rest = self._halves(start, end)
        if self._outline.starts_line(start + len(body) - len(rest)):
            closed = without_margin(rest + self._closing(start, end), self._text[:start])
        else:
            closed = rest + self._closing(start, end)
        return Piece(body, self._opening(start) + inside + closed)

    def _halves(self, start: int, end: int) -> tuple[str, str]:
        """What is still inside the fence or table that is cut, and what comes after it."""
        frame = self._frame(start)
        if frame is None:
            return "", self._text[start:end]
        inside = self._text[start : min(end, frame.end)]
        if frame.indent:
            inside = self._dedent(inside, len(frame.indent), start)
        return inside, self._text[min(end, frame.end) : end]

    def _place(self, start: int, end: int, level: int) -> None:
        if self._fits(end):
            self._extend(end)
        elif self._start < start and self._alone(start, end) <= self._limit:
            self._finish()
            self._extend(end)
        elif level == _CHARACTERS:
            self._place_characters(end)
        else:
            for part_start, part_end in self._parts(start, end, level):
                self._place(part_start, part_end, level + 1)

    def _place_characters(self, end: int) -> None:
        while not self._fits(end):
            cut = self._furthest(end)
            if cut == self._end and self._start < self._end:
                self._finish()
                continue
            self._extend(max(cut, self._end + 1))
            self._finish()
        self._extend(end)

    def _furthest(self, end: int) -> int:
        """How far the piece can grow towards `end`, but not to where a fence would be made."""
        low, high = self._end, end - 1
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self._fits(middle) else (low, middle - 1)
        cut = low
        while cut > self._end and not self._outline.safe(cut):
            cut -= 1
        return cut if cut > self._start else low

    def _extend(self, end: int) -> None:
        self._size += self._length(self._text[self._end : end])
        self._end = end

    def _finish(self) -> None:
        self._stretches.append((self._start, self._end))
        self._start = self._end
        self._size = 0

    def _fits(self, end: int) -> bool:
        grown = self._size + self._length(self._text[self._end : end])
        return self._added(self._start, end) + grown <= self._limit

    def _alone(self, start: int, end: int) -> int:
        return self._added(start, end) + self._length(self._text[start:end])

    def _added(self, start: int, end: int) -> int:
        return self._length(self._opening(start) + self._closing(start, end))

    def _opening(self, place: int) -> str:
        frame = self._frame(place)
        if frame is None or place == frame.end:
            return ""
        return frame.head if self._outline.starts_line(place) else frame.head + frame.quote

    def _closing(self, start: int, end: int) -> str:
        frame = self._frame(end)
        if frame is None or not frame.foot:
            return ""
        foot = frame.indent + frame.foot if start < frame.first else frame.foot
        return foot if self._outline.starts_line(end) else "\n" + foot

    def _frame(self, place: int) -> Frame | None:
        """The frame that a cut here has to repeat: none whose lines would take half the room."""
        frame = self._outline.frame_at(place)
        if frame is None or self._length(frame.head + frame.foot) * 2 > self._limit:
            return None
        return frame

    def _dedent(self, body: str, margin: int, start: int) -> str:
        """Without the fence's own indentation: the reopened fence has none."""
        first = "" if self._outline.starts_line(start) else r"(?<!\A)"
        return re.sub(rf"^{first}[ \t]{{1,{margin}}}", "", body, flags=re.MULTILINE)

    def _parts(self, start: int, end: int, level: int) -> Iterator[tuple[int, int]]:
        """The stretch, cut at all its places of a level."""
        places = [start, *self._places(start, end, level), end]
        yield from pairwise(places)

    def _places(self, start: int, end: int, level: int) -> Iterator[int]:
        outline = self._outline
        kinds = (outline.blocks, outline.rows, outline.lines)
        if level < len(kinds):
            places = kinds[level]
            yield from places[bisect_right(places, start) : bisect_left(places, end)]
            return
        if level == 3 and outline.frame_at(start):
            return  # code has no sentences
        boundary = _SENTENCE_END if level == 3 else _WORD_END
        for found in boundary.finditer(self._text, start, end):
            if found.end() < end and outline.safe(found.end()):
                yield found.end()

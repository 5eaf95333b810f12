"""Where a Markdown text may be cut, and what a cut inside a fence or a table has to repeat.

Only what cutting needs is recognised: fences, tables, headings, blank lines.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence

from parley.core.frames import OPENING, Frame, find_frames, lines_of

_FENCE_MARK = re.compile(r"[ \t>]*(?:```|~~~)")
_HEADING = re.compile(r"[ ]{0,3}#{1,6}[ \t]")


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
        self._scan(lines_of(text))
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
        """Whether a cut here, within a line, makes no fence of what was none."""
        return not (_FENCE_MARK.match(self.text, place) or self._makes_fence(place))

    def _makes_fence(self, place: int) -> bool:
        """Backticks further on are what keeps a line from being a fence's first."""
        line = self.text.rfind("\n", 0, place) + 1
        opening = OPENING.match(self.text, line, place)
        return opening is not None and self.frame_at(place) is None

    def _scan(self, lines: Sequence[str]) -> None:
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line))
        glued, inside, borders = set[int](), set[int](), set[int]()
        for found in find_frames(lines):
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

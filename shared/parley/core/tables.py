"""Tables for platforms that have none: aligned columns, for a block of code."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest

# Wider than this, padding only makes a phone break every row twice.
WIDEST = 120
# Short tables may grow by their padding; a long one with one long cell must not.
MOST_GROWTH = 2
SLACK = 200

_QUOTE = re.compile(r"[ \t>]*")
_MARKER = re.compile(r"(?:[ \t>]|(?:[-*+]|\d{1,9}[.)])[ \t])*")
_BAR = re.compile(r"(?<!\\)\|")  # a bar that is escaped belongs to the text
_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


def table_text(lines: Sequence[str], plain: Callable[[str], str]) -> str:
    """A Markdown table's lines as aligned text; `plain` takes the marks off a cell.

    Cells beyond the head's stay: Markdown drops them, and with them what an unescaped bar in code
    has cut off.
    """
    rows = [[_shown(cell, plain) for cell in cells] for cells in _rows(lines)]
    alignments = _alignments(lines[1])
    widths = [max(map(width, column)) for column in zip_longest(*rows, fillvalue="")]
    padded = sum(widths) + 3 * len(widths)
    if padded > WIDEST or padded * len(rows) > MOST_GROWTH * sum(map(len, lines)) + SLACK:
        return "\n".join(" | ".join(row).rstrip() for row in rows)
    head, *others = (_aligned(row, widths, alignments) for row in rows)
    return "\n".join([head, "-+-".join("-" * width for width in widths), *others])


def width(text: str) -> int:
    """Columns of a fixed-width font: two for wide characters, none for marks upon others."""
    return sum(map(_columns, text))


def cells(row: str) -> list[str]:
    found = _BAR.split(row.strip().removeprefix("|"))
    if len(found) > 1 and not found[-1]:
        found.pop()
    return [cell.strip().replace("\\|", "|") for cell in found]


def _rows(lines: Sequence[str]) -> Iterator[list[str]]:
    yield cells(_MARKER.sub("", lines[0], count=1))
    for line in lines[2:]:
        yield cells(_QUOTE.sub("", line, count=1))


def _shown(cell: str, plain: Callable[[str], str]) -> str:
    return " ".join(plain(_LINE_BREAK.sub(" ", cell)).split())


def _alignments(delimiters: str) -> list[str]:
    found = []
    for cell in cells(_QUOTE.sub("", delimiters, count=1)):
        right, left = cell.endswith(":"), cell.startswith(":")
        found.append("^" if right and left else ">" if right else "<")
    return found


def _aligned(row: Sequence[str], widths: Sequence[int], alignments: Sequence[str]) -> str:
    padded = [
        _padded(cell, width, alignment or "<")
        for cell, width, alignment in zip_longest(row, widths, alignments[: len(widths)])
    ]
    return " | ".join(padded).rstrip()


def _padded(cell: str | None, columns: int, alignment: str) -> str:
    text = cell or ""
    missing = columns - width(text)
    before = {"<": 0, ">": missing, "^": missing // 2}[alignment]
    return " " * before + text + " " * (missing - before)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1

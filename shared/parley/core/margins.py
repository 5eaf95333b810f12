"""A piece that begins inside a list has lost the list: its indentation would make it code."""

import re

_ITEM = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")
_INDENT = re.compile(r"[ \t]*")


def without_margin(text: str, before: str) -> str:
    """The text, less the indentation that its first lines have from a list item `before` it."""
    lines = text.split("\n")
    margin = next((_indent(line) for line in lines if line.strip()), 0)
    if margin == 0 or not _in_item(before, margin):
        return text
    end = next((n for n, line in enumerate(lines) if line.strip() and _indent(line) < margin), None)
    inside = lines[:end]
    return "\n".join(
        [*(line[min(margin, _indent(line)) :] for line in inside), *lines[len(inside) :]]
    )


def _in_item(before: str, margin: int) -> bool:
    """Whether the nearest line that is less indented begins a list item."""
    end = len(before)
    while end > 0:
        start = before.rfind("\n", 0, end - 1) + 1
        line = before[start:end]
        if line.strip() and _indent(line) < margin:
            return _ITEM.match(line) is not None
        end = start
    return False


def _indent(line: str) -> int:
    found = _INDENT.match(line)
    return found.end() if found else 0

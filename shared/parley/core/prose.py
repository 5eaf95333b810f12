"""What of a Markdown text is prose: neither in a fence nor in a code span."""

import re
from collections.abc import Callable

from parley.core.frames import Fence, find_frames, lines_of

# A span ends with its paragraph: what would go on beyond is none.
_SPAN = re.compile(r"(?<!`)(?P<mark>`+)(?!`)(?:[^\n]|\n(?![ \t]*\n))+?(?<!`)(?P=mark)(?!`)")

_IMAGE = re.compile(r"!\[(?P<text>[^\[\]\n]*)\]\((?P<address>[^()\s]+)[^()\n]*\)")


def change_prose(markdown: str, change: Callable[[str], str]) -> str:
    """The text with its prose changed, and its code as it was."""
    lines = lines_of(markdown)
    written: list[str] = []
    place = 0
    for found in find_frames(lines):
        if isinstance(found, Fence):
            written.append(outside_spans("".join(lines[place : found.first]), change))
            written += lines[found.first : found.end]
            place = found.end
    written.append(outside_spans("".join(lines[place:]), change))
    return "".join(written)


def lines_of_prose(markdown: str) -> int:
    """How many lines say something, where a fence counts as one."""
    lines = lines_of(markdown)
    code = sum(len(found.code) for found in find_frames(lines) if isinstance(found, Fence))
    return sum(bool(line.strip()) for line in lines) - code


def outside_spans(prose: str, change: Callable[[str], str]) -> str:
    written: list[str] = []
    place = 0
    for found in _SPAN.finditer(prose):
        written += [change(prose[place : found.start()]), found[0]]
        place = found.end()
    return "".join([*written, change(prose[place:])])


def images_as_links(prose: str) -> str:
    """For platforms that show no image in a text, or would fetch it from anywhere."""
    return _IMAGE.sub(_as_link, prose)


def _as_link(image: re.Match[str]) -> str:
    text, address = image["text"], image["address"]
    return f"[{text}]({address})" if text else address

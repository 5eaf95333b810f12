"""Replies for Discord: its own Markdown, which has no tables, no images and one kind of fence.

Discord takes three backticks for a fence wherever they stand, so that none may stand elsewhere.
"""

import re
from collections.abc import Sequence

from parley.adapters.discord.limits import MESSAGE, MESSAGES
from parley.core.frames import Fence, find_frames, lines_of
from parley.core.prose import images_as_links, outside_spans
from parley.core.rendering import plain_line
from parley.core.reply import Part
from parley.core.splitting import Piece, Room, in_utf16, parts, share_out
from parley.core.tables import table_text

FENCE = "```"
_WORD_JOINER = "\N{WORD JOINER}"  # invisible
_BACKTICKS = re.compile(r"``(?=`)")
_LANGUAGE = re.compile(r"[A-Za-z0-9_+.#-]+")
_DEEP_HEADING = re.compile(
    r"^(?P<prefix>(?:[ \t>]|(?:[-*+]|\d{1,9}[.)])[ \t])*)#{4,6}[ \t]+(?P<text>\S.*?)[ \t#]*$",
    re.MULTILINE,
)

# What makes people's telephones ring, or would, if the client did not forbid it in every message.
_PING = re.compile(r"@(?=everyone|here)|<(?=@[!&]?\d)")


def split(text: str) -> tuple[Part, ...]:
    """The text in parts, as they are sent."""
    return parts(pieces(text), markdown)


def pieces(text: str) -> tuple[Piece, ...]:
    """As `split`, before they are made Discord's Markdown; the bodies, joined, are the text."""
    return share_out(text, _ROOM)


def markdown(text: str) -> str:
    lines = lines_of(text)
    written: list[str] = []
    place = 0
    for found in find_frames(lines):
        written.append(_prose("".join(lines[place : found.first])))
        frame = lines[found.first : found.end]
        written += _code(found, lines) if isinstance(found, Fence) else _table(frame)
        place = found.end
    written.append(_prose("".join(lines[place:])))
    return quiet("".join(written))


def quiet(text: str) -> str:
    """The same text to the eye, but it mentions nobody. Repeating it changes nothing."""
    return _PING.sub(lambda found: found[0] + _WORD_JOINER, text)


def _prose(text: str) -> str:
    return _without_fences(_DEEP_HEADING.sub(_bold, outside_spans(text, images_as_links)))


def _bold(heading: re.Match[str]) -> str:
    return f"{heading['prefix']}**{heading['text'].replace('**', '')}**"


def _code(fence: Fence, lines: Sequence[str]) -> list[str]:
    """Discord knows no tildes, no longer fences, and one word after the backticks at most."""
    language = fence.language if _LANGUAGE.fullmatch(fence.language) else ""
    code = [_without_fences(lines[number]) for number in fence.code]
    if code and not code[-1].endswith("\n"):
        code[-1] += "\n"
    margin = fence.prefix if ">" in fence.prefix else re.sub(r"[^ \t]", " ", fence.prefix)
    end = "\n" if fence.end < len(lines) or lines[-1].endswith("\n") else ""
    return [f"{fence.prefix}{FENCE}{language}\n", *code, f"{margin}{FENCE}{end}"]


def _table(lines: Sequence[str]) -> list[str]:
    margin = lines[0][: len(lines[0]) - len(lines[0].lstrip(" \t>"))]
    quote = margin if ">" in margin else ""
    rows = table_text([line.rstrip("\r\n") for line in lines], plain_line)
    block = [FENCE, *_without_fences(rows).split("\n"), FENCE]
    return [f"{quote}{line}\n" for line in block]


def _without_fences(text: str) -> str:
    return _BACKTICKS.sub("``" + _WORD_JOINER, text)


def _fits(sent: str) -> bool:
    return in_utf16(markdown(sent)) <= MESSAGE


_ROOM = Room(MESSAGE, in_utf16, _fits, MESSAGES)

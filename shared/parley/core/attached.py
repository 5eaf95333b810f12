"""Files that came with a message, as the agent gets them: text in the prompt, images beside it."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
}

FILES = 10  # of one turn
TEXT_BYTES = 200_000  # of one file
# The agent server takes bodies of 2 MB, prompt and all, and base64 adds a third.
IMAGE_BYTES = 900_000
ALL_TEXT_BYTES = 600_000

_TICKS = re.compile(r"`{3,}")


@dataclass(frozen=True, slots=True)
class File:
    """A file that was fetched."""

    name: str
    media_type: str
    content: bytes


def image(file: File) -> str | None:
    """A data URL, if the content is an image of a kind that models read: by its first bytes, not by
    what its name or sender says."""
    kind = next((kind for magic, kind in _MAGIC.items() if file.content.startswith(magic)), None)
    if kind is None and file.content[:4] == b"RIFF" and file.content[8:12] == b"WEBP":
        kind = "image/webp"
    if kind is None:
        return None
    return f"data:{kind};base64,{base64.b64encode(file.content).decode()}"


def text(file: File) -> str | None:
    """The content as a part of the prompt, if it is text; in a fence that it cannot close."""
    try:
        content = file.content.decode()
    except UnicodeDecodeError:
        return None
    if "\0" in content:
        return None
    longest = max((len(found) for found in _TICKS.findall(content)), default=2)
    fence = "`" * (longest + 1)
    return f"Attached file {named(file.name)}:\n{fence}\n{content.rstrip(chr(10))}\n{fence}"


def missing(name: str, why: str) -> str:
    return f"[Attached file {named(name)} is not here: {why}]"


def named(name: str) -> str:
    return "`" + " ".join(name.replace("`", "'").split())[:100] + "`"


def looks_like_image(media_type: str) -> bool:
    return media_type.partition(";")[0].strip().lower() in IMAGES


def too_many(names: Sequence[str]) -> str:
    return f"[{len(names)} more files are left out: {', '.join(map(named, names[:10]))}]"

"""The forms that one text can be posted in, the best first.

For a single mark that it does not like Telegram refuses the whole text: there is always a plainer
form to fall back on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from parley.adapters.telegram import render
from parley.adapters.telegram.limits import RICH_TEXT, TEXT
from parley.adapters.telegram.markup import visible
from parley.core.splitting import in_utf16

# An agent's reply is full of addresses; a preview of one of them says nothing about it.
_NO_PREVIEW = {"link_preview_options": {"is_disabled": True}}


@dataclass(frozen=True, slots=True)
class Form:
    """`fields` fit editMessageText as well as the method that posts it anew."""

    method: str
    fields: Mapping[str, Any]


def rich(text: str) -> Iterator[Form]:
    """The second one is for what Telegram takes for a link or an address, and then refuses."""
    if in_utf16(text) <= RICH_TEXT:
        for more in ({}, {"skip_entity_detection": True}):
            yield Form("sendRichMessage", {"rich_message": {"markdown": text, **more}})


def ordinary(text: str) -> Iterator[Form]:
    html = render.html(text)
    if in_utf16(visible(html)) <= TEXT:
        yield Form("sendMessage", {"text": html, "parse_mode": "HTML", **_NO_PREVIEW})
    plain = render.plain(text)
    if in_utf16(plain) <= TEXT:
        yield verbatim(plain)


def word(text: str) -> Iterator[Form]:
    """Of what Parley itself says; what would be too long is cut."""
    yield from ordinary(text)
    plain = render.plain(text)
    if in_utf16(plain) > TEXT:
        yield verbatim(plain)


def verbatim(text: str) -> Form:
    return Form("sendMessage", {"text": cut(text, TEXT), **_NO_PREVIEW})


def cut(text: str, most: int) -> str:
    if in_utf16(text) <= most:
        return text
    units = text.encode("utf-16-le", errors="replace")[: 2 * (most - 1)]
    return units.decode("utf-16-le", errors="ignore") + "…"

"""Replies for Telegram: rich messages take Markdown; where those fail, HTML, then plain text."""

import re

from parley.adapters.telegram.limits import MESSAGES, RICH_CHUNK, RICH_LINES, RICH_TEXT, TEXT
from parley.adapters.telegram.markup import Html, calling_nobody, escaped, visible
from parley.core.prose import change_prose, images_as_links, lines_of_prose
from parley.core.rendering import plain as plain_text
from parley.core.rendering import rendered
from parley.core.reply import Part
from parley.core.splitting import Piece, Room, in_utf16, parts, share_out

_HTML = Html()
_PERSON = re.compile(r"\btg(?=(?::|&colon;|&#0*58;|&#x0*3a;)//)", re.IGNORECASE)
_WORD_JOINER = "\N{WORD JOINER}"
_WRITTEN_MENTION = re.compile(r"&(?:commat|#0*64|#x0*40);", re.IGNORECASE)


def split(text: str, rich: bool) -> tuple[Part, ...]:
    """The text in parts that are Markdown still.

    Each fits a rich message, or else, by `html` and by `plain`, an ordinary one.
    """
    return parts(pieces(text, rich), quiet)


def pieces(text: str, rich: bool) -> tuple[Piece, ...]:
    """As `split`, before mentions are taken out; the bodies, joined, are the text."""
    return share_out(text, _RICH if rich else _ORDINARY)


def html(markdown: str) -> str:
    """For `parse_mode` HTML. Never without a visible character, unless there is none."""
    written = rendered(markdown, _HTML).strip("\n")
    return written if visible(written).strip() else escaped(calling_nobody(markdown))


def plain(markdown: str) -> str:
    """Without any marks, for when Telegram refuses the HTML too."""
    written = plain_text(markdown).strip("\n")
    return calling_nobody(written if written.strip() else markdown)


def quiet(markdown: str) -> str:
    """The same Markdown to the eye, but it calls nobody, and Telegram fetches no image for it."""
    unlinked = _PERSON.sub(lambda found: found[0] + _WORD_JOINER, markdown)
    return change_prose(unlinked, _quiet_prose)


def _quiet_prose(prose: str) -> str:
    written = _WRITTEN_MENTION.sub("@", images_as_links(prose))
    return calling_nobody(written)


def _fits_rich(sent: str) -> bool:
    return in_utf16(quiet(sent)) <= RICH_TEXT and lines_of_prose(sent) <= RICH_LINES


def _fits(sent: str) -> bool:
    written = quiet(sent)
    return max(in_utf16(visible(html(written))), in_utf16(plain(written))) <= TEXT


_RICH = Room(RICH_CHUNK, in_utf16, _fits_rich, MESSAGES)
_ORDINARY = Room(TEXT, in_utf16, _fits, MESSAGES)

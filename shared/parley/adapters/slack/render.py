"""Replies for Slack: Markdown in a `markdown` block, so that Slack itself renders it."""

import json
import re
from typing import Any

from parley.adapters.slack.limits import CHUNK, FALLBACK, MESSAGES
from parley.adapters.slack.mrkdwn import escaped
from parley.core.reply import Part
from parley.core.splitting import Piece, Room, parts, share_out

# What makes people's telephones ring: `<!here>`, `<!subteam^S1>`, `<@U1>`. An agent's text may
# quote anything, a log or a stranger's message, so none of it may call anybody.
_PING = re.compile(r"<(?=(?:!(?:here|channel|everyone|group|subteam)|@[UWB][A-Z0-9]+)[|>^])")
_WORD_JOINER = "\N{WORD JOINER}"  # invisible, and Slack no longer takes the rest for a mention

_FENCE_LINE = re.compile(r"^[ \t>]*(?:`{3,}|~{3,}).*$", re.MULTILINE)
_DECORATION = re.compile(r"[*`]+|^[ \t]*[#>]+", re.MULTILINE)


def split(text: str) -> tuple[Part, ...]:
    """The text in parts, as they are sent."""
    return parts(pieces(text), quiet)


def pieces(text: str) -> tuple[Piece, ...]:
    """As `split`, before mentions are taken out; the bodies, joined, are the text."""
    return share_out(text, _ROOM)


def blocks(chunk: str) -> list[dict[str, Any]]:
    return [{"type": "markdown", "text": quiet(chunk)}]


def fallback(chunk: str) -> str:
    """The first words, plain, for notifications and screen readers."""
    prose = _FENCE_LINE.sub(" ", chunk)
    words = " ".join(_DECORATION.sub("", prose).split())
    if len(words) > FALLBACK:
        words = words[: FALLBACK - 1].rstrip() + "…"
    return escaped(words) or "(no text)"


def quiet(text: str) -> str:
    """The same text to the eye, but it mentions nobody. Repeating it changes nothing."""
    return _PING.sub("<" + _WORD_JOINER, text)


def _length(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False)) - 2


def _fits(sent: str) -> bool:
    return _length(quiet(sent)) <= CHUNK


_ROOM = Room(CHUNK, _length, _fits, MESSAGES)

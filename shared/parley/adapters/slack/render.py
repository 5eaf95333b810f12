"""Replies for Slack: Markdown in a `markdown` block, so that Slack itself renders it."""

import json
import re
from typing import Any

from parley.adapters.slack.limits import CHUNK, FALLBACK
from parley.adapters.slack.mrkdwn import escaped
from parley.core.splitting import split as split_markdown

# What makes people's telephones ring: `<!here>`, `<!subteam^S1>`, `<@U1>`. An agent's text may
# quote anything, a log or a stranger's message, so none of it may call anybody.
_PING = re.compile(r"<(?=(?:!(?:here|channel|everyone|group|subteam)|@[UWB][A-Z0-9]+)[|>^])")
_WORD_JOINER = "\N{WORD JOINER}"  # invisible, and Slack no longer takes the rest for a mention

_FENCE_LINE = re.compile(r"^[ \t>]*(?:`{3,}|~{3,}).*$", re.MULTILINE)
_DECORATION = re.compile(r"[*`]+|^[ \t]*[#>]+", re.MULTILINE)


def split(text: str) -> tuple[str, ...]:
    """The text in chunks; those of nothing but white space are left out, as Slack refuses them."""
    chunks = (chunk.strip("\n") for chunk in split_markdown(quiet(text), CHUNK, _length))
    return tuple(chunk for chunk in chunks if chunk.strip()) or ("",)


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

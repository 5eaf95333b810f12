"""What Discord gets as the HTTP answer to an interaction."""

import json
from typing import Any

from parley.adapters.discord.limits import FORM_TEXT, MESSAGE
from parley.core.reading import JSON, Answer, Verdict

FORM = "ask"
FORM_FIELD = "prompt"

NOBODY: dict[str, list[str]] = {
    "parse": []
}  # allowed_mentions: no text of ours rings anybody's telephone
EPHEMERAL = 64  # only the person who asked sees it
NO_PREVIEWS = 4

_PONG, _MESSAGE, _DEFERRED, _UNCHANGED, _CHOICES, _FORM = 1, 4, 5, 6, 8, 9


def _answer(kind: int, data: dict[str, Any] | None = None) -> Answer:
    body = {"type": kind} if data is None else {"type": kind, "data": data}
    return Answer(Verdict.DONE, json.dumps(body, separators=(",", ":")), JSON)


PONG = _answer(_PONG)
DEFERRED = _answer(_DEFERRED)  # "is thinking", until the reply is edited
UNCHANGED = _answer(_UNCHANGED)  # the button's message stays as it is
NO_CHOICES = _answer(_CHOICES, {"choices": []})
NOTHING = Answer(Verdict.NOTHING)


def public(text: str) -> Answer:
    """A reply that all can see; it is edited when there is more to say."""
    return _answer(_MESSAGE, _message(text, NO_PREVIEWS))


def private(text: str) -> Answer:
    return _answer(_MESSAGE, _message(text, NO_PREVIEWS | EPHEMERAL))


def prompt_form() -> Answer:
    text_input = {
        "type": 4,
        "custom_id": FORM_FIELD,
        "style": 2,  # a paragraph
        "min_length": 1,
        "max_length": FORM_TEXT,
        "required": True,
    }
    label = {"type": 18, "label": "What should the agent do?", "component": text_input}
    return _answer(_FORM, {"custom_id": FORM, "title": "Ask the agent", "components": [label]})


def shortened(text: str) -> str:
    """The text, if it is short enough for one message; else as much of it as fits."""
    units = text.encode("utf-16-le", errors="surrogatepass")
    if len(units) <= 2 * MESSAGE:
        return text
    return units[: 2 * MESSAGE - 2].decode("utf-16-le", errors="ignore") + "…"


def _message(text: str, flags: int) -> dict[str, Any]:
    return {"content": shortened(text), "flags": flags, "allowed_mentions": NOBODY}

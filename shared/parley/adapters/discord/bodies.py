"""What a message is sent as."""

from typing import Any

from parley.adapters.discord import render
from parley.adapters.discord.api import Json
from parley.adapters.discord.limits import LABEL
from parley.adapters.discord.responses import NO_PREVIEWS, NOBODY, shortened
from parley.core.approval import Button, Prompt, Style
from parley.core.reply import Part

_ROW, _BUTTON = 1, 2
_BESIDE = 5  # buttons in a row
_STYLES = {Style.PLAIN: 2, Style.GOOD: 3, Style.BAD: 4}


def of_part(part: Part) -> Json:
    if not part.file:
        return of_text(part.text)
    return {**_quiet(), "attachments": [{"id": 0, "filename": part.file}]}


def of_text(text: str) -> Json:
    """A text that is Discord's Markdown already."""
    # A preview would have Discord fetch an address that a hostile text may have made up.
    return {"content": text, **_quiet()}


def of_markdown(text: str) -> Json:
    return of_text(shortened(render.markdown(text)))


def of_prompt(prompt: Prompt) -> Json:
    buttons = [_button(each) for each in prompt.buttons]
    rows = [buttons[first : first + _BESIDE] for first in range(0, len(buttons), _BESIDE)]
    components = [{"type": _ROW, "components": row} for row in rows]
    return {**of_markdown(prompt.text), "components": components}


def settled(text: str) -> Json:
    return {**of_markdown(text), "components": []}


def _quiet() -> dict[str, Any]:
    return {"allowed_mentions": NOBODY, "flags": NO_PREVIEWS}


def _button(button: Button) -> dict[str, Any]:
    label = button.label if len(button.label) <= LABEL else f"{button.label[: LABEL - 1]}…"
    return {
        "type": _BUTTON,
        "style": _STYLES[button.style],
        "label": label,
        "custom_id": button.payload,
    }

"""What a message is sent as."""

from typing import Any

from parley.adapters.discord import render
from parley.adapters.discord.api import Json
from parley.adapters.discord.limits import LABEL
from parley.adapters.discord.responses import NO_PREVIEWS, NOBODY, shortened
from parley.core.approval import Choice, Prompt, payload
from parley.core.reply import Part

_ROW, _BUTTON = 1, 2
_GREY, _GREEN, _RED = 2, 3, 4


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
    buttons = [
        _button(prompt, Choice.ALLOW, "Allow" if prompt.calls == 1 else "Allow all", _GREEN),
        _button(prompt, Choice.DENY, "Deny" if prompt.calls == 1 else "Deny all", _RED),
    ]
    if prompt.always:
        label = f"Always allow {prompt.always} here"
        buttons.append(_button(prompt, Choice.ALWAYS, label, _GREY))
    return {**of_markdown(prompt.text), "components": [{"type": _ROW, "components": buttons}]}


def settled(text: str) -> Json:
    return {**of_markdown(text), "components": []}


def _quiet() -> dict[str, Any]:
    return {"allowed_mentions": NOBODY, "flags": NO_PREVIEWS}


def _button(prompt: Prompt, choice: Choice, label: str, style: int) -> dict[str, Any]:
    if len(label) > LABEL:
        label = label[: LABEL - 1] + "…"
    return {
        "type": _BUTTON,
        "style": style,
        "label": label,
        "custom_id": payload(prompt.approval, choice),
    }

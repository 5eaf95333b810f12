"""A prompt's blocks: what is asked, and a button for each answer."""

from typing import Any

from parley.adapters.slack import render
from parley.adapters.slack.limits import BUTTON
from parley.core.approval import Button, Prompt, Style

_STYLES = {Style.GOOD: "primary", Style.BAD: "danger"}


def blocks(prompt: Prompt) -> list[dict[str, Any]]:
    actions = {"type": "actions", "elements": [_button(each) for each in prompt.buttons]}
    return [*render.blocks(prompt.text), *([actions] if prompt.buttons else [])]


def _button(button: Button) -> dict[str, Any]:
    label = button.label if len(button.label) <= BUTTON else f"{button.label[: BUTTON - 1]}…"
    made: dict[str, Any] = {
        "type": "button",
        "text": {"type": "plain_text", "text": label},
        "action_id": button.payload,  # has to be one of a kind
        "value": button.payload,
    }
    if button.style in _STYLES:
        made["style"] = _STYLES[button.style]
    return made

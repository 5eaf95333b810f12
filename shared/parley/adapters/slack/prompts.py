"""A prompt's blocks: what is asked, and a button for each answer."""

from typing import Any

from parley.adapters.slack import render
from parley.core.approval import Choice, Prompt, payload

_LABELS = {
    Choice.ALLOW: "Allow",
    Choice.DENY: "Deny",
    Choice.ALWAYS: "Always allow this tool here",
}
_STYLES = {Choice.ALLOW: "primary", Choice.DENY: "danger"}


def blocks(prompt: Prompt) -> list[dict[str, Any]]:
    choices = [Choice.ALLOW, Choice.DENY, *([Choice.ALWAYS] if prompt.always else [])]
    buttons = [_button(prompt.approval, choice) for choice in choices]
    return [*render.blocks(prompt.text), {"type": "actions", "elements": buttons}]


def _button(approval: str, choice: Choice) -> dict[str, Any]:
    button: dict[str, Any] = {
        "type": "button",
        "text": {"type": "plain_text", "text": _LABELS[choice]},
        "action_id": choice.value,
        "value": payload(approval, choice),
    }
    if choice in _STYLES:
        button["style"] = _STYLES[choice]
    return button

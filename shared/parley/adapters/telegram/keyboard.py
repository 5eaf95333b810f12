"""The buttons under a prompt."""

from typing import Any

from parley.adapters.telegram.fields import Json
from parley.adapters.telegram.limits import BUTTON, ROW
from parley.core.approval import Button, Prompt, Style

_STYLES = {Style.GOOD: "success", Style.BAD: "danger"}


def keyboard(prompt: Prompt) -> Json:
    """As many beside one another as can be read on a telephone."""
    rows: list[list[Button]] = []
    for button in prompt.buttons:
        if not rows or sum(len(each.label) for each in [*rows[-1], button]) > ROW:
            rows.append([])
        rows[-1].append(button)
    return {"inline_keyboard": [[_button(each) for each in row] for row in rows]}


def _button(button: Button) -> dict[str, Any]:
    label = button.label if len(button.label) <= BUTTON else f"{button.label[: BUTTON - 1]}…"
    style = {"style": _STYLES[button.style]} if button.style in _STYLES else {}
    return {"text": label, "callback_data": button.payload, **style}

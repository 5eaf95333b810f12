"""The buttons under a prompt."""

from typing import Any

from parley.adapters.telegram.fields import Json
from parley.adapters.telegram.limits import BUTTON
from parley.core.approval import Choice, Prompt, payload


def keyboard(prompt: Prompt) -> Json:
    several = " all" if prompt.calls > 1 else ""
    rows = [
        [
            _button(f"Allow{several}", prompt, Choice.ALLOW, style="success"),
            _button(f"Deny{several}", prompt, Choice.DENY, style="danger"),
        ]
    ]
    if prompt.always:
        rows.append([_button(f"Always allow {prompt.always} here", prompt, Choice.ALWAYS)])
    return {"inline_keyboard": rows}


def _button(label: str, prompt: Prompt, choice: Choice, **more: str) -> dict[str, Any]:
    shown = label if len(label) <= BUTTON else f"{label[: BUTTON - 1]}…"
    return {"text": shown, "callback_data": payload(prompt.approval, choice), **more}

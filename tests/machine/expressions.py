"""The definition's JSONata, and data on its way between the machine and its tasks."""

import json
from functools import cache
from typing import Any

from jsonata import Jsonata

from tests.machine.errors import StatesError

Data = dict[str, Any]

PAYLOAD_BYTES = 256 * 1024


def filled(template: Any, states: Data) -> Any:
    """A value of the definition with each expression in it replaced by what it says."""
    if isinstance(template, dict):
        return {key: filled(value, states) for key, value in template.items()}
    if isinstance(template, list):
        return [filled(value, states) for value in template]
    if isinstance(template, str) and template.startswith("{%"):
        return _value(template, states)
    return template


def _value(template: str, states: Data) -> Any:
    try:
        value = _compiled(template).evaluate(None, {"states": states})
    except Exception as error:  # the library raises exceptions of many kinds
        raise StatesError("States.QueryEvaluationError", f"{template}: {error}") from error
    if value is None:
        # Undefined. The library shows null as the same, and the machine's data has no null.
        raise StatesError("States.QueryEvaluationError", f"{template}: undefined")
    return value


@cache
def _compiled(template: str) -> Jsonata:
    return Jsonata(template.removeprefix("{%").removesuffix("%}"))


def transported(data: Any) -> Any:
    """Data as it reaches the other side: copied through JSON, and refused above the limit."""
    encoded = json.dumps(data)
    if len(encoded) > PAYLOAD_BYTES:
        raise StatesError("States.DataLimitExceeded", f"{len(encoded)} bytes")
    return json.loads(encoded)

"""The sample bodies under events/, which the stand-ins send and the tests read."""

import json
from pathlib import Path
from typing import Any

EVENTS = Path(__file__).resolve().parents[1] / "events"
Body = dict[str, Any]


def load_event(name: str) -> Body:
    """A sample by its place under events/, such as `slack/dm`."""
    body: Body = json.loads((EVENTS / f"{name}.json").read_text())
    return body

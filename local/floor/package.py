"""Empty functions. Each logs one line: the emulator waits 50 ms for the output of a silent one.

Runs as a Lambda package of its own in the emulator; nothing of the project is imported.
"""

import json
import time
from typing import Any


def acknowledge(event: dict[str, Any], context: object) -> dict[str, Any]:
    print("acknowledged", flush=True)
    return {"statusCode": 200, "body": ""}


def start(event: dict[str, Any], context: object) -> dict[str, Any]:
    print("started", flush=True)
    return {"next": "follow", "seconds": 0}


def follow(event: dict[str, Any], context: object) -> dict[str, Any]:
    directive = {"next": "deliver", "seconds": 0}
    _note(event, "followed")  # the last statement: the hop begins here
    return directive


def deliver(event: dict[str, Any], context: object) -> dict[str, Any]:
    _note(event, "delivers")  # the first statement: the hop ends here
    return {"next": "done", "seconds": 0}


def _note(event: dict[str, Any], what: str) -> None:
    print(json.dumps([event["conversation"], what, time.time_ns()]), flush=True)

"""What the functions log at WARNING and above, for the terminal of `make dev`."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from local.emulator.account import Account
from local.emulator.deploy import Stack

EVERY_SECONDS = 1.0
SHOWN_LEVELS = {"WARNING", "ERROR", "CRITICAL"}
LEFT_OUT = {
    "level",
    "location",
    "message",
    "timestamp",
    "service",
    "xray_trace_id",
    "exception",
    "exception_name",
    "stack_trace",
    "sampling_rate",
}


@contextlib.contextmanager
def problems_shown(stack: Stack, show: Callable[[str], None]) -> Iterator[None]:
    """Until the context ends, show each problem once, about as it comes."""
    groups = [name for name in stack.resources.values() if name.startswith("/aws/lambda/")]
    stop = threading.Event()

    def watch() -> None:
        since, seen = int(time.time() * 1000), set[str]()
        while not stop.wait(EVERY_SECONDS):
            for group in groups:
                for event in _events(stack.account, group, since):
                    line = problem(str(event["message"]))
                    if line and event["eventId"] not in seen:
                        show(f"[{group.rpartition('/')[2]}] {line}")
                    seen.add(event["eventId"])

    thread = threading.Thread(target=watch, daemon=True, name="function-logs")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=3)


def problem(line: str) -> str | None:
    """A log line as one short line for people, if it is a problem."""
    try:
        entry = json.loads(line)
    except ValueError:
        return line if line.startswith("[ERROR]") else None
    if not isinstance(entry, dict) or entry.get("level") not in SHOWN_LEVELS:
        return None
    more = [f"{name}={value}" for name, value in entry.items() if name not in LEFT_OUT and value]
    cause = [str(entry["exception"]).strip().splitlines()[-1]] if entry.get("exception") else []
    return " · ".join([f"{entry['level']} {entry.get('message', '')}", *more, *cause])


def _events(account: Account, group: str, since: int) -> list[dict[str, Any]]:
    try:
        answer = account.client("logs").filter_log_events(logGroupName=group, startTime=since)
    except Exception:  # the emulator is going down, or has no such group yet
        return []
    events: list[dict[str, Any]] = answer["events"]
    return events

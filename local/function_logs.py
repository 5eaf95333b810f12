"""What the functions log at WARNING and above, for the terminal of `make dev`."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

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


class Tail:
    """A log group, read on from where it was read to."""

    def __init__(self, account: Account, group: str) -> None:
        self._account = account
        self._group = group
        self._since = int(time.time() * 1000)
        self._seen: set[tuple[int, str]] = set()

    def new_problems(self) -> list[str]:
        found = []
        for event in self._events():
            at, message = int(event["timestamp"]), str(event["message"])
            self._since = max(self._since, at)
            line = problem(message)
            if line and (at, message) not in self._seen:
                self._seen.add((at, message))  # ministack gives its events no id
                found.append(f"[{self._group.rpartition('/')[2]}] {line}")
        return found

    def _events(self) -> list[dict[str, Any]]:
        client = self._account.client("logs")
        try:
            answer = client.filter_log_events(logGroupName=self._group, startTime=self._since)
        except (BotoCoreError, ClientError):
            return []  # the emulator is going down, or nothing was logged yet
        events: list[dict[str, Any]] = answer["events"]
        return events


@contextlib.contextmanager
def problems_shown(stack: Stack, show: Callable[[str], None]) -> Iterator[None]:
    """Until the context ends, show each problem once, about as it comes."""
    groups = [name for name in stack.resources.values() if name.startswith("/aws/lambda/")]
    tails = [Tail(stack.account, group) for group in groups]
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(EVERY_SECONDS):
            for tail in tails:
                for line in tail.new_problems():
                    show(line)

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

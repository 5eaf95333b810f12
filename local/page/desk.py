"""What the page needs of a platform: everything to show, and what people can do there."""

import base64
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any, Protocol

from local.calls import Call
from local.multipart import Upload
from local.sending import Delivered

Asked = Mapping[str, Any]
State = dict[str, Any]
SHOWN_LINES = 120  # of the side panel


class Desk(Protocol):
    """One platform. What people do is done at once; the webhooks of it go out by `senders`."""

    @property
    def name(self) -> str: ...

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]: ...

    def state(self) -> State: ...

    def act(self, asked: Asked, senders: Executor) -> State:
        """Raises ValueError, with a sentence for the page, when it cannot be done."""

    def file(self, file_id: str) -> tuple[str, bytes] | None: ...


def log_of(delivered: Sequence[Delivered], calls: Sequence[Call]) -> list[State]:
    """Webhooks out and API calls in, in the order of their time."""
    lines: list[State] = [
        {
            "at": each.at_ns // 1_000_000,
            "kind": "webhook",
            "what": each.event,
            "status": each.status,
            "ms": each.ms,
            "attempt": each.attempt,
            "room": each.room,
            "id": each.ts,
        }
        for each in delivered[-SHOWN_LINES:]
    ]
    lines += [
        {
            "at": each.at_ns // 1_000_000,
            "kind": "api",
            "what": each.method,
            "status": each.status,
            "error": each.error,
            "room": each.room,
        }
        for each in calls[-SHOWN_LINES:]
    ]
    return sorted(lines, key=lambda line: int(line["at"]))[-SHOWN_LINES:]


def upload_of(asked: Asked) -> Upload | None:
    """The file that the page sends along, in base64."""
    file = asked.get("file")
    if not file:
        return None
    content = base64.b64decode(str(file["content"]))
    return Upload(str(file["name"]), content, str(file.get("type") or "text/plain"))


def file_state(platform: str, file_id: str, name: str, size: int) -> State:
    return {"name": name, "size": size, "url": f"/page/file/{platform}/{file_id}"}


def text_of(asked: Asked) -> str:
    """What was written. Raises ValueError when it is nothing."""
    text = str(asked.get("text") or "").strip("\n")
    if not text.strip() and not asked.get("file"):
        raise ValueError("There is nothing to send.")
    return text

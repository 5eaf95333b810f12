"""Webhooks on their way: what every platform's sender keeps of each attempt."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx


@dataclass(frozen=True, slots=True)
class Delivered:
    """One attempt to deliver a webhook. `status` 0: no answer came."""

    event: str
    event_id: str
    room: str
    ts: str
    status: int
    ms: float
    attempt: int = 0
    at_ns: int = 0
    body: str = ""
    media_type: str = ""

    @property
    def taken(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class About:
    """What a webhook is, for the record."""

    event: str
    event_id: str = ""
    room: str = ""
    ts: str = ""
    attempt: int = 0


@dataclass
class Postbox:
    """Posts raw bodies, and keeps what became of each."""

    seconds: float  # the platform gives a webhook this long
    delivered: list[Delivered] = field(default_factory=list)
    told: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self._client = httpx.Client(timeout=self.seconds)

    def close(self) -> None:
        self._client.close()

    def post(self, url: str, raw: bytes, headers: dict[str, str], about: About) -> Delivered:
        began = time.time_ns()
        status, body, media_type = 0, "", ""
        try:
            answer = self._client.post(url, content=raw, headers=headers)
            status, body = answer.status_code, answer.text
            media_type = answer.headers.get("content-type", "")
        except httpx.HTTPError:
            pass
        result = Delivered(
            event=about.event,
            event_id=about.event_id,
            room=about.room,
            ts=about.ts,
            status=status,
            ms=round((time.time_ns() - began) / 1e6, 1),
            attempt=about.attempt,
            at_ns=began,
            body=body,
            media_type=media_type,
        )
        self.delivered.append(result)
        self.told()
        return result

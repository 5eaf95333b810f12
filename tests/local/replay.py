"""Recorded traffic of a real agent server, sent again to another server."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PATIENCE = 10.0

# Values that are compared; of all others only the type is.
# fmt: off
COMPARED = frozenset({
    "code", "state", "role", "type", "name", "version", "auto_approve_mode", "cancelled",
    "accepted", "turn", "attempt", "delay_ms", "retryable", "is_error", "total_turns",
    "tool_name", "tool_call_id", "finish_reason", "stop_reason", "delta", "text",
    "requested_after_id", "oldest_available_id", "newest_available_id",
    "resume_hint", "title",
})
# fmt: on

LONG_SCRIPT = {
    "message": {
        "role": "user",
        "content": "a long one SCRIPT="
        + json.dumps([{"tools": [{"name": "stakpak__nothing_like_this", "arguments": {}}]}] * 256),
    },
    "overrides": {"auto_approve": "all", "max_turns": 256},
}


def shape(value: Any, key: str = "") -> Any:
    """What has to be equal: field names and types, and the values of some fields."""
    if isinstance(value, dict):
        return {name: shape(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value]
    if key in COMPARED and not (isinstance(value, str) and UUID.search(value)):
        return value
    return type(value).__name__


class Frame:
    """One server-sent event, or a comment."""

    def __init__(self, lines: list[str]) -> None:
        fields = dict(re.split(r": ?", line, maxsplit=1) for line in lines)
        self.comment = fields.get("")
        self.id = int(fields["id"]) if "id" in fields else None
        self.name = fields.get("event")
        self.data = json.loads(fields["data"]) if "data" in fields else None

    @property
    def comparable(self) -> Any:
        return (self.comment, self.id, self.name, shape(self.data))


def frames_of(lines: list[str]) -> list[Frame]:
    """The whole events among the lines; a recording may have been stopped inside of one."""
    frames, part = [], []
    for line in lines:
        if line:
            part.append(line)
        elif part:
            frames.append(Frame(part))
            part = []
    return frames


class Stream:
    """A stream as it comes in, beside the recorded one that it repeats."""

    def __init__(self, recorded: Mapping[str, Any]) -> None:
        self.recorded = recorded
        self.expected = frames_of([line for _, line in recorded["lines"]])
        self.with_comments = any(frame.comment for frame in self.expected)
        self.frames: list[Frame] = []
        self.headers: Mapping[str, str] = {}
        self._part: list[str] = []
        self._news = asyncio.Condition()

    async def read(self, response: httpx.Response) -> None:
        self.headers = response.headers
        async with self._news:
            self._news.notify_all()
        async for line in response.aiter_lines():
            self._part.append(line)
            if not line:
                new = frames_of(self._part)
                self._part.clear()
                async with self._news:
                    self.frames += [each for each in new if self.with_comments or not each.comment]
                    self._news.notify_all()

    @property
    def events(self) -> int:
        return sum(frame.id is not None for frame in self.frames)

    async def opened(self) -> None:
        await self._until(lambda: bool(self.headers), "the stream to open")

    async def has_events(self, count: int) -> None:
        await self._until(lambda: self.events >= count, f"{count} events")

    async def has_what_was_recorded(self) -> None:
        count = len(self.expected)
        await self._until(lambda: len(self.frames) >= count, f"{count} recorded frames")

    async def _until(self, condition: Callable[[], bool], what: str) -> None:
        async with self._news:
            try:
                await asyncio.wait_for(self._news.wait_for(condition), PATIENCE)
            except TimeoutError:
                seen = [frame.name for frame in self.frames][-20:]
                raise AssertionError(f"waited for {what}; the last are {seen}") from None


class Replay:
    """Sends a recording's requests again, in their order and at their places among the events."""

    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        self.token = token
        self.wrong_tokens = [None, "wrong"]
        self.streams: list[Stream] = []
        self.sessions: list[str] = []
        self._client = client
        self._ours: dict[str, str] = {}
        self._readers: list[asyncio.Task[None]] = []

    async def play(
        self, recorded: Mapping[str, Any], check: Callable[..., Awaitable[None]]
    ) -> None:
        """`check(exchange, response)` judges every answer as it comes."""
        self.streams = []
        for number, exchange in enumerate(recorded["exchanges"]):
            await self._open_streams(recorded, number)
            if self.streams:
                await self.streams[-1].has_events(exchange["events_seen_before"] or 0)
            response = await self.send(exchange)
            self._learn(exchange, response)
            await check(exchange, response)
        await self._open_streams(recorded, len(recorded["exchanges"]))
        for stream in self.streams:
            await stream.has_what_was_recorded()

    async def close(self) -> None:
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)

    async def send(self, exchange: Mapping[str, Any]) -> httpx.Response:
        return await self._client.request(
            exchange["method"],
            self._translate(exchange["path"]),
            headers={**exchange["headers"], **self._authorization(exchange["status"])},
            **self._body(exchange),
        )

    async def get(self, path: str) -> Any:
        response = await self._client.get(path, headers=self._authorization(200))
        return response.json()

    def _authorization(self, status: int) -> dict[str, str]:
        token = self.wrong_tokens.pop(0) if status == 401 else self.token
        return {"Authorization": f"Bearer {token}"} if token else {}

    def _body(self, exchange: Mapping[str, Any]) -> dict[str, Any]:
        body = exchange["body"]
        if body is None:
            return {}
        if exchange["status"] == 413:
            return {"content": body.ljust(3 * 1024 * 1024, "x")}
        if body == "(long script)":
            return {"json": LONG_SCRIPT}
        if isinstance(body, str):
            return {"content": body}
        return {"json": json.loads(self._translate(json.dumps(body)))}

    def _translate(self, text: str) -> str:
        return UUID.sub(lambda found: self._ours.get(found[0], found[0]), text)

    def _learn(self, exchange: Mapping[str, Any], response: httpx.Response) -> None:
        """Which of our ids stands for which recorded one."""
        if response.is_success and exchange["method"] == "POST":
            for name in {"id", "run_id"} & set(exchange["answer"]):
                self._ours[exchange["answer"][name]] = response.json()[name]
            if exchange["path"] == "/v1/sessions":
                self.sessions.append(response.json()["id"])

    async def _open_streams(self, recorded: Mapping[str, Any], number: int) -> None:
        for wanted in recorded["streams"]:
            if wanted["opened_after_exchange"] == number:
                if self.streams:
                    await self.streams[0].has_events(_events_before(recorded, wanted))
                stream = Stream(wanted)
                self.streams.append(stream)
                self._readers.append(asyncio.create_task(self._read(stream)))
                await stream.opened()

    async def _read(self, stream: Stream) -> None:
        headers = self._authorization(200)
        if stream.recorded["last_event_id"] is not None:
            headers["Last-Event-ID"] = str(stream.recorded["last_event_id"])
        path = self._translate(stream.recorded["path"])
        async with self._client.stream("GET", path, headers=headers) as response:
            await stream.read(response)


def _events_before(recorded: Mapping[str, Any], later: Mapping[str, Any]) -> int:
    """How many events the first stream had when this one was opened, by an event that both saw."""
    first, this = (_arrivals(each) for each in (recorded["streams"][0], later))
    shared = sorted(first.keys() & this.keys())
    if not shared:
        return int(recorded["notes"]["events"])
    opened = first[shared[-1]] - this[shared[-1]]
    return sum(at <= opened for at in first.values())


def _arrivals(stream: Mapping[str, Any]) -> dict[int, float]:
    return {int(line[4:]): at for at, line in stream["lines"] if line.startswith("id: ")}

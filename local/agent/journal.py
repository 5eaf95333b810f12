"""What happened, for those who test and demonstrate against this server: requests, runs, and when
they ended.
"""

import json
import time
from collections import deque
from dataclasses import asdict, dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.agent.events import TERMINAL, Event

REQUESTS_KEPT = 20_000
BODY_KEPT = 100_000
CONTROL = "/_control"


@dataclass(slots=True)
class RequestEntry:
    number: int
    at_ns: int
    method: str
    path: str
    idempotency_key: str | None
    last_event_id: str | None
    status: int | None = None
    body: object = None
    answer: object = None


@dataclass(slots=True)
class RunEntry:
    run_id: str
    session_id: str
    text: str
    started_ns: int
    end: str | None = None  # run_completed or run_error; none for a silent death
    published_ns: int | None = None
    written_ns: list[int] = field(default_factory=list)  # once for each stream


class Journal:
    def __init__(self) -> None:
        self._requests: deque[RequestEntry] = deque(maxlen=REQUESTS_KEPT)
        self._runs: dict[str, RunEntry] = {}
        self._count = 0

    def request(self, method: str, path: str, headers: dict[str, str]) -> RequestEntry:
        self._count += 1
        key, last = headers.get("idempotency-key"), headers.get("last-event-id")
        entry = RequestEntry(self._count, time.time_ns(), method, path, key, last)
        self._requests.append(entry)
        return entry

    def run(self, run_id: str, session_id: str, text: str) -> None:
        self._runs[run_id] = RunEntry(run_id, session_id, text, time.time_ns())

    def published(self, event: Event) -> None:
        run = self._runs.get(event.run_id)
        if run and event.name in TERMINAL:
            run.end, run.published_ns = event.name, time.time_ns()

    def written(self, event: Event) -> None:
        run = self._runs.get(event.run_id)
        if run and event.name in TERMINAL:
            run.written_ns.append(time.time_ns())

    def clear(self) -> None:
        self._requests.clear()
        self._runs.clear()

    def as_json(self, after: int = 0) -> dict[str, object]:
        return {
            "requests": [asdict(entry) for entry in self._requests if entry.number > after],
            "runs": {run_id: asdict(entry) for run_id, entry in self._runs.items()},
        }


class Journaled:
    """Middleware that writes down every request but the control surface's own."""

    def __init__(self, app: ASGIApp, journal: Journal) -> None:
        self._app = app
        self._journal = journal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self._app(scope, receive, send)
            return
        headers = {
            name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        entry = self._journal.request(scope["method"], scope["path"], headers)
        body, answer = bytearray(), bytearray()

        async def received() -> Message:
            message = await receive()
            body.extend(message.get("body", b"")[: BODY_KEPT - len(body)])
            return message

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.status = message["status"]
            elif entry.method != "GET":
                answer.extend(message.get("body", b"")[: BODY_KEPT - len(answer)])
            entry.body, entry.answer = _parsed(body), _parsed(answer)
            await send(message)

        await self._app(scope, received, sent)


def _parsed(raw: bytearray) -> object:
    if not raw:
        return None
    try:
        parsed: object = json.loads(raw)
    except ValueError:
        return raw.decode(errors="replace")
    return parsed

"""A recorded agent server, met by the real client: streams line by line, answers of the time.

Only the waiting is played. An event is told when it was told in the recording, on the simulated
clock, and where the recording has no more to say there is silence.
"""

import json
from collections import deque
from collections.abc import Sequence
from typing import Any, Self

import httpx

from parley.adapters.agent_server.client import AgentServer
from parley.core.events import AgentEvent
from parley.errors import AgentUnreachable
from tests.agent_server.frames import SOON
from tests.agent_server.wire_server import Reply, Request, Stream, WireServer, answer
from tests.fakes.world import FakeClock
from tests.protocol.recording import Frame, Json, Recording, frames_of

ENDINGS = {"run_completed": "idle", "run_error": "failed"}


class RecordedServer:
    """Answers as the recorded server did. `runs` are ours, in the order in which they are asked
    for; `stream` is the one that is opened first, `said_later` what the history got besides."""

    def __init__(
        self,
        clock: FakeClock,
        recording: Recording,
        runs: Sequence[str],
        stream: int,
        said_later: str = "",
    ) -> None:
        self.clock = clock
        self.decisions: list[dict[str, str]] = []  # actions by call, one of them for each request
        self.cancelled: list[str] = []
        self.break_after: int | None = None  # events, in the stream that is opened next
        self.boots = 0
        self.boot(recording, runs, stream)
        self._said_later = said_later

    def boot(self, recording: Recording, runs: Sequence[str], stream: int) -> None:
        """Start, or start again and forget: open streams break."""
        self.boots += 1
        self._booted_at = self.clock.now()
        self._recording = recording
        self._expected = deque(runs)
        self._run: str | None = None
        self._stream = stream
        self._frames = frames_of(recording.streams[stream])
        self._opened_at: int | None = None

    @property
    def posted(self) -> bool:
        return self._run is not None

    def due(self) -> list[int]:
        """When the events of the stream that was opened last come."""
        return [(self._opened_at or 0) + frame.due for frame in self._sent]

    def script(self, request: Request) -> Reply:
        path = request.path.partition("?")[0].removeprefix("/v1")
        path = path.replace(f"/sessions/{self._recording.session}", "")
        body = json.loads(request.body) if request.body else {}
        match request.method, path:
            case "GET", "/health":
                uptime = (self.clock.now() - self._booted_at) // 1000
                return answer({"status": "ok", "uptime_seconds": uptime})
            case "POST", "/sessions":
                return answer({"id": self._recording.session}, 201)
            case "GET", "":
                return answer({"session": {"run_status": self._status()}})
            case "GET", "/tools/pending":
                return answer(self._proposed())
            case "GET", "/events":
                return self._open(int(request.headers["last-event-id"]))
            case "GET", "/messages":
                return answer(self._page(request.path.partition("?")[2]))
        return self._command(path, body)

    def _command(self, path: str, body: Json) -> Reply:
        match path:
            case "/messages":
                self._run = self._expected.popleft()
                return answer({"run_id": self._run})
            case "/cancel":
                self.cancelled.append(body["run_id"])
                return answer({"cancelled": True, "run_id": body["run_id"]})
        assert path == "/tools/decisions", path
        given = {call: decision["action"] for call, decision in body["decisions"].items()}
        self.decisions.append(given)
        return answer({"accepted": True, "run_id": body["run_id"]})

    def _open(self, cursor: int) -> Reply:
        """As recorded where it begins; later what is above the cursor, or all that is to come where
        the cursor is ahead of the ids."""
        exact = [
            number
            for number, stream in enumerate(self._recording.streams)
            if stream["last_event_id"] == str(cursor)
        ]
        if self._opened_at is not None and exact and exact[0] != self._stream:
            self._stream, self._opened_at = exact[0], None
            self._frames = frames_of(self._recording.streams[self._stream])
        if self._opened_at is None:
            self._opened_at = self.clock.now()
            self._sent = self._frames
            lines = self._recording.streams[self._stream]["lines"]
            raw = [f"{line}\n".encode() for _, line in lines if not line.startswith("!!")]
            return Stream(raw, then="cut")
        told = self._told()
        ahead = cursor > max((frame.id for frame in told), default=0)
        self._sent = [
            frame for frame in self._frames if frame.id > cursor or (ahead and frame not in told)
        ]
        return Stream([frame.lines for frame in self._sent], then="cut")

    def _told(self) -> list[Frame]:
        if self._opened_at is None:
            return []
        since = self.clock.now() - self._opened_at
        return [frame for frame in self._frames if frame.due <= since]

    def _status(self) -> Json:
        told = self._told()
        if told and told[-1].name in ENDINGS:
            return {"state": ENDINGS[told[-1].name]}
        if self._opened_at is not None and len(told) == len(self._frames):
            recorded = self._recording.last("")
            return recorded["session"]["run_status"] if recorded else {"state": "idle"}
        run = told[-1].run if told else None
        return {"state": "running", "run_id": run or self._run}

    def _proposed(self) -> Json:
        found: Json = {"run_id": None, "tool_calls": []}
        for frame in self._told():
            if frame.name == "tool_calls_proposed":
                found = {"run_id": frame.run, "tool_calls": frame.fields["tool_calls"]}
            elif frame.name == "turn_completed" or frame.name in ENDINGS:
                found = {"run_id": None, "tool_calls": []}
        return found

    def _page(self, query: str) -> Json:
        at = {key: int(value) for key, value in httpx.QueryParams(query).items()}
        messages = self._messages()
        page = messages[at["offset"] : at["offset"] + at["limit"]]
        return {"messages": page, "total": len(messages)}

    def _messages(self) -> list[Json]:
        """Those before the next prompt of ours that has not been sent."""
        messages: list[Json] = []
        for run, message in self._recording.history():
            if run is not None and self._expected and run == self._expected[0]:
                break
            messages.append(message)
            if run is not None and run == self._run and self._said_later:
                messages.append({"role": "assistant", "content": self._said_later})
        return messages


class ReplayedStream:
    """A real stream whose events come when they are due. What comes after the last is silence."""

    def __init__(self, inner: Any, server: RecordedServer) -> None:
        self._inner, self._server = inner, server

    def __enter__(self) -> Self:
        self._inner.__enter__()
        self._due = deque(self._server.due())
        self._boot = self._server.boots
        self._left, self._server.break_after = self._server.break_after, None
        return self

    def __exit__(self, *error: Any) -> None:
        self._inner.__exit__(*error)

    def next(self, timeout: float) -> AgentEvent | None:
        clock = self._server.clock
        end = clock.now() + round(timeout * 1000)
        due = self._due[0] if self._due else end + 1
        clock.advance(min(due, end) - clock.now())
        if self._server.boots != self._boot or self._left == 0:
            raise AgentUnreachable("the stream broke")
        if due > end:
            return None
        self._due.popleft()
        self._left = None if self._left is None else self._left - 1
        event: AgentEvent | None = self._inner.next(SOON)
        assert event is not None
        return event


class ReplayedAgent:
    """parley.ports.Agent: the real client, but for the waiting."""

    def __init__(self, wire: WireServer, client: httpx.Client, server: RecordedServer) -> None:
        wire.script = server.script
        self._server = server
        self._agent = AgentServer(
            wire.url, "ssm:/parley/agent-token", _Secrets(), server.clock, client=lambda: client
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._agent, name)

    def events(self, session: str, cursor: int) -> ReplayedStream:
        return ReplayedStream(self._agent.events(session, cursor), self._server)


class _Secrets:
    def get(self, name: str, *, fresh: bool = False) -> str:
        return "token-of-this-start"

"""Speaks to a scripted agent server as a test wants to: one call a line, and no sleeping."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from local.agent.server import AgentServer
from local.agent.settings import Settings
from local.waiting import await_condition

Event = tuple[str, dict[str, Any]]
TERMINAL = ("run_completed", "run_error")


class Caller:
    def __init__(self, server: AgentServer) -> None:
        self.server = server
        self.http = httpx.Client(base_url=server.url, timeout=5)

    def call(self, method: str, path: str, body: Any = None, key: str | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.server.token}"}
        if key:
            headers["Idempotency-Key"] = key
        return self.http.request(method, path, json=body, headers=headers)

    def get(self, path: str) -> Any:
        return self.call("GET", path).raise_for_status().json()

    def control(self, what: str, **body: Any) -> Any:
        return self.call("POST", f"/_control/{what}", body).raise_for_status().json()

    def new_session(self, title: str = "a test") -> "Chat":
        created = self.call("POST", "/v1/sessions", {"title": title}).raise_for_status()
        return Chat(self, created.json()["id"])


class Chat:
    """One session."""

    def __init__(self, caller: Caller, session_id: str) -> None:
        self.caller = caller
        self.id = session_id
        self.path = f"/v1/sessions/{session_id}"

    def post(self, what: str, body: Any, key: str | None = None) -> Any:
        return self.caller.call("POST", f"{self.path}/{what}", body, key)

    def say(self, text: str, **rest: Any) -> str:
        message = {"role": "user", "content": text}
        answer = self.post("messages", {"message": message, **rest}).raise_for_status()
        return str(answer.json()["run_id"])

    def script(self, *steps: dict[str, Any], text: str = "", **overrides: Any) -> str:
        return self.say(f"{text} SCRIPT={json.dumps(steps)}", overrides=overrides or None)

    def cancel(self, run_id: str) -> None:
        self.post("cancel", {"run_id": run_id}).raise_for_status()

    def decide(self, run_id: str, **actions: str) -> None:
        decisions = {call: {"action": action} for call, action in actions.items()}
        body = {"run_id": run_id, "decisions": decisions}
        self.post("tools/decisions", body).raise_for_status()

    @property
    def status(self) -> dict[str, str]:
        session = self.caller.get(self.path)["session"]
        return dict(session["run_status"])

    @property
    def newest_event(self) -> int:
        return int(self.caller.get("/_control/sessions")[self.id]["newest_event"])

    def until_state(self, state: str) -> None:
        await_condition(lambda: self.status["state"] == state, f"state {state}", seconds=5)

    def history(self, count: int = 0) -> list[dict[str, Any]]:
        """The messages, as soon as there are so many."""

        def look() -> list[dict[str, Any]] | None:
            messages = self.caller.get(f"{self.path}/messages?limit=1000")["messages"]
            return messages if len(messages) >= count else None

        return await_condition(look, f"{count} messages", seconds=5)

    def until(self, name: str, after: int = 0, times: int = 1) -> list[Event]:
        """The events from after that one to the n-th of this name."""
        return self._read(after, lambda events: [each for each, _ in events].count(name) >= times)

    def until_over(self, run_id: str, after: int = 0) -> list[Event]:
        """The run's own events, to its end."""
        events = self._read(after, lambda all_: _over(all_, run_id))
        return [event for event in events if event[1]["run_id"] == run_id]

    def _read(self, after: int, enough: Callable[[list[Event]], bool]) -> list[Event]:
        with self.stream(after) as lines:
            return collect(lines, enough)

    @contextmanager
    def stream(self, after: int | None = 0) -> Iterator[Iterator[str]]:
        headers = {"Authorization": f"Bearer {self.caller.server.token}"}
        if after is not None:
            headers["Last-Event-ID"] = str(after)
        with self.caller.http.stream("GET", f"{self.path}/events", headers=headers) as response:
            yield response.iter_lines()


def collect(lines: Iterator[str], enough: Callable[[list[Event]], bool]) -> list[Event]:
    events: list[Event] = []
    name = ""
    for line in lines:
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            data = json.loads(value)
            events.append((name, next(iter(data["event"].values())) if "event" in data else data))
        if events and not line and enough(events):
            return events
    raise AssertionError(f"the stream ended after {len(events)} events")


def names(events: list[Event]) -> list[str]:
    return [name for name, _ in events]


def one(events: list[Event], name: str) -> dict[str, Any]:
    """The only event of this name."""
    (found,) = (data for each, data in events if each == name)
    return found


@contextmanager
def calling(**settings: Any) -> Iterator[Caller]:
    """A server of its own, with a caller."""
    with AgentServer(Settings(**{"pace": 0.01, "tool_seconds": 0.0, **settings})) as server:
        caller = Caller(server)
        try:
            yield caller
        finally:
            caller.http.close()


def _over(events: list[Event], run_id: str) -> bool:
    return any(name in TERMINAL and data["run_id"] == run_id for name, data in events)

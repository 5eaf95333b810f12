"""The coding agent behind a Stakpak server's HTTP interface."""

from collections.abc import Callable, Sequence
from urllib.parse import quote

import httpx

from parley.adapters.agent_server import wire
from parley.adapters.agent_server.calls import HISTORY, STATUS, STREAM, Calls, shared_client
from parley.adapters.agent_server.stream import SessionStream
from parley.core.batch import Ruling, ToolCall, Verdict
from parley.core.session import RunOptions, SessionStatus, Spoken
from parley.ports import Clock, Secrets

PAGE = 100  # messages, the server's own default


class AgentServer:
    """parley.ports.Agent over HTTP. Holds no state: the token is the secret's, cached there."""

    def __init__(
        self,
        url: str,
        token_name: str,
        secrets: Secrets,
        clock: Clock,
        client: Callable[[], httpx.Client] = shared_client,
        silence: httpx.Timeout = STREAM,
    ) -> None:
        self._calls = Calls(url, token_name, secrets, client)
        self._clock = clock
        self._silence = silence

    def booted_at(self) -> int:
        """The uptime has whole seconds, and a restart is the only thing that lowers it."""
        before = self._clock.now()
        return before - wire.uptime(self._calls.get("/v1/health", STATUS)) * 1000

    def open_session(self, title: str, key: str, folder: str = "") -> str:
        body = {"title": title, "cwd": folder} if folder else {"title": title}
        return wire.session_id(self._calls.post("/v1/sessions", body, key))

    def session(self, session: str) -> SessionStatus:
        return wire.session_status(self._calls.get(_path(session), STATUS))

    def history_length(self, session: str) -> int:
        first = self._calls.get(_path(session, "/messages"), HISTORY, {"limit": 1, "offset": 0})
        return wire.total(first)

    def history(self, session: str, since: int) -> Sequence[Spoken]:
        """Page by page, until the server's own count is reached or a page comes back empty."""
        messages: list[Spoken] = []
        while True:
            at = {"limit": PAGE, "offset": since + len(messages)}
            answer = self._calls.get(_path(session, "/messages"), HISTORY, at)
            page = wire.spoken(answer)
            messages += page
            if not page or since + len(messages) >= wire.total(answer):
                return messages

    def start_run(self, session: str, prompt: str, options: RunOptions, key: str) -> str:
        overrides = {"auto_approve": "none"}
        if options.model:
            overrides["model"] = options.model
        body = {
            "message": {"role": "user", "content": wire.content(prompt, options.images)},
            "type": "message",
            "overrides": overrides,
        }
        return wire.run_id(self._calls.post(_path(session, "/messages"), body, key))

    def steer(self, session: str, run: str, text: str, key: str) -> None:
        body = {
            "message": {"role": "user", "content": text},
            "type": "steering",
            "run_id": run,
        }
        self._calls.post(_path(session, "/messages"), body, key)

    def events(self, session: str, cursor: int) -> SessionStream:
        return SessionStream(self._calls, _path(session, "/events"), cursor, self._silence)

    def proposed(self, session: str) -> tuple[str | None, tuple[ToolCall, ...]]:
        return wire.proposed(self._calls.get(_path(session, "/tools/pending"), STATUS))

    def decide(self, session: str, run: str, verdicts: Sequence[Verdict], key: str) -> None:
        decisions = {verdict.call: _decision(verdict) for verdict in verdicts}
        body = {"run_id": run, "decisions": decisions}
        self._calls.post(_path(session, "/tools/decisions"), body, key)

    def cancel(self, session: str, run: str, key: str) -> None:
        self._calls.post(_path(session, "/cancel"), {"run_id": run}, key)


def _path(session: str, rest: str = "") -> str:
    return f"/v1/sessions/{quote(session, safe='')}{rest}"


def _decision(verdict: Verdict) -> dict[str, str]:
    """The server drops the reason of a reject; as a result of our own it reaches the model."""
    if verdict.ruling is Ruling.ALLOW:
        return {"action": "accept"}
    if not verdict.reason:
        return {"action": "reject"}
    return {"action": "custom_result", "content": verdict.reason}

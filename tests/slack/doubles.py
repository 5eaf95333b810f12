"""What stands around the Slack parts: secrets, and Slack's Web API."""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from parley.errors import SecretMissing, SecretUnavailable

TOKEN = "xoxb-made-up"
NAME = "/parley/bot-token"
SESSIONS = "/agents.sessions.setStatus"


@dataclass(slots=True)
class NamedValues:
    """Secrets: each look-up that asks for a fresh value gets the next one."""

    values: dict[str, list[str]]
    down: bool = False
    down_for_fresh: bool = False

    def get(self, name: str, *, fresh: bool = False) -> str:
        if self.down or (fresh and self.down_for_fresh):
            raise SecretUnavailable(f"the secret {name} cannot be read")
        values = self.values.get(name)
        if not values:
            raise SecretMissing(f"the secret {name} cannot be read")
        if fresh and len(values) > 1:
            values.pop(0)
        return values[0]


@dataclass(frozen=True, slots=True)
class Sent:
    path: str
    headers: Mapping[str, str]
    content: bytes

    @property
    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.content)
        return body

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.content.decode()))


@dataclass(frozen=True, slots=True)
class Scripted:
    """An answer, or None for a connection that is closed without one."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], object] = lambda: None


def ok(**more: Any) -> Scripted:
    return Scripted(json.dumps({"ok": True, **more}).encode())


OK = Scripted(b'{"ok":true,"ts":"1790000001.000100"}')


def not_ok(error: str, **more: Any) -> Scripted:
    return Scripted(json.dumps({"ok": False, "error": error, **more}).encode())


@dataclass(slots=True)
class WebApi:
    """Slack's Web API on loopback: answers as scripted, then with ok. What becomes of sessions is
    kept apart, since most tests are about the posts beside them."""

    url: str
    requests: list[Sent] = field(default_factory=list)
    answers: deque[Scripted | None] = field(default_factory=deque)
    sessions: list[Sent] = field(default_factory=list)
    session_answers: deque[Scripted | None] = field(default_factory=deque)
    connections: int = 0

    def answer(self, sent: Sent) -> Scripted | None:
        apart = sent.path.endswith(SESSIONS)
        (self.sessions if apart else self.requests).append(sent)
        answers = self.session_answers if apart else self.answers
        return answers.popleft() if answers else OK

    def clear(self) -> None:
        for kept in (self.requests, self.answers, self.sessions, self.session_answers):
            kept.clear()

    @property
    def only(self) -> Sent:
        (sent,) = self.requests
        return sent

    @property
    def origin(self) -> str:
        return self.url.removesuffix("/api")

    @property
    def paths(self) -> list[str]:
        return [sent.path.removeprefix("/api/") for sent in self.requests]


@contextmanager
def web_api() -> Iterator[WebApi]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            api.connections += 1

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = api.answer(Sent(self.path, dict(self.headers), content))
            if answer is None:
                self.close_connection = True
                return
            answer.before()
            with suppress(ConnectionError):  # the client may have given up
                self.reply(answer)

        do_GET = do_POST

        def reply(self, answer: Scripted) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api = WebApi(f"http://127.0.0.1:{server.server_port}/api")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

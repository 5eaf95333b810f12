"""What stands around the Telegram parts: secrets, and the Bot API on loopback."""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from parley.errors import SecretMissing, SecretUnavailable

TOKEN = "7000000001:made-up_Token"
TOKEN_NAME = "/parley/telegram-bot-token"


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
    """A request. `fields` of a form are not taken apart: `raw` has them."""

    path: str
    headers: Mapping[str, str]
    raw: bytes

    @property
    def method(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = json.loads(self.raw)
        return fields


@dataclass(frozen=True, slots=True)
class Scripted:
    """An answer, or None for a connection that is closed without one."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], object] = lambda: None


def fine(result: object = True) -> Scripted:
    return Scripted(json.dumps({"ok": True, "result": result}).encode())


def refused(description: str, code: int = 400, **parameters: Any) -> Scripted:
    answer = {"ok": False, "error_code": code, "description": description}
    if parameters:
        answer["parameters"] = parameters
    return Scripted(json.dumps(answer).encode(), code)


POSTED = fine({"message_id": 99})


@dataclass(slots=True)
class Telegram:
    """The Bot API: answers as scripted, then with a posted message."""

    url: str
    requests: list[Sent] = field(default_factory=list)
    answers: deque[Scripted | None] = field(default_factory=deque)
    connections: int = 0

    @property
    def only(self) -> Sent:
        (sent,) = self.requests
        return sent

    @property
    def methods(self) -> list[str]:
        return [sent.method for sent in self.requests]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    api: Telegram


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.api.connections += 1

    def do_POST(self) -> None:
        self._take(self.rfile.read(int(self.headers["Content-Length"])))

    def do_GET(self) -> None:
        self._take(b"")

    def _take(self, body: bytes) -> None:
        api = self.server.api
        api.requests.append(Sent(self.path, dict(self.headers), body))
        answer = api.answers.popleft() if api.answers else POSTED
        if answer is None:
            self.close_connection = True
            return
        answer.before()
        with suppress(ConnectionError):  # the client may have given up
            self._reply(answer)

    def _reply(self, answer: Scripted) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def telegram() -> Iterator[Telegram]:
    server = _Server(("127.0.0.1", 0), _Handler)
    server.api = Telegram(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.api
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

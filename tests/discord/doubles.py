"""What stands around the client: secrets, and Discord's API on loopback."""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from parley.errors import SecretMissing, SecretUnavailable

TOKEN = "a.bot.token"
NAME = "/parley/discord-bot-token"


@dataclass(slots=True)
class NamedValues:
    """Secrets: each look-up that asks for a fresh value gets the next one."""

    values: dict[str, list[str]]
    down: bool = False

    def get(self, name: str, *, fresh: bool = False) -> str:
        if self.down:
            raise SecretUnavailable(f"the secret {name} cannot be read")
        values = self.values.get(name)
        if not values:
            raise SecretMissing(f"the secret {name} cannot be read")
        if fresh and len(values) > 1:
            values.pop(0)
        return values[0]


@dataclass(frozen=True, slots=True)
class Sent:
    method: str
    path: str
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.raw)
        return body

    @property
    def what(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Scripted:
    """An answer, or None for a connection that is closed without one."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], object] = lambda: None


OK = Scripted(b'{"id":"77"}')


def refusal(status: int, code: int, **more: Any) -> Scripted:
    return Scripted(json.dumps({"message": "no", "code": code, **more}).encode(), status)


UNKNOWN_WEBHOOK = refusal(404, 10015)
INVALID_TOKEN = refusal(401, 50027)
MISSING_ACCESS = refusal(403, 50001)
UNKNOWN_MESSAGE = refusal(404, 10008)


@dataclass(slots=True)
class Api:
    """Answers as scripted, then with a message."""

    url: str
    requests: list[Sent] = field(default_factory=list)
    answers: deque[Scripted | None] = field(default_factory=deque)

    @property
    def only(self) -> Sent:
        (sent,) = self.requests
        return sent

    @property
    def calls(self) -> list[str]:
        return [sent.what for sent in self.requests]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer goes out in one piece: in two, the second would wait for an ACK
    api: Api

    def handle(self) -> None:
        with suppress(ConnectionError):  # the client may have given up
            super().handle()

    def answer(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.removeprefix("/api")
        self.api.requests.append(Sent(self.command, path, dict(self.headers), raw))
        answer = self.api.answers.popleft() if self.api.answers else OK
        if answer is None:
            self.close_connection = True
            return
        answer.before()
        self.reply(answer)

    do_GET = do_POST = do_PATCH = do_DELETE = answer

    def reply(self, answer: Scripted) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if answer.status != 204:
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def discord_api() -> Iterator[Api]:
    class Bound(Handler):
        pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Bound)
    server.daemon_threads = True
    Bound.api = api = Api(f"http://127.0.0.1:{server.server_port}/api")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""A platform's API on loopback, for commands that are run against it; and what they need of AWS."""

import io
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from parley.command.main import Tools, run
from parley.errors import SecretMissing, StoreUnavailable
from parley.settings import ApiAccess


@dataclass(frozen=True, slots=True)
class Sent:
    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Reply:
    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Answering = Callable[[Sent], Reply]


@dataclass(slots=True)
class Platform:
    """Answers as the function says; None closes the connection."""

    url: str
    answer: Callable[[Sent], Reply | None]
    requests: list[Sent] = field(default_factory=list)

    def sent(self, path: str) -> list[Sent]:
        return [request for request in self.requests if request.path.endswith(path)]


@contextmanager
def platform(answer: Callable[[Sent], Reply | None]) -> Iterator[Platform]:
    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            sent = Sent(
                self.command, self.path, dict(self.headers), json.loads(body) if body else None
            )
            running.requests.append(sent)
            reply = running.answer(sent)
            if reply is None:
                return
            content = (
                reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            )
            self.send_response(reply.status)
            self.send_header("Content-Length", str(len(content)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    running = Platform(f"http://127.0.0.1:{server.server_port}", answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(slots=True)
class Account:
    """Secrets and parameters by name."""

    values: dict[str, str] = field(default_factory=dict)
    down: bool = False

    def get(self, name: str, *, fresh: bool = False) -> str:
        if name not in self.values:
            raise SecretMissing(f"the secret {name} cannot be read")
        return self.values[name]

    def put(self, name: str, text: str) -> None:
        if self.down:
            raise StoreUnavailable(f"the parameter {name} cannot be written")
        self.values[name] = text


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    out: str
    errors: str


def command(
    *arguments: str,
    account: Account | None = None,
    access: ApiAccess | None = None,
    sleep: Callable[[float], None] | None = None,
) -> Ended:
    """Run a command as the process would; it sleeps only as it is told to."""
    known = account or Account()
    out, errors = io.StringIO(), io.StringIO()
    tools = Tools(
        lambda: known, lambda: known, access or ApiAccess(), sleep or (lambda _seconds: None)
    )
    code = run(arguments, tools, out, errors)
    return Ended(code, out.getvalue(), errors.getvalue())

"""Lambda's Runtime API on loopback, as far as a function meets it."""

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PREFIX = "/2018-06-01/runtime/"


@dataclass
class Api:
    """`events` are handed out in order; an invocation takes one answer, from whoever gives it."""

    address: str = ""
    seconds: float = 60.0
    now: float = 0.0
    events: deque[dict[str, Any]] = field(default_factory=deque)
    posted: list[tuple[str, Any]] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)


@contextmanager
def runtime_api(*events: dict[str, Any], now: float, seconds: float = 60.0) -> Iterator[Api]:
    api = Api(seconds=seconds, now=now, events=deque(events))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(api))
    server.daemon_threads = True
    api.address = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(api: Api) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not api.events:
                self._end(500)
                return
            number = f"r{len(api.posted) + 1}"
            body = json.dumps(api.events.popleft()).encode()
            self.send_response(200)
            self.send_header("Lambda-Runtime-Aws-Request-Id", number)
            deadline = int((api.now + api.seconds) * 1000)
            self.send_header("Lambda-Runtime-Deadline-Ms", str(deadline))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            path = self.path.removeprefix(PREFIX)
            taken = path in api.answered
            api.answered.add(path)
            if not taken:
                api.posted.append((path, body))
            self._end(400 if taken else 202)

        def _end(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    return Handler

"""A tiny real HTTP server: each request gets the next scripted answer, byte for byte."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    status: int = 200
    content_type: str | None = "application/json"
    body: bytes = b"{}"


def answer(body: object, status: int = 200) -> Answer:
    return Answer(status, body=json.dumps(body).encode())


@dataclass(frozen=True, slots=True)
class Drop:
    """Close the connection without an answer."""


@dataclass(frozen=True, slots=True)
class Stream:
    """An event stream of these chunks, as they come; then cut, ended properly, or held open."""

    chunks: Iterable[bytes]
    then: str = "hold"  # or "cut" or "end"
    content_type: str = "text/event-stream"


Reply = Answer | Drop | Stream
Script = Callable[[Request], Reply]


@dataclass(slots=True)
class WireServer:
    """What was asked is in `requests`; `left` is set when the client has left a held stream."""

    script: Script
    url: str = ""
    requests: list[Request] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)

    def replies(self, *replies: Reply) -> None:
        """Answer with these in order, and with the last one from then on."""
        rest = list(replies)
        self.script = lambda request: rest.pop(0) if len(rest) > 1 else rest[0]


@contextmanager
def serving() -> Iterator[WireServer]:
    wire = WireServer(lambda request: Answer(404, None, b""))

    class Handler(_Handler):
        server_of = wire

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    wire.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield wire
    finally:
        server.shutdown()
        server.server_close()  # waits for the handlers: the client has to have left by now
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else a body waits for the acknowledgement of its headers
    server_of: WireServer

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, self.rfile.read(length))
        self.server_of.requests.append(request)
        match self.server_of.script(request):
            case Answer() as answer:
                self._answer(answer)
            case Drop():
                self.close_connection = True
            case Stream() as stream:
                self.close_connection = True
                try:
                    self._stream(stream)
                except OSError:
                    self.server_of.left.set()

    do_GET = do_POST = _serve

    def _answer(self, answer: Answer) -> None:
        self.send_response(answer.status)
        if answer.content_type:
            self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def _stream(self, stream: Stream) -> None:
        self.send_response(200)
        self.send_header("Content-Type", stream.content_type)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for chunk in stream.chunks:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        if stream.then == "end":
            self.wfile.write(b"0\r\n\r\n")
        if stream.then == "hold":
            self.connection.recv(1)  # nothing comes: it returns when the client is gone
            self.server_of.left.set()

"""JSON-RPC 2.0 over a program's pipes, a message a line."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from parley.adapters.agent_process.acp import values
from parley.adapters.agent_process.pipes import Pipes, Tail
from parley.adapters.agent_process.process import Child

LONGEST_LINE = 32 * 1024 * 1024  # bytes
MOST_UNSENT = 32 * 1024 * 1024  # bytes that an agent may leave unread
METHOD_NOT_FOUND = -32601
AUTHENTICATION_REQUIRED = -32000
RESOURCE_NOT_FOUND = -32002

Id = int | str


class Broken(Exception):
    """The agent keeps to no protocol. The text is for people."""


@dataclass(frozen=True, slots=True)
class Request:
    id: Id
    method: str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Notification:
    method: str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Reply:
    """`error` is None where it went well."""

    id: Id
    result: object = None
    error: "Fault | None" = None


@dataclass(frozen=True, slots=True)
class Fault:
    code: int
    message: str
    details: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"{self.message} ({self.details})" if self.details else self.message


Message = Request | Notification | Reply


class Connection:
    def __init__(self, child: Child) -> None:
        self._child = child
        self._pipes = Pipes([child.stdout, child.stderr], child.stdin, child.pid)
        self._line = bytearray()
        self._last_id = 0
        self.silent = False  # it will say nothing any more
        self.log = Tail()

    def close(self) -> None:
        self._pipes.close()

    def hang_up(self) -> None:
        self._pipes.hang_up()

    @property
    def deaf(self) -> bool:
        """It takes nothing any more."""
        return self._pipes.deaf

    @property
    def over(self) -> bool:
        """Its program has ended."""
        return self._child.poll() is not None

    def request(self, method: str, params: Mapping[str, object]) -> int:
        self._last_id += 1
        self._send({"id": self._last_id, "method": method, "params": params})
        return self._last_id

    def notify(self, method: str, params: Mapping[str, object]) -> None:
        self._send({"method": method, "params": params})

    def answer(self, request: Request, result: Mapping[str, object]) -> None:
        self._send({"id": request.id, "result": result})

    def refuse(self, request: Request, code: int, message: str) -> None:
        self._send({"id": request.id, "error": {"code": code, "message": message}})

    def _send(self, body: Mapping[str, object]) -> None:
        self._pipes.send(json.dumps({"jsonrpc": "2.0", **body}).encode() + b"\n")
        if self._pipes.unsent > MOST_UNSENT:
            raise Broken("It asked and asked, and read no answer")

    def receive(self, timeout: float) -> Iterator[Message]:
        """What came, in its order, at once or after `timeout` seconds at the latest. Raises
        Broken."""
        over = self.over
        self.silent |= over
        for file, content in self._pipes.rest() if over else self._pipes.receive(timeout):
            if file is self._child.stderr:
                self.log.add(content)
            elif content:
                yield from self._messages(content)
            else:
                self.silent = True

    def _messages(self, content: bytes) -> Iterator[Message]:
        *lines, rest = content.split(b"\n")
        for line in lines:
            self._line += line
            whole, self._line = self._line, bytearray()
            message = _read(whole)
            if message is not None:
                yield message
            elif whole.strip():
                self.log.add(bytes(whole[:1_000]) + b"\n")
        self._line += rest
        if len(self._line) > LONGEST_LINE:
            raise Broken(f"It wrote a line of more than {LONGEST_LINE // 1024**2} MB")


def _read(line: bytearray) -> Message | None:
    """None for what is no message: agents and what they call write all kinds of things."""
    try:
        body = json.loads(line.decode(errors="replace"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict):
        return None
    method, id = body.get("method"), _id(body.get("id"))
    if isinstance(method, str):
        params = values.record(body.get("params"))
        return Notification(method, params) if id is None else Request(id, method, params)
    if id is None:
        return None
    if "error" in body:
        return Reply(id, error=_fault(body["error"]))
    return Reply(id, body["result"]) if "result" in body else None


def _id(value: object) -> Id | None:
    return value if isinstance(value, int | str) and not isinstance(value, bool) else None


def _fault(error: object) -> Fault:
    told = values.record(error)
    code = told.get("code")
    data = told.get("data")
    details = data if isinstance(data, str) else "" if data is None else json.dumps(data)
    return Fault(
        code if isinstance(code, int) else 0,
        values.text(told.get("message"))[:1_000] or "an error without words",
        values.text(details)[:1_000],
    )

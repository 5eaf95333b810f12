"""One invocation of a Lambda function, over the Runtime API."""

import http.client
import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

API = "/2018-06-01/runtime"
ANSWER_SECONDS = 10.0
Handler = Callable[[Mapping[str, Any], "Context"], object]


class AnswerRefused(Exception):
    """The Runtime API takes no answer from us: somebody else in the environment has given one."""


@dataclass(frozen=True, slots=True)
class Context:
    """What is used of Lambda's context object."""

    aws_request_id: str
    deadline: float  # seconds since 1970

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.deadline - time.time()) * 1000))


@dataclass(frozen=True, slots=True)
class Invocation:
    event: Mapping[str, Any]
    context: Context


class RuntimeApi:
    """`address` is host:port. Raises OSError, http.client.HTTPException and AnswerRefused."""

    def __init__(self, address: str) -> None:
        self._address = address

    def next(self) -> Invocation:
        """Waits for an event, however long: Lambda freezes the environment meanwhile."""
        connection = http.client.HTTPConnection(self._address)
        try:
            connection.request("GET", f"{API}/invocation/next")
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status != http.client.OK:
            raise http.client.HTTPException(f"the Runtime API answered {answer.status}")
        context = Context(
            answer.headers["Lambda-Runtime-Aws-Request-Id"],
            int(answer.headers["Lambda-Runtime-Deadline-Ms"]) / 1000,
        )
        return Invocation(json.loads(content), context)

    def answer(self, invocation: Invocation, value: object) -> None:
        self._post(f"invocation/{invocation.context.aws_request_id}/response", value)

    def fail(self, invocation: Invocation, error: BaseException) -> None:
        self._post(f"invocation/{invocation.context.aws_request_id}/error", _told(error))

    def cannot_start(self, error: BaseException) -> None:
        self._post("init/error", _told(error))

    def _post(self, path: str, value: object) -> None:
        connection = http.client.HTTPConnection(self._address, timeout=ANSWER_SECONDS)
        try:
            connection.request("POST", f"{API}/{path}", json.dumps(value))
            answer = connection.getresponse()
            answer.read()
        finally:
            connection.close()
        if answer.status != http.client.ACCEPTED:
            raise AnswerRefused(f"{path}: {answer.status}")


def serve_one(api: RuntimeApi, load: Callable[[], Handler]) -> int:
    """Load the handler, serve one event with it; the exit status. What goes wrong is Lambda's to
    know by its kind, and the log's by its trace."""
    try:
        handler = load()
    except Exception as error:
        traceback.print_exc()
        _send(api.cannot_start, error)
        return 1
    invocation = api.next()
    with _ended_in_time(invocation.context):
        try:
            value = handler(invocation.event, invocation.context)
        except Exception as error:
            traceback.print_exc()
            _send(api.fail, invocation, error)
        else:
            _send(api.answer, invocation, value)
    return 0


def _send(tell: Callable[..., None], *what: object) -> None:
    """An answer that does not arrive is no failure: nobody relies on it."""
    try:
        tell(*what)
    except (AnswerRefused, OSError, http.client.HTTPException) as error:
        told = {"level": "WARNING", "message": "answer_refused", "cause": str(error)}
        sys.stdout.write(f"{json.dumps(told)}\n")


@contextmanager
def _ended_in_time(context: Context) -> Iterator[None]:
    """Past its time this process is gone, though Lambda may no longer think that it is at work: who
    answers in our place can have the environment frozen, and thawed with another's event. The end
    of the process fails that event at once, so that it is tried again elsewhere."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(1.0):
            if context.get_remaining_time_in_millis() == 0:
                os._exit(1)

    threading.Thread(target=watch, daemon=True, name="deadline").start()
    try:
        yield
    finally:
        over.set()


def _told(error: BaseException) -> dict[str, object]:
    return {"errorType": type(error).__name__, "errorMessage": "see the log", "stackTrace": []}

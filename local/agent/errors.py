"""How the server says no.

ServerSaysNo
├── ApiError        a handler's own: JSON with a code and a request id
├── Unauthorized    JSON without a request id
└── BodyRejected    the framework's: plain text
"""

import uuid
from typing import ClassVar

from starlette.responses import JSONResponse, PlainTextResponse, Response


class ServerSaysNo(Exception):
    """Ends a request with `response`."""

    @property
    def response(self) -> Response:
        raise NotImplementedError


class ApiError(ServerSaysNo):
    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code

    @property
    def response(self) -> Response:
        body = {"error": str(self), "code": self.code, "request_id": f"req_{uuid.uuid4().hex}"}
        return JSONResponse(body, self.status)


class Unauthorized(ServerSaysNo):
    BODY: ClassVar = {"error": "Unauthorized", "code": "unauthorized"}

    @property
    def response(self) -> Response:
        return JSONResponse(self.BODY, 401)


class BodyRejected(ServerSaysNo):
    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status

    @property
    def response(self) -> Response:
        return PlainTextResponse(str(self), self.status)


def not_found(session_id: str) -> ApiError:
    return ApiError(404, "not_found", f"Session {session_id} not found")


def already_running() -> ApiError:
    return ApiError(409, "session_already_running", "Session already has an active run")


def not_running() -> ApiError:
    return ApiError(409, "session_not_running", "Session has no active run")


def run_mismatch(text: str = "Provided run_id does not match active run") -> ApiError:
    return ApiError(409, "run_mismatch", text)


def key_reused() -> ApiError:
    text = "Idempotency key was reused with different payload"
    return ApiError(409, "idempotency_key_reused", text)

"""What the API answers: JSON, and errors in one form."""

import json
from collections.abc import Mapping

from starlette.responses import Response

from parley.core.tasks.request import BadRequest
from parley.errors import ParleyError

RETRY_AFTER = "5"  # seconds
# What a task wrote is nothing to be kept, or guessed at, by whoever shows it.
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

# Lambda answers with up to six million bytes. Text may grow in the JSON of its answer, bytes grow
# by a third: so all that may be long goes as bytes.
MOST_BYTES = 4_000_000
TEXT_TYPE = "application/json; charset=utf-8"
FILE_TYPE = "application/json"

STATUS = {
    "bad_request": 400,
    "unauthorized": 401,
    "not_found": 404,
    "method_not_allowed": 405,
    "key_reused": 409,
    "already_decided": 409,
    "patch_differs": 409,
    "body_too_large": 413,
    "not_json": 415,
    "damaged": 500,
    "internal": 500,
    "not_configured": 503,
    "unavailable": 503,
}


class Refused(Exception):
    """The request ends with this error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def shown(content: Mapping[str, object], status: int = 200) -> Response:
    text = json.dumps(content, ensure_ascii=False).encode(errors="replace")
    return Response(text, status, HEADERS, TEXT_TYPE)


def refusal(code: str, message: str) -> Response:
    response = shown({"error": code, "message": message}, STATUS[code])
    if code == "unauthorized":
        response.headers["WWW-Authenticate"] = "Bearer"
    if code == "unavailable":
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def answer_to(error: Exception) -> Response:
    """What somebody outside may know of an error: its log line says the rest."""
    match error:
        case Refused():
            return refusal(error.code, error.message)
        case BadRequest():
            return refusal("bad_request", str(error))
        case ParleyError() if error.retryable:
            return refusal("unavailable", "Please try again")
        case ParleyError():
            return refusal("not_configured", "The API is not set up; its log says what is missing")
    return refusal("internal", "Something went wrong; the log says what")

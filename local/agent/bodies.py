"""Request bodies as types, refused in the framework's words where they do not fit."""

import json
import uuid
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from starlette.requests import Request

from local.agent.errors import BodyRejected

T = TypeVar("T")

MAX_BODY = 2 * 1024 * 1024
MISFIT = "Failed to deserialize the JSON body into the target type: "


async def read_json(request: Request) -> "Fields":
    """The body's object. 415, 413 and 400 before its shape is looked at, as the real server's
    framework does.
    """
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise BodyRejected(415, "Expected request with `Content-Type: application/json`")
    body = await _whole_body(request)
    if len(body) > MAX_BODY:
        raise BodyRejected(413, "Failed to buffer the request body: length limit exceeded")
    try:
        return Fields(json.loads(body))
    except ValueError as error:
        text = f"Failed to parse the request body as JSON: {error}"
        raise BodyRejected(400, text) from error


async def _whole_body(request: Request) -> bytearray:
    """Too long a body is read to its end, not kept: who still writes would see no answer."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk[: MAX_BODY + 1 - len(body)]
    return body


def parse_uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError as error:
        text = f"Invalid URL: Cannot parse `id` with value `{text}`: UUID parsing failed"
        raise BodyRejected(400, text) from error


class Fields:
    """One JSON object, read field by field; a null is an absent field."""

    def __init__(self, value: object, at: str = "") -> None:
        if not isinstance(value, dict):
            raise BodyRejected(422, f"{MISFIT}{at or 'body'}: invalid type, expected a map")
        self._values = cast(Mapping[str, Any], value)
        self._at = at

    def text(self, name: str) -> str:
        return self._required(name, str)

    def optional_text(self, name: str) -> str | None:
        return self._typed(name, str)

    def optional_number(self, name: str) -> int | None:
        number = self._typed(name, int)
        if isinstance(number, bool) or (number is not None and number < 0):
            raise self._misfit(name, "invalid value, expected an unsigned number")
        return number

    def flag(self, name: str) -> bool:
        return bool(self._typed(name, bool))

    def uuid(self, name: str) -> str:
        return self._as_uuid(name, self.text(name))

    def optional_uuid(self, name: str) -> str | None:
        text = self.optional_text(name)
        return None if text is None else self._as_uuid(name, text)

    def one_of(self, name: str, choices: tuple[str, ...], default: str | None = None) -> str:
        text = self.optional_text(name) or default
        if text is None:
            raise self._missing(name)
        if text not in choices:
            raise self._misfit(
                name, f"unknown variant `{text}`, expected one of {', '.join(choices)}"
            )
        return text

    def fields(self, name: str) -> "Fields":
        if self._values.get(name) is None:
            raise self._missing(name)
        return Fields(self._values[name], self._path(name))

    def optional_fields(self, name: str) -> "Fields":
        return Fields(self._values.get(name) or {}, self._path(name))

    def items(self, name: str) -> "list[Fields]":
        values = self._typed(name, list) or []
        return [Fields(each, self._path(f"{name}[{i}]")) for i, each in enumerate(values)]

    def mapping(self, name: str) -> "dict[str, Fields]":
        values = self._required(name, dict)
        return {key: Fields(each, self._path(key)) for key, each in values.items()}

    def text_or_list(self, name: str) -> str | list[Any] | None:
        value = self._values.get(name)
        if value is None or isinstance(value, str | list):
            return value
        raise self._misfit(name, "data did not match any variant")

    def _required(self, name: str, kind: type[T]) -> T:
        value = self._typed(name, kind)
        if value is None:
            raise self._missing(name)
        return value

    def _typed(self, name: str, kind: type[T]) -> T | None:
        value = self._values.get(name)
        if value is not None and not isinstance(value, kind):
            raise self._misfit(name, f"invalid type, expected {kind.__name__}")
        return value

    def _as_uuid(self, name: str, text: str) -> str:
        try:
            return str(uuid.UUID(text))
        except ValueError as error:
            raise self._misfit(name, "UUID parsing failed") from error

    def _path(self, name: str) -> str:
        return f"{self._at}.{name}" if self._at else name

    def _missing(self, name: str) -> BodyRejected:
        return BodyRejected(422, f"{MISFIT}missing field `{self._path(name)}`")

    def _misfit(self, name: str, what: str) -> BodyRejected:
        return BodyRejected(422, f"{MISFIT}{self._path(name)}: {what}")

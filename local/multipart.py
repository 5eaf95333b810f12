"""Bodies of requests: JSON, forms, and forms with files."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

_NAME = re.compile(rb'(?<![a-z])name="([^"]*)"')
_FILENAME = re.compile(rb'filename="([^"]*)"')
_TYPE = re.compile(rb"content-type:\s*([^\r\n;]+)", re.IGNORECASE)


class Unreadable(ValueError):
    """A body that is not what its type says."""


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    content: bytes
    media_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Body:
    fields: dict[str, Any]
    files: dict[str, Upload] = field(default_factory=dict)


def read_body(content_type: str, raw: bytes) -> Body:
    """By its type; without one it is taken for a form, as the platforms do."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        return Body(_json(raw))
    if kind == "multipart/form-data":
        return _multipart(content_type, raw)
    return Body(dict(parse_qsl(raw.decode(errors="replace"), keep_blank_values=True)))


def _json(raw: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(raw or b"{}")
    except ValueError as error:
        raise Unreadable(str(error)) from error
    return parsed if isinstance(parsed, dict) else {}


def _multipart(content_type: str, raw: bytes) -> Body:
    boundary = re.search(r'boundary="?([^";]+)"?', content_type)
    if boundary is None:
        raise Unreadable("a form of parts without a boundary")
    body = Body({})
    # The first part has no line break before its boundary, the last one is followed by two dashes.
    for part in (b"\r\n" + raw).split(b"\r\n--" + boundary[1].encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if name is None:
            raise Unreadable("a part without a name")
        filename, media_type = _FILENAME.search(head), _TYPE.search(head)
        if filename is None:
            body.fields[name[1].decode()] = content.decode(errors="replace")
        else:
            kind = media_type[1].decode().strip() if media_type else "application/octet-stream"
            body.files[name[1].decode()] = Upload(filename[1].decode(), content, kind)
    return body

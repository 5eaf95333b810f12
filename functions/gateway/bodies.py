"""What comes with a request: a JSON body of bounded size, numbers in its query."""

from starlette.requests import Request

from functions.gateway.answers import Refused
from parley.core.limits import WEBHOOK_BODY_BYTES
from parley.core.tasks.request import BadRequest


async def json_text(request: Request) -> str:
    """The body, which says that it is JSON. Raises Refused and BadRequest."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Refused("not_json", "Content-Type must be application/json")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > WEBHOOK_BODY_BYTES:
            raise Refused("body_too_large", f"The body has more than {WEBHOOK_BODY_BYTES} bytes")
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise BadRequest("the document is not UTF-8") from None


def number(request: Request, name: str, default: int, least: int, most: int) -> int:
    given = request.query_params.get(name, str(default))
    if not given.isdecimal() or not given.isascii() or not least <= int(given) <= most:
        raise BadRequest(f"{name} must be a whole number from {least} to {most}")
    return int(given)

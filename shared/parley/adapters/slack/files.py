"""Files: out by Slack's upload in three steps, in by an address that only the token opens."""

import re
from collections.abc import Mapping

from parley.adapters.slack.posting import thread_of
from parley.adapters.slack.transport import (
    Request,
    Response,
    TooLong,
    nothing_posted,
    origin,
)
from parley.adapters.slack.web_api import WebApi
from parley.core.message import Attachment
from parley.core.reply import Part
from parley.errors import ChannelError, ChannelUnavailable, Undeliverable

FILES = "https://files.slack.com"

_HTML = "text/html"
_LOGIN = re.compile(rb"""slack\.com/(?:signin|workspace-signin|checkcookie)|id=["']signin_form""")
_GONE = (404, 410)
_CLOSED = "Slack did not hand it out; the bot may lack the scope files:read"


def upload(api: WebApi, meta: Mapping[str, str], part: Part, deadline: float) -> None:
    """Nothing is posted before the last step."""
    content = part.text.encode(errors="replace")
    with nothing_posted():
        address, file = _upload_address(api, part.file, len(content), deadline)
        _put(api, address, content, deadline)
    fields = {
        "files": [{"id": file, "title": part.file}],
        "channel_id": meta["channel"],
        **thread_of(meta),
    }
    api.call("files.completeUploadExternal", fields, deadline)


def download(api: WebApi, attachment: Attachment, most: int, deadline: float) -> bytes:
    """The file. What is wrong with it is said in words that follow its name."""
    too_large = Undeliverable(f"larger than {most // 1000} kB")
    if attachment.size > most:
        raise too_large
    if origin(attachment.ref) not in (FILES, api.origin):
        raise Undeliverable("it does not lie at Slack")
    try:
        with nothing_posted():
            response = api.token.used(
                lambda token: _fetch(api, attachment, token, most, deadline),
                lambda response: _is_login(response, attachment.media_type),
            )
    except _Oversize as error:
        raise too_large from error
    return _content(response, attachment.media_type)


class _Oversize(Exception):
    pass


def _upload_address(api: WebApi, name: str, length: int, deadline: float) -> tuple[str, str]:
    method = "files.getUploadURLExternal"
    # It takes a form only: of JSON it sees no argument.
    answer = api.submit(method, {"filename": name, "length": str(length)}, deadline)
    address, file = answer.get("upload_url"), answer.get("file_id")
    if not (isinstance(address, str) and isinstance(file, str) and file):
        raise ChannelUnavailable(f"{method}: Slack named no address")
    at = origin(address)
    if not at.startswith("https://") and at != api.origin:
        raise Undeliverable(f"{method}: Slack named an address that is none of its own")
    return address, file


def _put(api: WebApi, address: str, content: bytes, deadline: float) -> None:
    """The address is its own permission: it gets no token."""
    headers = {"Content-Type": "application/octet-stream"}
    response = api.transport.send(Request("upload", "POST", address, headers, content), deadline)
    if response.is_success:
        return
    if response.status in (400, 403, 413):
        raise Undeliverable(f"upload: Slack answered {response.status}")
    raise ChannelUnavailable(f"upload: Slack answered {response.status}")


def _fetch(api: WebApi, attachment: Attachment, token: str, most: int, deadline: float) -> Response:
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    request = Request("download", "GET", attachment.ref, headers, most=most)
    try:
        return api.transport.send(request, deadline)
    except TooLong as error:
        raise _Oversize from error


def _content(response: Response, announced: str) -> bytes:
    if response.is_success and not _is_login(response, announced):
        return response.body
    raise _failure(response)


def _failure(response: Response) -> ChannelError:
    if response.status in _GONE:
        return Undeliverable("it is no longer there")
    if response.status >= 500:
        return ChannelUnavailable(f"download: Slack answered {response.status}")
    return Undeliverable(_CLOSED)


def _is_login(response: Response, announced: str) -> bool:
    """Slack answers who may not read a file with its login page, as 200 or as the way there."""
    if response.status in (401, 403) or 300 <= response.status < 400:
        return True
    if not response.is_success or response.media_type != _HTML:
        return False
    return announced != _HTML or _LOGIN.search(response.body) is not None

"""Discord's HTTP API: one request, its answer, and what went wrong with it.

The token of an interaction stands in the request's address: no error holds an address.
"""

import json
import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from parley.adapters.bot_token import BotToken
from parley.adapters.discord.errors import known, refused
from parley.adapters.discord.limits import ANSWER_BYTES, LONGEST_RETRY_AFTER, RETRY_AFTER
from parley.core.reply import Part
from parley.errors import (
    ChannelMisconfigured,
    ChannelUnavailable,
    RateLimited,
    SendUncertain,
)
from parley.ports import Clock, Secrets

# Without one of this form, what stands in front of Discord may refuse the request.
USER_AGENT = "DiscordBot (https://parley.example, 0.1)"

# Its lines name each request's address, and with it an interaction's token.
logging.getLogger("httpx").setLevel(logging.WARNING)

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """`what` names it in errors; `by_bot` says whose right it is: the bot token's, or that of the
    interaction's token in the path."""

    what: str
    method: str
    path: str
    fields: Json | None = None
    file: Part | None = None
    by_bot: bool = True


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: httpx.Headers
    body: Json | None  # None: it was no JSON object

    @property
    def code(self) -> int:
        code = self.body.get("code") if self.body else 0
        return code if isinstance(code, int) else 0


class DiscordApi:
    """`token_name` names the bot token; its value is never kept here."""

    def __init__(self, url: str, token_name: str, secrets: Secrets, clock: Clock) -> None:
        self._url = url.rstrip("/")
        self._token = BotToken(token_name, secrets)
        self._clock = clock
        self._http: httpx.Client | None = None

    def call(self, request: Request, deadline: float) -> Json:
        """The answer's object, empty where there is none. `deadline` is on the monotonic clock."""
        if not request.by_bot:
            return _result(request, self._send(request, "", deadline))
        response = self._token.used(
            lambda token: self._send(request, token, deadline),
            lambda response: response.status == 401 and not known(response.code),
        )
        return _result(request, response)

    def client(self) -> httpx.Client:
        """Kept between invocations: a new TLS connection costs more than the request."""
        if self._http is None:
            self._http = httpx.Client(
                follow_redirects=False, trust_env=False, headers={"User-Agent": USER_AGENT}
            )
        return self._http

    def close(self) -> None:
        """Leave no connection open. It can be used again."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def _send(self, request: Request, token: str, deadline: float) -> Response:
        left = deadline - self._clock.monotonic()
        if left <= 0:
            raise ChannelUnavailable(f"{request.what}: no time left")
        try:
            return self._exchange(request, self._prepared(request, token, left), deadline)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            cause = type(error).__name__
            raise ChannelUnavailable(f"{request.what}: no connection to Discord: {cause}") from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise ChannelMisconfigured(f"{request.what}: the API's address is none") from None
        except httpx.RequestError as error:
            cause = type(error).__name__
            raise SendUncertain(f"{request.what}: the connection broke: {cause}") from None

    def _prepared(self, request: Request, token: str, seconds: float) -> httpx.Request:
        return self.client().build_request(
            request.method,
            f"{self._url}{request.path}",
            headers=_headers(request, token),
            # To connect, to write and to read: together not more than there is.
            timeout=httpx.Timeout(seconds * 0.2, read=seconds * 0.6),
            **_encoded(request),
        )

    def _exchange(self, request: Request, prepared: httpx.Request, deadline: float) -> Response:
        response = self.client().send(prepared, stream=True)
        try:
            body = b""
            for part in response.iter_bytes():
                body += part
                if self._clock.monotonic() > deadline or len(body) > ANSWER_BYTES:
                    raise SendUncertain(f"{request.what}: Discord's answer does not end")
        finally:
            response.close()
        return Response(response.status_code, response.headers, _object(body))


def _headers(request: Request, token: str) -> dict[str, str]:
    headers = {"Authorization": f"Bot {token}"} if token else {}
    if request.fields is not None and request.file is None:
        headers["Content-Type"] = "application/json"
    return headers


def _encoded(request: Request) -> dict[str, Any]:
    if request.fields is None:
        return {}
    content = json.dumps(request.fields, ensure_ascii=False).encode(errors="replace")
    if request.file is None:
        return {"content": content}
    text = request.file.text.encode(errors="replace")
    return {
        "files": {
            "payload_json": (None, content, "application/json"),
            "files[0]": (request.file.file, text, "text/plain; charset=utf-8"),
        }
    }


def _result(request: Request, response: Response) -> Json:
    if response.status == 429 and not known(response.code):
        raise RateLimited(_retry_after(response))
    if response.status >= 500:
        raise SendUncertain(f"{request.what}: Discord answered {response.status}")
    if response.status == 204:
        return {}
    if 200 <= response.status < 300:
        if response.body is None:
            raise SendUncertain(f"{request.what}: Discord answered {response.status} without JSON")
        return response.body
    if response.body is None:
        # Discord itself always answers with JSON: something in front of it turned the request away,
        # which may pass. A wrong address that stays wrong ends with the patience of whoever sends.
        raise ChannelUnavailable(f"{request.what}: something answered {response.status}")
    raise refused(request.what, response.status, response.code, by_bot=request.by_bot)


def _retry_after(response: Response) -> int:
    """The body has it as a fraction; what stands in front of Discord knows only the header."""
    said = response.body.get("retry_after") if response.body else None
    try:
        seconds = float(said if said is not None else response.headers.get("Retry-After", ""))
    except (TypeError, ValueError):
        return RETRY_AFTER
    if not math.isfinite(seconds):
        return RETRY_AFTER
    return min(max(math.ceil(seconds), 1), LONGEST_RETRY_AFTER)


def _object(body: bytes) -> Json | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None

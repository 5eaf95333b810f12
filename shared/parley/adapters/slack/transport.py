"""HTTP to Slack's hosts: one request, within its time, and what a failure leaves open."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from parley.adapters.slack.limits import ANSWER_BYTES, LONGEST_RETRY_AFTER, RETRY_AFTER
from parley.errors import (
    ChannelMisconfigured,
    ChannelUnavailable,
    RateLimited,
    SendUncertain,
)


class TooLong(SendUncertain):
    """The answer has more bytes than it may have."""


@dataclass(frozen=True, slots=True)
class Request:
    """`what` names it in errors, which hold neither texts nor tokens."""

    what: str
    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes = b""
    most: int = ANSWER_BYTES


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    url: str
    headers: httpx.Headers
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def media_type(self) -> str:
        return str(self.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


class Transport:
    """Deadlines are of its own clock."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._http: httpx.Client | None = None

    def deadline(self, timeout: float) -> float:
        return self._monotonic() + timeout

    def send(self, request: Request, deadline: float) -> Response:
        """Raises RateLimited, ChannelUnavailable (nothing arrived), SendUncertain (it may have),
        ChannelMisconfigured (no such address). Redirects are answers like others."""
        left = deadline - self._monotonic()
        if left <= 0:
            raise ChannelUnavailable(f"{request.what}: no time left to send")
        try:
            response = self._exchange(request, left, deadline)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise ChannelUnavailable(f"{request.what}: no connection to Slack: {error}") from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise ChannelMisconfigured(f"{request.what}: {error}") from error
        except httpx.RequestError as error:
            cause = f"{type(error).__name__} {error}".strip()
            raise SendUncertain(f"{request.what}: the connection broke: {cause}") from error
        if response.status == 429:
            raise RateLimited(retry_after(response.headers))
        return response

    def close(self) -> None:
        """Leave no connection open. The transport can be used again."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def _exchange(self, request: Request, seconds: float, deadline: float) -> Response:
        response = self._client().send(self._built(request, seconds), stream=True)
        try:
            body = bytearray()
            for part in response.iter_bytes():
                body += part
                if self._monotonic() > deadline:
                    raise SendUncertain(f"{request.what}: Slack's answer does not end")
                if len(body) > request.most:
                    raise TooLong(f"{request.what}: Slack's answer is too long")
        finally:
            response.close()
        return Response(response.status_code, str(response.url), response.headers, bytes(body))

    def _built(self, request: Request, seconds: float) -> httpx.Request:
        return self._client().build_request(
            request.method,
            request.url,
            content=request.content,
            headers=request.headers,
            # To connect, to write and to read: together not more than there is.
            timeout=httpx.Timeout(seconds * 0.2, read=seconds * 0.6),
        )

    def _client(self) -> httpx.Client:
        """Kept between invocations: a new TLS connection costs more than the request."""
        if self._http is None:
            self._http = httpx.Client(follow_redirects=False, trust_env=False)
        return self._http


def origin(url: str) -> str:
    """Scheme, host and port, as the browser's word has it; empty for what is no address."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError):
        return ""
    if not (parsed.scheme and parsed.host) or parsed.userinfo:
        return ""
    port = f":{parsed.port}" if parsed.port else ""
    return f"{parsed.scheme}://{parsed.host}{port}"


def retry_after(headers: Mapping[str, str]) -> int:
    value = headers.get("Retry-After", "")
    if not (value.isascii() and value.isdigit()):
        return RETRY_AFTER
    return min(max(int(value), 1), LONGEST_RETRY_AFTER)


@contextmanager
def nothing_posted() -> Iterator[None]:
    """For steps that people see nothing of: to repeat them doubles nothing."""
    try:
        yield
    except SendUncertain as error:
        raise ChannelUnavailable(str(error)) from error

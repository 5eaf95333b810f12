"""Calls of a platform's API from a terminal: an answer, or an error that says what to do."""

import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx

from parley.errors import ChannelMisconfigured, ChannelUnavailable

SECONDS = 20.0  # Discord tries the address that it is given before it answers

Json = Mapping[str, Any]
Body = Json | Sequence[Json]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any
    content: bytes = b""
    location: str = ""

    @property
    def fields(self) -> Json:
        return self.body if isinstance(self.body, dict) else {}


@dataclass(frozen=True, slots=True)
class Api:
    """`named` is how errors call it: an address may hold a token and is never shown."""

    named: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Body | None = None) -> Answer:
        """The answer, whatever its status. Raises ChannelUnavailable where there is none."""
        content = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if content else {}
        try:
            response = httpx.request(
                method,
                f"{self.url.rstrip('/')}/{path}" if path else self.url,
                content=content,
                headers={**self.headers, **headers},
                timeout=SECONDS,
                trust_env=False,
                verify=_authorities(),
            )
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise ChannelMisconfigured(
                f"the address of {self.named}'s API makes no sense"
            ) from None
        except httpx.HTTPError as error:
            raise ChannelUnavailable(
                f"{self.named} does not answer ({type(error).__name__}); try again"
            ) from None
        location = response.headers.get("location", "")
        return Answer(response.status_code, _json(response), response.content, location)


@cache
def _authorities() -> ssl.SSLContext:
    """Read once: a command that follows a task calls every second."""
    return httpx.create_ssl_context(trust_env=False)


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None

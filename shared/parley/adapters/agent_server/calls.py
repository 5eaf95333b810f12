"""HTTP to the agent server: the token, the timeouts, what is repeated, and nothing of meaning.

Repeated here: any request once with a fresh token after a 401; a GET once more when the connection
failed. A POST is never repeated by itself: whoever sent it knows its key, and when to try again.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from urllib.parse import urlsplit

import httpx

from parley.adapters.agent_server import wire
from parley.adapters.agent_server.errors import broken, refusal
from parley.errors import (
    AccessRefused,
    AgentRejected,
    AgentUnreachable,
    SecretMissing,
    SecretUnavailable,
    SettingsError,
)
from parley.ports import Secrets

BODY_LIMIT = 2 * 1024 * 1024  # the server answers 413 above it

CONNECT_SECONDS = 3.0
# The answer to a POST says "queued": it is quick unless the server is in trouble. All four waits
# together stay within the time that an intent to post allows for (limits.SEND_WINDOW).
POST = httpx.Timeout(connect=CONNECT_SECONDS, write=3.0, read=7.0, pool=1.0)
STATUS = httpx.Timeout(5.0, connect=CONNECT_SECONDS)
HISTORY = httpx.Timeout(15.0, connect=CONNECT_SECONDS)  # pages may hold megabytes of tool output
# A stream that is alive sends a comment after 15 s of silence; two of them may be late together.
STREAM = httpx.Timeout(35.0, connect=CONNECT_SECONDS)

Build = Callable[[Mapping[str, str]], httpx.Request]


@cache
def shared_client() -> httpx.Client:
    """The process's one client: connections outlive an invocation. Made when first needed."""
    return httpx.Client(trust_env=False)


class Calls:
    """Requests to one server, answered with JSON or with a parley error."""

    def __init__(
        self, url: str, token_name: str, secrets: Secrets, client: Callable[[], httpx.Client]
    ) -> None:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise SettingsError("the agent server's address has to be an http or https URL")
        self._url = url.rstrip("/")
        self._token_name = token_name
        self._secrets = secrets
        self._client = client

    def get(
        self, path: str, timeout: httpx.Timeout, params: Mapping[str, int] | None = None
    ) -> wire.Json:
        def build(headers: Mapping[str, str]) -> httpx.Request:
            return self._client().build_request(
                "GET", self._url + path, headers=headers, params=params, timeout=timeout
            )

        return wire.decode(self._answer(build, f"GET {path}", attempts=2).content, f"GET {path}")

    def post(self, path: str, body: wire.Json, key: str) -> wire.Json:
        """One POST under an idempotency key. Refused here when the server would not take its size;
        sent once. After AgentUnreachable it may have arrived: repeat it with the same key."""
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(
            errors="replace"  # half of a surrogate pair is no text: no server takes it
        )
        if len(content) > BODY_LIMIT:
            raise AgentRejected(
                f"too long for the agent server: {len(content)} bytes (POST {path})"
            )

        def build(headers: Mapping[str, str]) -> httpx.Request:
            return self._client().build_request(
                "POST",
                self._url + path,
                headers={
                    **headers,
                    "Content-Type": "application/json",
                    "Idempotency-Key": key,
                },
                content=content,
                timeout=POST,
            )

        return wire.decode(self._answer(build, f"POST {path}", attempts=1).content, f"POST {path}")

    def stream(self, path: str, cursor: int, timeout: httpx.Timeout) -> httpx.Response:
        """An open event stream; whoever gets it closes it."""

        def build(headers: Mapping[str, str]) -> httpx.Request:
            wanted = {
                "Accept": "text/event-stream",
                "Accept-Encoding": "identity",
                "Cache-Control": "no-store",
                "Last-Event-ID": str(cursor),
            }
            return self._client().build_request(
                "GET", self._url + path, headers={**headers, **wanted}, timeout=timeout
            )

        return self._answer(build, f"GET {path}", attempts=2, stream=True)

    def _answer(
        self, build: Build, what: str, attempts: int, *, stream: bool = False
    ) -> httpx.Response:
        token = self._token(fresh=False)
        response = self._sent(build, token, what, attempts, stream)
        if response.status_code == 401:
            response.close()
            token = self._token(fresh=True)
            response = self._sent(build, token, what, attempts, stream)
        if response.is_success:
            return response
        try:
            body = response.read()
        except httpx.RequestError as error:
            raise broken(what, error) from error
        finally:
            response.close()
        raise refusal(what, response.status_code, body, token)

    def _sent(
        self, build: Build, token: str, what: str, attempts: int, stream: bool
    ) -> httpx.Response:
        request = build({"Authorization": f"Bearer {token}"})
        try:
            return self._client().send(request, stream=stream)
        except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
            if attempts > 1:
                return self._sent(build, token, what, attempts - 1, stream)
            raise broken(what, error) from error
        except httpx.RequestError as error:
            raise broken(what, error) from error
        except httpx.InvalidURL as error:
            raise AgentUnreachable(f"{what}: the server's address is not valid") from error

    def _token(self, *, fresh: bool) -> str:
        try:
            token = self._secrets.get(self._token_name, fresh=fresh).strip()
        except SecretUnavailable as error:
            raise AgentUnreachable(str(error)) from error
        except SecretMissing as error:
            raise AccessRefused(str(error)) from error
        if not token.isascii() or not token.isprintable():
            raise AccessRefused(f"the token in {self._token_name} is not fit for a header")
        return token

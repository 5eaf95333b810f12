"""Telegram's Bot API over HTTP. The bot's token is part of every address: no error repeats one."""

import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import httpx

from parley.adapters.bot_token import BotToken
from parley.adapters.telegram.errors import UNKNOWN, Answer, code, moved_to, retry_after
from parley.adapters.telegram.limits import ANSWER_BYTES, RETRY_AFTER
from parley.errors import (
    ChannelMisconfigured,
    ChannelUnavailable,
    RateLimited,
    SendUncertain,
    Undeliverable,
)
from parley.ports import Secrets

# httpx writes the address of each request into its log.
logging.getLogger("httpx").setLevel(logging.WARNING)

Fields = Mapping[str, Any]
File = tuple[str, bytes]

_TOKEN = re.compile(r"[A-Za-z0-9:_-]+")


class BotApi:
    """`token_name` names the bot's token; its value is never kept here."""

    def __init__(
        self,
        api_url: str,
        token_name: str,
        secrets: Secrets,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api_url = api_url.rstrip("/")
        self._token = BotToken(token_name, secrets, _TOKEN)
        self._monotonic = monotonic
        self._http: httpx.Client | None = None

    def deadline(self, timeout: float) -> float:
        return self._monotonic() + timeout

    def call(
        self, method: str, fields: Fields, deadline: float, file: File | None = None
    ) -> Answer:
        """The answer, with its `ok`. A token that Telegram does not know is read afresh, once; a
        group that has become a supergroup is followed."""
        answer = self._known_by_token(method, fields, deadline, file)
        moved = moved_to(answer)
        if moved is None:
            return answer
        return self._known_by_token(method, {**fields, "chat_id": moved}, deadline, file)

    def fetch(self, path: str, most: int, deadline: float) -> bytes:
        """The file that getFile told of. Raises Undeliverable where it is gone, or too long."""
        address = f"{self._api_url}/file/bot{self._token.read()}/{quote(path)}"
        status, body = self._exchange(
            "file", lambda: self._client().build_request("GET", address), deadline, most
        )
        if status == 429:
            raise RateLimited(RETRY_AFTER)
        if status >= 500:
            raise ChannelUnavailable(f"file: Telegram answered {status}")
        if status != 200:
            raise Undeliverable("Telegram no longer has the file")
        if body is None:
            raise Undeliverable(larger_than(most))
        return body

    def close(self) -> None:
        """Leave no connection open. The client can be used again."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def _known_by_token(
        self, method: str, fields: Fields, deadline: float, file: File | None
    ) -> Answer:
        return self._token.used(
            lambda token: self._post(method, fields, token, deadline, file),
            lambda answer: code(answer) in UNKNOWN,
        )

    def _post(
        self, method: str, fields: Fields, token: str, deadline: float, file: File | None
    ) -> Answer:
        address = f"{self._api_url}/bot{token}/{method}"
        status, body = self._exchange(
            method,
            lambda: self._client().build_request("POST", address, **_written(fields, file)),
            deadline,
            ANSWER_BYTES,
        )
        answer = None if body is None else _answer(body)
        if status == 429:
            raise RateLimited(retry_after(answer or {}))
        if answer is not None:
            return answer
        if status >= 500 or status < 300:
            # A gateway's error page, or an answer that is none: it may have gone through.
            raise SendUncertain(f"{method}: Telegram answered {status} without JSON")
        # Something in front of Telegram turned the request away, which may pass.
        raise ChannelUnavailable(f"{method}: answered {status} without JSON")

    def _exchange(
        self, what: str, make: Callable[[], httpx.Request], deadline: float, most: int
    ) -> tuple[int, bytes | None]:
        """The status and the body, unless that is longer than `most`."""
        left = deadline - self._monotonic()
        if left <= 0:
            raise ChannelUnavailable(f"{what}: no time left")
        try:
            request = make()
            # To connect, to write and to read: together not more than there is.
            request.extensions["timeout"] = httpx.Timeout(left * 0.2, read=left * 0.6).as_dict()
            return self._read(request, deadline, most)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise ChannelUnavailable(f"{what}: no connection to Telegram: {error}") from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            # Nothing of it is told on: the address has the token in it.
            raise ChannelMisconfigured(f"{what}: the address of the Bot API is none") from None
        except httpx.RequestError as error:
            cause = f"{type(error).__name__} {error}".strip()
            raise SendUncertain(f"{what}: the connection broke: {cause}") from error

    def _read(self, request: httpx.Request, deadline: float, most: int) -> tuple[int, bytes | None]:
        response = self._client().send(request, stream=True)
        try:
            body = bytearray()
            for part in response.iter_bytes():
                body += part
                if len(body) > most:
                    return response.status_code, None
                if self._monotonic() > deadline:
                    raise httpx.ReadTimeout("the answer does not end")
        finally:
            response.close()
        return response.status_code, bytes(body)

    def _client(self) -> httpx.Client:
        """Kept between invocations: a new TLS connection costs more than the request."""
        if self._http is None:
            self._http = httpx.Client(follow_redirects=False, trust_env=False)
        return self._http


def larger_than(size: int) -> str:
    return f"larger than {size / 1_000_000:.3g} MB"


def _written(fields: Fields, file: File | None) -> dict[str, Any]:
    """The body: JSON, or a form where a file goes along."""
    if file is None:
        content = json.dumps(fields, ensure_ascii=False).encode(errors="replace")
        return {"content": content, "headers": {"Content-Type": "application/json"}}
    name, content = file
    return {
        "data": {
            key: value if isinstance(value, str) else json.dumps(value)
            for key, value in fields.items()
        },
        "files": {"document": (name, content, "text/plain; charset=utf-8")},
    }


def _answer(body: bytes) -> Answer | None:
    """Telegram's answer, if this is one: an object that says `ok`."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) and isinstance(answer.get("ok"), bool) else None

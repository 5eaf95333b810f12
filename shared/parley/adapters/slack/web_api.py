"""Slack's Web API: a method is called, and either it is done or the error says what can be done."""

import json
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import urlencode

from parley.adapters.bot_token import BotToken
from parley.adapters.slack.errors import RATE_LIMITED, STALE_TOKEN, refused
from parley.adapters.slack.transport import Request, Response, Transport, origin, retry_after
from parley.errors import ChannelUnavailable, RateLimited, SendUncertain
from parley.ports import Secrets

Answer = Mapping[str, Any]

JSON = "application/json; charset=utf-8"
FORM = "application/x-www-form-urlencoded"


class WebApi:
    """`token_name` names the bot token; its value is never kept here."""

    def __init__(
        self,
        api_url: str,
        token_name: str,
        secrets: Secrets,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.transport = Transport(monotonic)
        self._api_url = api_url.rstrip("/")
        self.token = BotToken(token_name, secrets)

    @property
    def origin(self) -> str:
        return origin(self._api_url)

    def call(
        self, method: str, fields: Mapping[str, Any], deadline: float, benign: Collection[str] = ()
    ) -> Answer:
        """The answer: `ok`, or an `error` that the caller knows what to do with."""
        content = json.dumps(fields, ensure_ascii=False).encode(errors="replace")
        return self._call(method, content, JSON, deadline, benign)

    def submit(
        self, method: str, fields: Mapping[str, str], deadline: float, benign: Collection[str] = ()
    ) -> Answer:
        """As `call`, for the methods that take forms only."""
        content = urlencode(fields, errors="replace").encode()
        return self._call(method, content, FORM, deadline, benign)

    def _call(
        self, method: str, content: bytes, kind: str, deadline: float, benign: Collection[str]
    ) -> Answer:
        answer = self.token.used(
            lambda token: self._exchange(method, content, kind, token, deadline),
            lambda answer: answer.get("error") in STALE_TOKEN,
        )
        if answer["ok"] or answer.get("error") in benign:
            return answer
        raise refused(method, answer)

    def _exchange(
        self, method: str, content: bytes, kind: str, token: str, deadline: float
    ) -> Answer:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
        request = Request(method, "POST", f"{self._api_url}/{method}", headers, content)
        return answer_of(method, self.transport.send(request, deadline))


def answer_of(method: str, response: Response) -> Answer:
    answer = _json(response.body)
    if answer is not None:
        if answer.get("error") in RATE_LIMITED:
            raise RateLimited(retry_after(response.headers))
        return answer
    if response.status >= 500 or response.is_success:
        # A gateway's error page, or an answer that is none: the message may have gone through.
        raise SendUncertain(f"{method}: Slack answered {response.status} without JSON")
    # Slack itself always answers with JSON: something in front of it turned the request away, which
    # may pass. A wrong address that stays wrong ends with the patience of whoever sends.
    raise ChannelUnavailable(f"{method}: {response.url} answered {response.status}")


def _json(body: bytes) -> Answer | None:
    """Slack's answer, if this is one: an object that says `ok`."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) and isinstance(answer.get("ok"), bool) else None

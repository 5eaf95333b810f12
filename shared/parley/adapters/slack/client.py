"""Slack's Web API, as replies need it."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from parley.adapters.slack import render
from parley.adapters.slack.errors import BENIGN_FOR_REACTIONS, RATE_LIMITED, STALE_TOKEN, refused
from parley.adapters.slack.limits import (
    ANSWER_BYTES,
    LONGEST_RETRY_AFTER,
    REACTION_TIMEOUT,
    RETRY_AFTER,
)
from parley.core.delivery import Delivery
from parley.core.message import Message
from parley.core.reply import Part
from parley.errors import (
    ChannelError,
    ChannelMisconfigured,
    ChannelUnavailable,
    RateLimited,
    SecretMissing,
    SecretUnavailable,
    SendUncertain,
)
from parley.ports import Secrets

Answer = Mapping[str, Any]


class SlackChannel:
    """A port's Channel. `token_name` names the bot token; its value is never kept here."""

    def __init__(
        self,
        api_url: str,
        token_name: str,
        secrets: Secrets,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api_url = api_url.rstrip("/")
        self._token_name = token_name
        self._secrets = secrets
        self._monotonic = monotonic
        self._http: httpx.Client | None = None

    def split(self, text: str) -> tuple[Part, ...]:
        return render.split(text)

    def send(self, delivery: Delivery, part: Part, nonce: str, timeout: float) -> None:
        """Slack has no way to dedupe posts, so the nonce is not used."""
        fields: dict[str, Any] = {
            "channel": delivery.meta["channel"],
            "text": render.fallback(part.text),
            "blocks": render.blocks(part.text),
            "parse": "none",
            "unfurl_links": False,
            "unfurl_media": False,
        }
        if "thread_ts" in delivery.meta:
            fields["thread_ts"] = delivery.meta["thread_ts"]
        answer = self._call("chat.postMessage", fields, timeout)
        if not answer["ok"]:
            raise _refusal("chat.postMessage", answer)

    def acknowledge(self, message: Message) -> None:
        """👀 on the message. Only what an operator should know of, or Slack's limit, is raised."""
        fields = {
            "channel": message.delivery.meta["channel"],
            "timestamp": message.delivery.meta["message_ts"],
            "name": "eyes",
        }
        answer = self._call("reactions.add", fields, REACTION_TIMEOUT)
        if not answer["ok"] and answer.get("error") not in BENIGN_FOR_REACTIONS:
            raise _refusal("reactions.add", answer)

    def close(self) -> None:
        """Leave no connection open. The channel can be used again."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def _call(self, method: str, fields: Mapping[str, Any], timeout: float) -> Answer:
        """The answer, with its `ok`. A token that Slack does not know is read afresh, once."""
        deadline = self._monotonic() + timeout
        token = self._token()
        answer = self._post(method, fields, token, deadline)
        if answer.get("error") in STALE_TOKEN:
            renewed = self._token(fresh=True)
            if renewed != token:
                answer = self._post(method, fields, renewed, deadline)
        return answer

    def _token(self, *, fresh: bool = False) -> str:
        try:
            token = self._secrets.get(self._token_name, fresh=fresh)
        except SecretMissing as error:
            raise ChannelMisconfigured(str(error)) from error
        except SecretUnavailable as error:
            raise ChannelUnavailable(str(error)) from error
        if not (token and token.isascii() and token.isprintable()):
            raise ChannelMisconfigured(f"the secret {self._token_name} is no Slack token")
        return token

    def _post(self, method: str, fields: Mapping[str, Any], token: str, deadline: float) -> Answer:
        left = deadline - self._monotonic()
        if left <= 0:
            raise ChannelUnavailable(f"{method}: no time left to send")
        try:
            return self._exchange(method, self._request(method, fields, token, left), deadline)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise ChannelUnavailable(f"{method}: no connection to Slack: {error}") from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise ChannelMisconfigured(f"{method}: {error}") from error
        except httpx.RequestError as error:
            cause = f"{type(error).__name__} {error}".strip()
            raise SendUncertain(f"{method}: the connection broke: {cause}") from error

    def _request(
        self, method: str, fields: Mapping[str, Any], token: str, seconds: float
    ) -> httpx.Request:
        return self._client().build_request(
            "POST",
            f"{self._api_url}/{method}",
            content=json.dumps(fields, ensure_ascii=False).encode(errors="replace"),
            headers={
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json; charset=utf-8",
            },
            # To connect, to write and to read: together not more than there is.
            timeout=httpx.Timeout(seconds * 0.2, read=seconds * 0.6),
        )

    def _exchange(self, method: str, request: httpx.Request, deadline: float) -> Answer:
        response = self._client().send(request, stream=True)
        try:
            body = b""
            for part in response.iter_bytes():
                body += part
                if self._monotonic() > deadline or len(body) > ANSWER_BYTES:
                    raise SendUncertain(f"{method}: Slack's answer does not end")
        finally:
            response.close()
        return _answer(method, response, body)

    def _client(self) -> httpx.Client:
        """Kept between invocations: a new TLS connection costs more than the request."""
        if self._http is None:
            self._http = httpx.Client(follow_redirects=False, trust_env=False)
        return self._http


def _answer(method: str, response: httpx.Response, body: bytes) -> Answer:
    if response.status_code == 429:
        raise RateLimited(_retry_after(response.headers))
    answer = _json(body)
    if answer is not None:
        if answer.get("error") in RATE_LIMITED:
            raise RateLimited(_retry_after(response.headers))
        return answer
    if response.status_code >= 500 or response.is_success:
        # A gateway's error page, or an answer that is none: the message may have gone through.
        raise SendUncertain(f"{method}: Slack answered {response.status_code} without JSON")
    # Slack itself always answers with JSON: something in front of it turned the request away, which
    # may pass. A wrong address that stays wrong ends with the patience of whoever sends.
    raise ChannelUnavailable(f"{method}: {response.url} answered {response.status_code}")


def _json(body: bytes) -> Answer | None:
    """Slack's answer, if this is one: an object that says `ok`."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) and isinstance(answer.get("ok"), bool) else None


def _retry_after(headers: httpx.Headers) -> int:
    value = headers.get("Retry-After", "")
    if not (value.isascii() and value.isdigit()):
        return RETRY_AFTER
    return min(max(int(value), 1), LONGEST_RETRY_AFTER)


def _refusal(method: str, answer: Answer) -> ChannelError:
    error, needed = str(answer.get("error", "unknown"))[:80], str(answer.get("needed", ""))[:80]
    return refused(method, error, needed)

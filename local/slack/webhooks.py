"""Slack's side of the Events API: real signatures, and Slack's retries."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from local.sending import About, Delivered, Postbox
from local.slack.acting import Form

ANSWER_SECONDS = 3.0  # Slack gives a webhook this long
# Slack retries at once, after a minute and after five. Nobody waits that long here.
RETRY_SECONDS = (0.1, 2.0, 10.0)


def sign(secret: str, body: bytes, at: int) -> dict[str, str]:
    """Slack's headers for `body` at the time `at` (v0: HMAC-SHA256 over version, time and body)."""
    base = b"v0:%d:" % at + body
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": f"v0={digest}"}


def retry_headers(number: int, reason: str = "http_timeout") -> dict[str, str]:
    return {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}


@dataclass
class Webhooks:
    """Posts to the API, and keeps what became of each. `url` is the one for events; the others
    stand beside it."""

    url: str
    secret: str
    # What a command's response says, which only its sender sees.
    answered: Callable[[Form, Mapping[str, Any]], None] = lambda form, answer: None

    def __post_init__(self) -> None:
        self.box = Postbox(ANSWER_SECONDS)

    @property
    def delivered(self) -> list[Delivered]:
        return self.box.delivered

    def close(self) -> None:
        self.box.close()

    def send(self, body: Mapping[str, Any], *, attempt: int = 0) -> Delivered:
        """One attempt, signed now."""
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json", **sign(self.secret, raw, int(time.time()))}
        if attempt:
            headers |= retry_headers(attempt)
        event = body.get("event", {})
        about = About(
            event=event.get("type", str(body.get("type"))),
            event_id=body.get("event_id", ""),
            room=event.get("channel", ""),
            ts=event.get("ts", ""),
            attempt=attempt,
        )
        return self.box.post(self.url, raw, headers, about)

    def deliver(self, body: Mapping[str, Any]) -> Delivered:
        """As Slack delivers: again, up to three times, until a 2xx is answered."""
        result = self.send(body)
        for attempt, pause in enumerate(RETRY_SECONDS, start=1):
            if result.taken:
                break
            time.sleep(pause)
            result = self.send(body, attempt=attempt)
        return result

    def submit(self, form: Form) -> Delivered:
        """A command or an interaction: once, and its answer is shown to whoever did it."""
        raw = urlencode(form.fields).encode()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            **sign(self.secret, raw, int(time.time())),
        }
        about = About(event=form.what.partition(" ")[0], room=form.room)
        url = f"{self.url.rpartition('/')[0]}/{form.to}"
        result = self.box.post(url, raw, headers, about)
        if result.taken and result.media_type.startswith("application/json") and result.body:
            self.answered(form, json.loads(result.body))
        return result

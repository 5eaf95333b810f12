"""Slack's side of the Events API: bodies from events/, real signatures, and Slack's retries."""

import copy
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from local.slack.workspace import BOT_USER, Post, Room, Workspace

EVENTS = Path(__file__).resolve().parents[2] / "events"
ANSWER_SECONDS = 3.0  # Slack gives a webhook this long
# Slack retries at once, after a minute and after five. Nobody waits that long here.
RETRY_SECONDS = (0.1, 2.0, 10.0)

Body = dict[str, Any]


def load_event(name: str) -> Body:
    """A sample event by its place under events/, such as `slack/dm`."""
    body: Body = json.loads((EVENTS / f"{name}.json").read_text())
    return body


def sign(secret: str, body: bytes, at: int) -> dict[str, str]:
    """Slack's headers for `body` at the time `at` (v0: HMAC-SHA256 over version, time and body)."""
    base = b"v0:%d:" % at + body
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": f"v0={digest}"}


def retry_headers(number: int, reason: str = "http_timeout") -> dict[str, str]:
    return {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}


@dataclass(frozen=True, slots=True)
class Delivered:
    """One attempt to deliver a webhook. `status` 0: no answer came."""

    event: str
    event_id: str
    room: str
    ts: str
    status: int
    ms: float
    attempt: int = 0
    at_ns: int = 0


@dataclass
class Webhooks:
    """Posts signed events to the API, and keeps what became of each."""

    url: str
    secret: str
    delivered: list[Delivered] = field(default_factory=list)
    told: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self._client = httpx.Client(timeout=ANSWER_SECONDS)

    def close(self) -> None:
        self._client.close()

    def send(self, body: Mapping[str, Any], *, attempt: int = 0) -> Delivered:
        """One attempt, signed now."""
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json", **sign(self.secret, raw, int(time.time()))}
        if attempt:
            headers |= retry_headers(attempt)
        began = time.time_ns()
        try:
            status = self._client.post(self.url, content=raw, headers=headers).status_code
        except httpx.HTTPError:
            status = 0
        ms = (time.time_ns() - began) / 1e6
        event = body.get("event", {})
        result = Delivered(
            event=event.get("type", str(body.get("type"))),
            event_id=body.get("event_id", ""),
            room=event.get("channel", ""),
            ts=event.get("ts", ""),
            status=status,
            ms=round(ms, 1),
            attempt=attempt,
            at_ns=began,
        )
        self.delivered.append(result)
        self.told()
        return result

    def deliver(self, body: Mapping[str, Any]) -> Delivered:
        """As Slack delivers: again, up to three times, until a 2xx is answered."""
        result = self.send(body)
        for attempt, pause in enumerate(RETRY_SECONDS, start=1):
            if 200 <= result.status < 300:
                break
            time.sleep(pause)
            result = self.send(body, attempt=attempt)
        return result


def events_for(workspace: Workspace, post: Post) -> list[Body]:
    """The webhooks that this post sets off: one, or two for a mention in a channel."""
    room = workspace.rooms[post.room]
    root = workspace.find(room.id, post.thread_ts) if post.thread_ts else None
    message = _message(post, room, root)
    bodies = [_envelope("slack/dm" if room.kind == "im" else "slack/channel-mention", message)]
    if room.kind != "im" and f"<@{BOT_USER}>" in post.text:
        twin = {key: value for key, value in message.items() if key != "channel_type"}
        bodies.append(_envelope("slack/channel-mention-twin", {**twin, "type": "app_mention"}))
    for index, body in enumerate(bodies):
        body["event_id"] = f"Ev{post.ts.replace('.', '')}{index}"
        body["event_time"] = int(float(post.ts))
    return bodies


def say(workspace: Workspace, room: str, user: str, text: str, thread: str | None = None) -> Post:
    """A person's post, as the workspace shows it and as the webhook carries it."""
    if room not in workspace.rooms or user not in workspace.people:
        raise ValueError("no such room or person")
    return workspace.say(room, user, escape(text), thread_ts=thread)


def escape(text: str) -> str:
    """Slack's three escapes. `@Parley` becomes a mention, as the composer would make it."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("@Parley", f"<@{BOT_USER}>")


def _message(post: Post, room: Room, root: Post | None) -> Body:
    message: Body = {
        "type": "message",
        "user": post.user,
        "text": post.text,
        "ts": post.ts,
        "event_ts": post.ts,
        "channel": room.id,
        "channel_type": "im" if room.kind == "im" else "channel",
    }
    if post.thread_ts:
        message |= {"thread_ts": post.thread_ts}
    if root is not None:
        message |= {"parent_user_id": root.user}
    return message


def _envelope(base: str, message: Body) -> Body:
    """The sample's envelope around this message; of its event stays what the message lacks."""
    body = copy.deepcopy(load_event(base))
    kept = {k: body["event"][k] for k in ("client_msg_id", "team") if k in body["event"]}
    body["event"] = kept | message
    return body

"""Telegram's sending of updates: one after another in each chat, and again until they are taken."""

import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Hashable
from concurrent.futures import Executor
from typing import Any

from local.samples import Body
from local.sending import About, Delivered, Postbox
from local.telegram.bot import Bot

ANSWER_SECONDS = 60.0
# Telegram repeats at once, then doubles its pauses up to a minute or two, for a day. Nobody waits
# that long here.
PAUSES = (0.0, 0.2, 0.4, 0.8, 1.6)
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Webhooks:
    """Posts updates to the webhook that the bot has set."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.box = Postbox(ANSWER_SECONDS)
        self._lock = threading.Lock()
        self._chats: defaultdict[Hashable, deque[Body]] = defaultdict(deque)
        self._busy: set[Hashable] = set()

    @property
    def delivered(self) -> list[Delivered]:
        return self.box.delivered

    def close(self) -> None:
        self.box.close()

    def send(self, update: Body, *, attempt: int = 0) -> Delivered:
        """One attempt."""
        raw = json.dumps(update, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"}
        if self.bot.webhook.secret:
            headers[SECRET_HEADER] = self.bot.webhook.secret
        result = self.box.post(self.bot.webhook.url, raw, headers, _about(update, attempt))
        if not result.taken:
            wrong = f"Wrong response from the webhook: {result.status}"
            self.bot.webhook.last_error = wrong if result.status else "Read timeout expired"
        return result

    def deliver(self, update: Body) -> Delivered:
        """As Telegram delivers: until a 2xx is answered."""
        result = self.send(update)
        for attempt, pause in enumerate(PAUSES, start=1):
            if result.taken:
                break
            time.sleep(pause)
            result = self.send(update, attempt=attempt)
        return result

    def queue(self, update: Body, senders: Executor) -> None:
        """Deliver it when its turn has come: the next update of a chat waits for the previous."""
        key = queue_of(update)
        with self._lock:
            self._chats[key].append(update)
            if key in self._busy:
                return
            self._busy.add(key)
        senders.submit(self._drain, key)

    def _drain(self, key: Hashable) -> None:
        while (update := self._next(key)) is not None:
            self.deliver(update)

    def _next(self, key: Hashable) -> Body | None:
        with self._lock:
            if self._chats[key]:
                return self._chats[key].popleft()
            self._busy.discard(key)
            return None


def queue_of(update: Body) -> Hashable:
    """Messages wait for those of their chat, clicks for those of their person."""
    if "callback_query" in update:
        return "person", update["callback_query"]["from"]["id"]
    return "chat", _message(update).get("chat", {}).get("id")


def _message(update: Body) -> dict[str, Any]:
    found = update.get("message") or update.get("edited_message") or {}
    return dict(found)


def _about(update: Body, attempt: int) -> About:
    query = update.get("callback_query")
    message = query.get("message", {}) if query else _message(update)
    return About(
        event=next((name for name in update if name != "update_id"), "update"),
        event_id=str(update.get("update_id", "")),
        room=str(message.get("chat", {}).get("id", "")),
        ts=str(message.get("message_id", "")),
        attempt=attempt,
    )

"""The bot as the Bot API sees it: its webhook, its commands, and the clicks that it must answer."""

import itertools
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.pace import Pace
from local.telegram import limits
from local.telegram.chats import Chat, Chats
from local.telegram.errors import too_fast


@dataclass(slots=True)
class Query:
    """A click on a button, whose wheel turns until the bot answers it."""

    id: str
    person: int
    at: float
    answer: str | None = None


@dataclass(slots=True)
class Webhook:
    url: str = ""
    secret: str = ""
    last_error: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


class Bot:
    """`burst`: messages that a chat takes at once, before one a second counts."""

    def __init__(self, chats: Chats, *, burst: int = 1) -> None:
        self.chats = chats
        self.webhook = Webhook()
        self.commands: list[Mapping[str, Any]] = []
        self.queries: dict[str, Query] = {}
        self.takes_rich_messages = True
        self._query_ids = itertools.count(4380001)
        self._lock = threading.Lock()
        self._chat_pace = Pace(burst, burst * limits.CHAT_SECONDS, chats.now)
        self._group_pace = Pace(limits.GROUP_MESSAGES, limits.GROUP_SECONDS, chats.now)

    def pace(self, chat: Chat) -> None:
        """Refuse what comes faster than a chat may be written to."""
        wait = self._chat_pace.take(chat.id)
        if not wait and chat.shared:
            wait = self._group_pace.take(chat.id)
        if wait:
            raise too_fast(wait)

    def asks(self, person: int) -> Query:
        """A person clicks."""
        with self._lock:
            query = Query(str(next(self._query_ids)), person, self.chats.now())
            self.queries[query.id] = query
        return query

    def answer(self, query_id: str, text: str) -> bool:
        """Whether the click could still be answered."""
        with self._lock:
            query = self.queries.get(query_id)
            now = self.chats.now()
            if not query or query.answer is not None or now - query.at > limits.CALLBACK_SECONDS:
                return False
            query.answer = text
        self.chats.listeners.tell()
        return True

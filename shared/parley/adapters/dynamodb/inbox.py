"""Accept: the one write of a webhook (protocol 1). Everything this imports is on its cold start."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parley.adapters.dynamodb import items, keys
from parley.adapters.dynamodb.codec import Plain, marshal
from parley.adapters.dynamodb.conditions import Conditions
from parley.adapters.dynamodb.large_texts import LargeTexts, NoTexts
from parley.adapters.dynamodb.table import Refused, Table, Write, put, update
from parley.core.delivery import ChatKind
from parley.core.limits import IDLE_TTL, SECOND, SEEN_TTL

if TYPE_CHECKING:
    from collections.abc import Callable

    from parley.core.conversation import Conversation
    from parley.core.delivery import Delivery
    from parley.core.message import Message, MessageId
    from parley.core.turn import Turn

# A conversation is born with a generation made of the time. One that expired and is born again
# would else repeat the names of its executions, which stay used up for 90 days.
STORE = (
    "SET generation = if_not_exists(generation, :born), title = if_not_exists(title, :title),"
    " delivery = :delivery, updated_at = :now, unsettled = :unsettled"
    " REMOVE expires_at ADD pending :one"
)


ACCEPTED = ""  # the verdict on what was queued


def wall_clock() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class TableInbox:
    table: Table
    texts: LargeTexts
    conditions: Conditions
    now: Callable[[], int]

    def accept(self, message: Message, title: str, now: int) -> bool:
        seen = keys.seen(message.id) | marshal({"expires_at": items.seconds(now + SEEN_TTL)})
        try:
            self.table.transact(
                put(seen, self.conditions.unclaimed_identity),
                put(items.message_item(message, self.texts)),
                _counted(message, title, now),
                *_marked(message, now),
            )
        except Refused:
            return False
        return True

    def verdict(self, message: MessageId) -> str | None:
        fields = self.table.get(keys.seen(message))
        return None if fields is None else fields.get("verdict", ACCEPTED)

    def claim(self, message: MessageId, verdict: str, now: int) -> str:
        fields: dict[str, Plain] = {"verdict": verdict, "expires_at": items.seconds(now + SEEN_TTL)}
        seen = keys.seen(message) | marshal(fields)
        try:
            self.table.put(put(seen, self.conditions.first_verdict))
        except Refused as refused:
            standing: str = (refused.old[0] or {}).get("verdict", ACCEPTED)
            return standing
        return verdict

    def known(self, installation: str, thread: Delivery) -> bool:
        fields = self.table.get(keys.known(installation, thread))
        return fields is not None and not self._expired(fields["expires_at"])

    def read(self, conversation: str) -> Conversation | None:
        fields = self.table.get(keys.state(conversation))
        if fields is None or self._expired(fields.get("expires_at")):
            return None
        return items.conversation_of(fields)

    def turn(self, conversation: str, turn: str) -> Turn | None:
        from parley.adapters.dynamodb import turn_items  # for the few who ask how things stand

        fields = self.table.get(keys.turn(conversation, turn))
        return turn_items.turn_of(fields, NoTexts()) if fields else None

    def _expired(self, expires_at: int | None) -> bool:
        """The table deletes what has expired days late."""
        return expires_at is not None and expires_at * SECOND <= self.now()


def _counted(message: Message, title: str, now: int) -> Write:
    values: dict[str, Plain] = {
        "born": now // SECOND,
        "title": title,
        "delivery": items.delivery_fields(message.delivery),
        "now": now,
        "unsettled": keys.UNSETTLED,
        "one": 1,
    }
    return update(keys.state(message.conversation), STORE, "", values)


def _marked(message: Message, now: int) -> tuple[Write, ...]:
    """Only in a thread is it asked whether a message without a mention is ours."""
    if message.delivery.chat.kind is not ChatKind.THREAD:
        return ()
    thread = keys.known(message.id.installation, message.delivery)
    return (put(thread | marshal({"expires_at": items.seconds(now + IDLE_TTL)})),)

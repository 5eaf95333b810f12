"""Chats that go on under another id, with their conversation and with who was let in."""

from dataclasses import dataclass

from parley.adapters.dynamodb import items, keys
from parley.adapters.dynamodb.codec import Plain, marshal
from parley.adapters.dynamodb.conditions import Conditions
from parley.adapters.dynamodb.table import Refused, Table, put
from parley.core.delivery import Delivery
from parley.core.limits import IDLE_TTL, SECOND

# What a conversation has beside the work that is going on in it.
CARRIED = ("session", "cursor", "boot", "mode", "renew")


@dataclass(frozen=True, slots=True)
class TableMoves:
    table: Table
    conditions: Conditions

    def record(self, channel: str, old: str, new: str) -> None:
        self.table.put(put(keys.moved(channel, new) | marshal({"origin": old})))

    def origin(self, channel: str, chat: str) -> str | None:
        fields = self.table.get(keys.moved(channel, chat))
        return None if fields is None else str(fields["origin"])

    def move(self, old: str, new: str, delivery: Delivery, now: int) -> bool:
        fields = self.table.get(keys.state(old))
        if fields is None or fields.get("expires_at", now) * SECOND <= now:
            return False
        state: dict[str, Plain] = {
            **{name: fields[name] for name in CARRIED if name in fields},
            "generation": now // SECOND,
            "title": fields["title"],
            "delivery": items.delivery_fields(delivery),
            "pending": 0,
            "updated_at": now,
            "expires_at": items.seconds(now + IDLE_TTL),
        }
        try:
            self.table.put(put(keys.state(new) | marshal(state), self.conditions.new_conversation))
        except Refused:
            return False
        return True

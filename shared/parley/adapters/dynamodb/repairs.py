"""The reconcilers' side: what is unsettled, and taking it from the dead (protocol 14 and 15)."""

from collections.abc import Iterator
from dataclasses import dataclass

from parley.adapters.dynamodb import batch_items, items, keys
from parley.adapters.dynamodb.claims import queued_fields
from parley.adapters.dynamodb.codec import Fields, Plain
from parley.adapters.dynamodb.conditions import Conditions, all_of
from parley.adapters.dynamodb.large_texts import LargeTexts
from parley.adapters.dynamodb.table import Refused, Table, Write, update
from parley.core.batch import Batch
from parley.core.conversation import Conversation
from parley.core.limits import IDLE_TTL

# What is pending may change between two tries; each is judged in its own write.
BUMP_TRIES = 4
BUMP_BUSY = (
    "SET generation = :next, updated_at = :now, unsettled = :unsettled"
    " REMOVE #owner, lease_until ADD attempts :one"
)
BUMP_IDLE = (
    "SET generation = :next, updated_at = :now, expires_at = :expires"
    " REMOVE #owner, lease_until, unsettled ADD attempts :one"
)


@dataclass(frozen=True, slots=True)
class TableRepairs:
    table: Table
    texts: LargeTexts
    conditions: Conditions

    def unsettled(self) -> Iterator[str]:
        found = self.table.query(
            "unsettled = :yes", {"yes": keys.UNSETTLED}, IndexName=keys.UNSETTLED_INDEX
        )
        return map(keys.conversation_of, found)

    def bump(
        self, conversation: str, generation: int, now: int, *, heed_lease: bool
    ) -> Conversation | None:
        clauses = [self.conditions.dead_generation]
        if heed_lease:
            clauses.append(self.conditions.lease_lapsed_or_absent)
        idle = False
        for _ in range(BUMP_TRIES):
            write = self._bumped(conversation, generation, now, idle, clauses)
            try:
                return items.conversation_of(self.table.update(write, "ALL_NEW"))
            except Refused as refused:
                state = refused.old[0]
            if state is None or _is_idle(state) is idle:
                return None  # refused, but not for what is pending
            idle = not idle
        return None

    def oldest_queued(self, conversation: str) -> int | None:
        queue = queued_fields(self.table, conversation)
        return min((fields["accepted_at"] for fields in queue), default=None)

    def closed(self) -> Iterator[tuple[str, Batch]]:
        found = self.table.query(
            "unsettled = :yes", {"yes": keys.UNCONSUMED}, IndexName=keys.UNSETTLED_INDEX
        )
        for key in found:
            fields = self.table.get(keys.key_of(key))
            if fields and fields.get("unsettled") == keys.UNCONSUMED:  # the index lags
                yield keys.conversation_of(key), batch_items.batch_of(fields, self.texts)

    def forget(self, conversation: str, batch: Batch) -> None:
        self.table.update(batch_items.changed(conversation, batch, batch_items.CONSUME))

    def _bumped(
        self, conversation: str, generation: int, now: int, idle: bool, clauses: list[str]
    ) -> Write:
        pending = self.conditions.bumped_idle if idle else self.conditions.bumped_busy
        values: dict[str, Plain] = {
            "g": generation,
            "next": generation + 1,
            "now": now,
            "unsettled": keys.UNSETTLED,
            "expires": items.seconds(now + IDLE_TTL),
            "one": 1,
            "zero": 0,
        }
        change = BUMP_IDLE if idle else BUMP_BUSY
        return update(keys.state(conversation), change, all_of(*clauses, pending), values)


def _is_idle(state: Fields) -> bool:
    return bool(state["pending"] == 0)

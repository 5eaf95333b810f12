"""What people do to a conversation from outside its machine: stop, supersede, settings (30 to 34).

Nothing here is fenced: each write names the turn, the batch or the message that it was read with.
"""

from dataclasses import dataclass, replace

from parley.adapters.dynamodb import batch_items, items, keys
from parley.adapters.dynamodb.codec import Plain
from parley.adapters.dynamodb.conditions import Conditions, all_of
from parley.adapters.dynamodb.table import Refused, Table, Write, check, update
from parley.core.batch import Batch, BatchStatus
from parley.core.busy import BusyMode
from parley.core.conversation import Conversation
from parley.core.delivery import Delivery
from parley.core.limits import IDLE_TTL, SECOND
from parley.core.message import Message

# The place of its write in a stop, behind the state's.
BATCH = 1
# A conversation that is busy has no time to live, and gets none by this.
SET_MODE = "SET #mode = :mode"
SET_MODE_IDLE = (
    "SET #mode = :mode, generation = if_not_exists(generation, :born),"
    " title = if_not_exists(title, :title), delivery = if_not_exists(delivery, :delivery),"
    " pending = if_not_exists(pending, :zero), updated_at = :now, expires_at = :expires"
)
RENEW = "SET renew = :yes, rules_since = :now"


@dataclass(frozen=True, slots=True)
class TableControls:
    table: Table
    conditions: Conditions

    def stop(
        self,
        conversation: Conversation,
        batch: Batch | None,
        now: int,
        message: Message | None = None,
    ) -> bool:
        if conversation.turn is None:
            return False
        open_batch = batch if batch and batch.status is BatchStatus.OPEN else None
        writes = [self._stopped(conversation, conversation.turn)]
        if open_batch:
            writes.append(self._closed(conversation.key, open_batch, BatchStatus.CANCELLED, now))
        if message:
            writes.append(_queued(message, self.conditions.interrupting_queued))
        try:
            self.table.transact(*writes)
        except Refused as refused:
            if open_batch and _was_cancelled(refused):  # by a stop before this one
                cancelled = replace(open_batch, status=BatchStatus.CANCELLED)
                return self.stop(conversation, cancelled, now, message)
            return False
        return True

    def supersede(self, conversation: str, batch: Batch, message: Message, now: int) -> bool:
        closed = self._closed(conversation, batch, BatchStatus.SUPERSEDED, now)
        try:
            self.table.transact(closed, _queued(message, self.conditions.superseding_queued))
        except Refused:
            return False
        return True

    def set_mode(
        self, conversation: str, mode: BusyMode, title: str, delivery: Delivery, now: int
    ) -> None:
        key = keys.state(conversation)
        values: dict[str, Plain] = {
            "mode": str(mode),
            "born": now // SECOND,
            "title": title,
            "delivery": items.delivery_fields(delivery),
            "zero": 0,
            "now": now,
            "expires": items.seconds(now + IDLE_TTL),
        }
        try:
            self.table.update(update(key, SET_MODE_IDLE, self.conditions.idle_or_new, values))
        except Refused:
            self.table.update(update(key, SET_MODE, "", values))

    def renew(self, conversation: str, now: int) -> bool:
        """Also of a conversation that has expired and is not deleted yet: a message revives it."""
        clause = self.conditions.known_conversation
        write = update(keys.state(conversation), RENEW, clause, {"yes": True, "now": now})
        try:
            self.table.update(write)
        except Refused:
            return False
        return True

    def _stopped(self, conversation: Conversation, turn: str) -> Write:
        unchanged = self.conditions.stopped_batch
        if conversation.batch is None:
            unchanged = self.conditions.stopped_unasked
        condition = all_of(self.conditions.stopped_turn, unchanged)
        values = {"t": turn, "a": conversation.batch or ""}
        return update(keys.state(conversation.key), "SET stop = :t", condition, values)

    def _closed(self, conversation: str, batch: Batch, status: BatchStatus, now: int) -> Write:
        clause = self.conditions.still_open
        return batch_items.closed_outside(conversation, batch, status, clause, now)


def _queued(message: Message, clause: str) -> Write:
    return check(keys.message(message), clause, {"queued": items.QUEUED})


def _was_cancelled(refused: Refused) -> bool:
    old = refused.old.get(BATCH)
    return set(refused.old) == {BATCH} and old is not None and old["status"] == "cancelled"

"""Decisions on tool calls: recorded before anything is posted, one poster at a time (20 to 22)."""

from collections.abc import Sequence
from dataclasses import dataclass

from parley.adapters.dynamodb import keys, turn_items
from parley.adapters.dynamodb.codec import Plain, unmarshal
from parley.adapters.dynamodb.conditions import Conditions, all_of
from parley.adapters.dynamodb.holding import Holding
from parley.adapters.dynamodb.large_texts import LargeTexts
from parley.adapters.dynamodb.table import Table, Write, check, put, update
from parley.core.batch import Batch, BatchStatus
from parley.core.fence import Holder
from parley.errors import Fenced

TAKE_SLOT = "SET posting = :a, poster = :me, posting_until = :until"
BATCH = 2  # the place of its write, behind the state's and the turn's
FREE_SLOT = "REMOVE posting, poster, posting_until"


@dataclass(frozen=True, slots=True)
class TableBatches:
    holding: Holding
    table: Table
    texts: LargeTexts
    conditions: Conditions

    def record(self, holder: Holder, batch: Batch, cursor: int, text: str, now: int) -> Batch:
        state = self.holding.state(
            holder,
            "SET #batch = :a, #cursor = :cursor",
            all_of(self.conditions.batch_turn, self.conditions.not_stopped),
            a=batch.key,
            t=batch.turn,
            cursor=cursor,
        )
        clause = all_of(self.conditions.no_ending, self.conditions.batch_unfinished)
        placed = self.texts.place(holder.conversation, text)
        turn = _on_turn(holder, batch, "SET #text = :text", clause, text=placed)
        item = put(
            turn_items.batch_item(holder.conversation, batch, self.texts, now),
            self.conditions.new_batch,
        )
        refused = self.holding.attempt(holder, state, turn, item)
        if refused is None:
            return batch
        if set(refused.old) == {BATCH}:
            return self.get(holder.conversation, batch.key)
        raise Fenced(f"{batch.turn} takes no more batches") from refused

    def of_turn(self, conversation: str, turn: str) -> Sequence[Batch]:
        found = self.table.query(
            "pk = :pk AND begins_with(sk, :batches)",
            {"pk": keys.partition(conversation), "batches": keys.batches(turn)},
            ConsistentRead=True,
        )
        return [turn_items.batch_of(unmarshal(item), self.texts) for item in found]

    def get(self, conversation: str, key: str) -> Batch:
        fields = self.table.get(keys.batch(conversation, key))
        if fields is None:
            raise LookupError(f"{conversation} has no batch {key}")
        return turn_items.batch_of(fields, self.texts)

    def intend(self, holder: Holder, batch: Batch, now: int, until: int) -> bool:
        waits = all_of(self.conditions.waiting_batch, self.conditions.not_stopped)
        free = all_of(self.conditions.slot_free, self.conditions.no_ending)
        decided: dict[str, Plain] = {"decided": str(BatchStatus.AUTO)}
        refused = self.holding.attempt(
            holder,
            self.holding.state(holder, "", waits, a=batch.key, t=batch.turn),
            _on_turn(holder, batch, TAKE_SLOT, free, me=str(holder.fence), now=now, until=until),
            check(
                keys.batch(holder.conversation, batch.key), self.conditions.batch_decided, decided
            ),
        )
        return refused is None

    def posted(self, holder: Holder, batch: Batch) -> None:
        clause = self.conditions.reported_batch
        untied = self.holding.state(holder, "REMOVE #batch", clause, a=batch.key)
        posted = update(
            keys.batch(holder.conversation, batch.key),
            "SET #status = :posted",
            "",
            {"posted": str(BatchStatus.POSTED)},
        )
        # A refusal under the own fence says that it was reported before.
        self.holding.attempt(holder, untied, _on_turn(holder, batch, FREE_SLOT, ""), posted)


def _on_turn(holder: Holder, batch: Batch, change: str, condition: str, **values: Plain) -> Write:
    key = keys.turn(holder.conversation, batch.turn)
    return update(key, change, condition, {"a": batch.key, **values})

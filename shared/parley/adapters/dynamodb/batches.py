"""Decisions on tool calls: recorded before anything is posted, one poster at a time (20 to 29)."""

from collections.abc import Sequence
from dataclasses import dataclass

from parley.adapters.dynamodb import batch_items, items, keys
from parley.adapters.dynamodb.approvals import TableApprovals
from parley.adapters.dynamodb.codec import Plain, marshal, unmarshal
from parley.adapters.dynamodb.conditions import Conditions, all_of
from parley.adapters.dynamodb.holding import Holding
from parley.adapters.dynamodb.large_texts import LargeTexts
from parley.adapters.dynamodb.table import Refused, Table, Write, check, put, update
from parley.core.batch import DECIDED, Batch, BatchStatus
from parley.core.fence import Holder
from parley.core.limits import SECOND, TURN_TTL
from parley.errors import Fenced

POINT = "SET #batch = :a, #cursor = :cursor REMOVE approval"
POINT_ASKING = "SET #batch = :a, #cursor = :cursor, approval = :approval"
UNTIE = "REMOVE #batch, approval"
TAKE_SLOT = "SET posting = :a, poster = :me, posting_until = :until"
BATCH = 2  # the place of its write, behind the state's and the turn's
FREE_SLOT = "REMOVE posting, poster, posting_until"

# Decided, or (33) to be rejected because a newer message came first.
ANSWERED = (*DECIDED, BatchStatus.SUPERSEDED)


@dataclass(frozen=True, slots=True)
class TableBatches:
    holding: Holding
    table: Table
    texts: LargeTexts
    approvals: TableApprovals
    conditions: Conditions

    def record(self, holder: Holder, batch: Batch, cursor: int, text: str, now: int) -> Batch:
        is_open = batch.status is BatchStatus.OPEN
        state = self.holding.state(
            holder,
            POINT_ASKING if is_open else POINT,
            all_of(self.conditions.batch_turn, self.conditions.not_stopped),
            a=batch.key,
            t=batch.turn,
            approval=batch.approval,
            cursor=cursor,
        )
        clause = all_of(self.conditions.no_ending, self.conditions.batch_unfinished)
        placed = self.texts.place(holder.conversation, text)
        noted = "SET #text = :text, asked = :a" if is_open else "SET #text = :text"
        turn = _on_turn(holder, batch, noted, clause, text=placed)
        item = put(
            batch_items.batch_item(holder.conversation, batch, self.texts, now),
            self.conditions.new_batch,
        )
        found = [_findable(holder.conversation, batch, now)] if is_open else []
        refused = self.holding.attempt(holder, state, turn, item, *found)
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
        return [batch_items.batch_of(unmarshal(item), self.texts) for item in found]

    def get(self, conversation: str, key: str) -> Batch:
        return self.approvals.get(conversation, key)

    def rules(self, conversation: str, since: int) -> frozenset[str]:
        found = self.table.query(
            "pk = :pk AND begins_with(sk, :rules)",
            {"pk": keys.partition(conversation), "rules": keys.RULES},
            ConsistentRead=True,
        )
        rules = map(unmarshal, found)
        now = self.approvals.now()
        return frozenset(
            rule["tool"]
            for rule in rules
            if rule["at"] >= since and rule["expires_at"] * SECOND > now
        )

    def park(self, holder: Holder, batch: Batch, token: str, lease_until: int) -> Batch:
        state = self.holding.state(holder, "SET lease_until = :until", until=lease_until)
        kept = batch_items.changed(holder.conversation, batch, "SET #token = :token", token=token)
        self.holding.insist(holder, state, kept)
        return self.get(holder.conversation, batch.key)

    def record_prompt(self, conversation: str, batch: Batch, post: str) -> None:
        key, clause = keys.batch(conversation, batch.key), self.conditions.first_prompt
        try:
            self.table.update(update(key, "SET prompt = :post", clause, {"post": post}))
        except Refused:
            return  # the first one stands

    def record_over(self, conversation: str, batch: Batch) -> None:
        change = "SET #over = :yes"
        self.table.update(batch_items.changed(conversation, batch, change, yes=True))

    def expire(self, holder: Holder, batch: Batch, now: int) -> Batch:
        closed = batch_items.closed_inside(
            holder.conversation, batch, BatchStatus.EXPIRED, self.conditions.still_open, now
        )
        self.holding.attempt(holder, self.holding.state(holder), closed)
        return self.get(holder.conversation, batch.key)

    def intend(self, holder: Holder, batch: Batch, now: int, until: int) -> bool:
        waits = all_of(self.conditions.waiting_batch, self.conditions.not_stopped)
        free = all_of(self.conditions.slot_free, self.conditions.no_ending)
        key, decided = keys.batch(holder.conversation, batch.key), self.conditions.batch_decided
        refused = self.holding.attempt(
            holder,
            self.holding.state(holder, "", waits, a=batch.key, t=batch.turn),
            _on_turn(holder, batch, TAKE_SLOT, free, me=str(holder.fence), now=now, until=until),
            check(key, decided, {str(status): str(status) for status in ANSWERED}),
        )
        return refused is None

    def posted(self, holder: Holder, batch: Batch) -> None:
        clause = self.conditions.reported_batch
        untied = self.holding.state(holder, UNTIE, clause, a=batch.key)
        change = f"SET posted = :yes {batch_items.CONSUME}"
        posted = batch_items.changed(holder.conversation, batch, change, yes=True)
        # A refusal under the own fence says that it was reported before.
        self.holding.attempt(holder, untied, _on_turn(holder, batch, FREE_SLOT, ""), posted)

    def consumed(self, holder: Holder, batch: Batch) -> None:
        consumed = batch_items.changed(holder.conversation, batch, batch_items.CONSUME)
        clause = self.conditions.consumed_batch
        untied = self.holding.state(holder, UNTIE, clause, a=batch.key)
        if self.holding.attempt(holder, untied, consumed):  # the conversation is past it
            self.holding.insist(holder, self.holding.state(holder), consumed)


def _findable(conversation: str, batch: Batch, now: int) -> Write:
    expires = items.seconds(now + TURN_TTL)
    fields: dict[str, Plain] = {"conversation": conversation, "batch": batch.key}
    return put(keys.approval(batch.approval) | marshal({**fields, "expires_at": expires}))


def _on_turn(holder: Holder, batch: Batch, change: str, condition: str, **values: Plain) -> Write:
    key = keys.turn(holder.conversation, batch.turn)
    return update(key, change, condition, {"a": batch.key, **values})

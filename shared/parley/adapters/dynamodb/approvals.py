"""A person's side of the batches: the item decides, whoever comes first (protocol 26 and 36)."""

from collections.abc import Callable
from dataclasses import dataclass

from parley.adapters.dynamodb import batch_items, items, keys
from parley.adapters.dynamodb.codec import Fields, Plain, marshal
from parley.adapters.dynamodb.conditions import Conditions, all_of
from parley.adapters.dynamodb.large_texts import LargeTexts
from parley.adapters.dynamodb.table import Refused, Table, Write, put, update
from parley.core.approval import Choice, Decision
from parley.core.batch import Batch, BatchStatus, one_tool
from parley.core.limits import RULE_TTL, SECOND

DECIDE = (
    f"{batch_items.CLOSE}{batch_items.UNCONSUMED}, #by = :by, by_name = :name, reason = :reason"
)


@dataclass(frozen=True, slots=True)
class TableApprovals:
    table: Table
    texts: LargeTexts
    conditions: Conditions
    now: Callable[[], int]

    def find(self, approval: str) -> tuple[str, Batch] | None:
        lookup = self.table.get(keys.approval(approval))
        if lookup is None or lookup["expires_at"] * SECOND <= self.now():
            return None
        conversation: str = lookup["conversation"]
        fields = self.table.get(keys.batch(conversation, lookup["batch"]))
        return (conversation, batch_items.batch_of(fields, self.texts)) if fields else None

    def get(self, conversation: str, key: str) -> Batch:
        fields = self.table.get(keys.batch(conversation, key))
        if fields is None:
            raise LookupError(f"{conversation} has no batch {key}")
        return batch_items.batch_of(fields, self.texts)

    def decide(self, conversation: str, batch: Batch, decision: Decision, now: int) -> Batch:
        try:
            return self._decided(conversation, batch, decision, now)
        except Refused as refused:
            found = self._found(refused.old[0], batch)
        if found.status is not BatchStatus.OPEN:
            return found
        try:
            return self._expired(conversation, batch, now)
        except Refused as refused:
            return self._found(refused.old[0], batch)

    def _decided(self, conversation: str, batch: Batch, decision: Decision, now: int) -> Batch:
        condition = all_of(self.conditions.still_open, self.conditions.unexpired)
        denied = decision.choice is Choice.DENY
        values: dict[str, Plain] = {
            "status": str(BatchStatus.DENIED if denied else BatchStatus.ALLOWED),
            "open": str(BatchStatus.OPEN),
            "now": now,
            "unconsumed": keys.UNCONSUMED,
            "by": decision.by.id,
            "name": decision.by.name,
            "reason": self.texts.place(conversation, decision.reason),
        }
        write = update(keys.batch(conversation, batch.key), DECIDE, condition, values)
        rule = _rule(conversation, batch, decision, now)
        if rule is None:
            return batch_items.batch_of(self.table.update(write, "ALL_NEW"), self.texts)
        self.table.transact(write, rule)
        return self.get(conversation, batch.key)

    def _expired(self, conversation: str, batch: Batch, now: int) -> Batch:
        clause = self.conditions.still_open
        closed = batch_items.closed_outside(conversation, batch, BatchStatus.EXPIRED, clause, now)
        return batch_items.batch_of(self.table.update(closed, "ALL_NEW"), self.texts)

    def _found(self, fields: Fields | None, batch: Batch) -> Batch:
        if fields is None:
            raise LookupError(f"there is no batch {batch.key} any more")
        return batch_items.batch_of(fields, self.texts)


def _rule(conversation: str, batch: Batch, decision: Decision, now: int) -> Write | None:
    """(36) "Always" is offered for one tool only, and means no more than that one."""
    tool = one_tool(batch.asked)
    if decision.choice is not Choice.ALWAYS or not tool:
        return None
    expires = items.seconds(now + RULE_TTL)
    rule: dict[str, Plain] = {"tool": tool, "at": now, "by": decision.by.id}
    return put(keys.rule(conversation, tool) | marshal({**rule, "expires_at": expires}))

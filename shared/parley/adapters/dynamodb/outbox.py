"""The chunks of a reply: an intent before each, a count after it (protocol 9)."""

from dataclasses import dataclass

from parley.adapters.dynamodb import keys
from parley.adapters.dynamodb.codec import Plain
from parley.adapters.dynamodb.conditions import Conditions, all_of
from parley.adapters.dynamodb.holding import Holding
from parley.adapters.dynamodb.table import Refused, Table, Write, update
from parley.core.fence import Holder

INTEND = "SET sending = :k, sender = :me, sending_until = :until"
CONFIRM = "SET delivered = :next REMOVE sending, sender, sending_until, waiting, waits"
RETRACT = "REMOVE sending, sender, sending_until"


@dataclass(frozen=True, slots=True)
class TableOutbox:
    holding: Holding
    table: Table
    conditions: Conditions

    def intend(self, holder: Holder, turn: str, chunk: int, now: int, until: int) -> bool:
        condition = all_of(self.conditions.chunk_is_next, self.conditions.intent_lapsed)
        intent = _on_chunk(holder, turn, chunk, INTEND, condition, now=now, until=until)
        # Chunks that were counted are progress: attempts that failed before are forgotten.
        state = self.holding.state(holder, "REMOVE attempts" if chunk else "")
        return self.holding.attempt(holder, state, intent) is None

    def confirm(self, holder: Holder, turn: str, chunk: int) -> None:
        condition = all_of(self.conditions.chunk_not_counted, self.conditions.own_intent)
        try:
            self.table.update(_on_chunk(holder, turn, chunk, CONFIRM, condition, next=chunk + 1))
        except Refused:
            return  # counted before, or another sender's to count

    def retract(self, holder: Holder, turn: str, chunk: int) -> None:
        clause = self.conditions.retracted_intent
        retracted = _on_chunk(holder, turn, chunk, RETRACT, clause)
        # A refusal under the own fence says that there is nothing left to take back.
        self.holding.attempt(holder, self.holding.state(holder), retracted)

    def give_up(self, holder: Holder, turn: str, reason: str) -> None:
        key = keys.turn(holder.conversation, turn)
        kept = update(key, "SET undelivered = :reason", "", {"reason": reason})
        self.holding.insist(holder, self.holding.state(holder), kept)


def _on_chunk(
    holder: Holder, turn: str, chunk: int, change: str, condition: str, **values: Plain
) -> Write:
    known = {"k": chunk, "me": str(holder.fence), **values}
    return update(keys.turn(holder.conversation, turn), change, condition, known)

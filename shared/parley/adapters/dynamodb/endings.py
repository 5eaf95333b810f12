"""How a turn ends: what is recorded before the run is over, and its outcome (protocol 8 and 29)."""

from collections.abc import Sequence
from dataclasses import dataclass

from parley.adapters.dynamodb import batch_items, keys, turn_items
from parley.adapters.dynamodb.codec import Plain
from parley.adapters.dynamodb.conditions import Conditions, all_of
from parley.adapters.dynamodb.holding import STATE, Holding
from parley.adapters.dynamodb.large_texts import LargeTexts
from parley.adapters.dynamodb.table import Write, update
from parley.core.batch import Batch, BatchStatus
from parley.core.fence import Holder
from parley.core.reply import Part
from parley.core.turn import Ending, Outcome, Usage
from parley.errors import Fenced

TURN = 1  # the place of its write, behind the state's


@dataclass(frozen=True, slots=True)
class Endings:
    holding: Holding
    texts: LargeTexts
    conditions: Conditions

    def record_ending(self, holder: Holder, turn: str, ending: Ending, batch: Batch | None) -> bool:
        noted = update(
            keys.turn(holder.conversation, turn),
            "SET ending = :ending",
            all_of(self.conditions.ending_unfinished, self.conditions.first_ending),
            {"ending": turn_items.ending_fields(holder.conversation, ending, self.texts)},
        )
        writes = [noted]
        if batch and batch.status is BatchStatus.OPEN:
            writes.append(self._closed(holder, batch, ending.outcome, ending.at))
        state = self.holding.state(holder, "", self.conditions.ending_turn, t=turn)
        refused = self.holding.attempt(holder, state, *writes)
        if refused is None:
            return True
        if STATE in refused.old or "outcome" in (refused.old.get(TURN) or {}):
            raise Fenced(f"{turn} has ended: a newer invocation wrote it") from refused
        return False

    def record_outcome(
        self,
        holder: Holder,
        turn: str,
        outcome: Outcome,
        reply: Sequence[Part],
        usage: Usage | None,
        cursor: int | None,
        batch: Batch | None,
    ) -> bool:
        change = "REMOVE attempts" if cursor is None else "SET #cursor = :cursor REMOVE attempts"
        clause = self.conditions.open_turn
        state = self.holding.state(holder, change, clause, t=turn, cursor=cursor or 0)
        writes = [self._ended(holder, turn, outcome, reply, usage)]
        if batch:
            writes.append(self._closed(holder, batch, outcome, 0))
        return self.holding.attempt(holder, state, *writes) is None

    def _ended(
        self,
        holder: Holder,
        turn: str,
        outcome: Outcome,
        reply: Sequence[Part],
        usage: Usage | None,
    ) -> Write:
        values: dict[str, Plain] = {
            "outcome": str(outcome),
            "reply": self.texts.place(holder.conversation, turn_items.reply_text(reply)),
        }
        change = "SET outcome = :outcome, reply = :reply"
        if usage:
            change += ", #usage = :usage"
            values["usage"] = turn_items.usage_fields(usage)
        change = f"{change} {turn_items.NO_MORE_WAITING}" + ("" if usage else ", #usage")
        condition = all_of(self.conditions.no_outcome, self.conditions.none_steering)
        return update(keys.turn(holder.conversation, turn), change, condition, values)

    def _closed(self, holder: Holder, batch: Batch, outcome: Outcome, now: int) -> Write:
        expired = outcome is Outcome.EXPIRED
        status = BatchStatus.EXPIRED if expired else BatchStatus.CANCELLED
        clause = self.conditions.still_open
        return batch_items.closed_inside(holder.conversation, batch, status, clause, now)

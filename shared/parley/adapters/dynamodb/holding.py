"""What every write of a task carries, and what its refusal means (protocol 3 and 4).

In each transaction of a holder the state's write is the first one, so that a refusal's first
reason tells who holds the conversation.
"""

from dataclasses import dataclass

from parley.adapters.dynamodb import keys
from parley.adapters.dynamodb.codec import Fields, Plain
from parley.adapters.dynamodb.conditions import Conditions, all_of
from parley.adapters.dynamodb.table import Refused, Table, Write, check, update
from parley.core.fence import Holder
from parley.errors import Fenced, Superseded

STATE = 0  # the place of the state's write among a transaction's


def identity(holder: Holder) -> dict[str, Plain]:
    return {"g": holder.generation, "me": str(holder.fence)}


@dataclass(frozen=True, slots=True)
class Holding:
    table: Table
    conditions: Conditions

    def state(self, holder: Holder, change: str = "", *clauses: str, **values: Plain) -> Write:
        """The state's write under (4), or with nothing to change a check of it."""
        key = keys.state(holder.conversation)
        condition = all_of(self.conditions.own_generation, self.conditions.newest_fence, *clauses)
        mine = {**identity(holder), **values}
        return update(key, change, condition, mine) if change else check(key, condition, mine)

    def attempt(self, holder: Holder, state: Write, *others: Write) -> Refused | None:
        """Write all or nothing; what refused it although the holder holds the conversation."""
        try:
            if others:
                self.table.transact(state, *others)
            else:
                self.table.update(state)
        except Refused as refused:
            raise_if_lost(holder, refused)
            return refused
        return None

    def insist(self, holder: Holder, state: Write, *others: Write) -> None:
        """Write where nothing but a later invocation, or a repeat of this one, can refuse it."""
        refused = self.attempt(holder, state, *others)
        if refused:
            raise Fenced(f"{holder.fence} has written this before, or another has") from refused

    def returning(self, holder: Holder, state: Write, values: str) -> Fields:
        """As `insist`, with the values that the state has then."""
        try:
            return self.table.update(state, values)
        except Refused as refused:
            raise_if_lost(holder, refused)
            raise Fenced(f"{holder.fence} has been here before") from refused


def raise_if_lost(holder: Holder, refused: Refused) -> None:
    """(3) Raise what the refusal means, unless the holder still holds the conversation."""
    if STATE not in refused.old:
        return
    state = refused.old[STATE]
    if state is None or state["generation"] != holder.generation:
        raise Superseded(f"{holder.conversation} is past {holder.generation}") from refused
    if state.get("fence") != str(holder.fence):
        raise Fenced(f"{holder.conversation} is held by {state.get('fence')}") from refused

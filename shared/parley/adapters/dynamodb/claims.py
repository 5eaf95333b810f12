"""The queue's two ends: messages queued, claimed for a turn, done with it (protocol 5 and 10)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from parley.adapters.dynamodb import items, keys, turn_items
from parley.adapters.dynamodb.codec import Fields, Plain, unmarshal
from parley.adapters.dynamodb.conditions import Conditions
from parley.adapters.dynamodb.holding import STATE, Holding
from parley.adapters.dynamodb.large_texts import LargeTexts
from parley.adapters.dynamodb.table import Table, Write, delete, put, update
from parley.core.context import DeliveryContext
from parley.core.fence import Holder
from parley.core.limits import CLAIM_BYTES, CLAIM_MESSAGES, SEEN_TTL, TURN_TTL
from parley.core.message import Message
from parley.core.turn import Turn
from parley.errors import Fenced

OPEN = "SET turn = :t REMOVE attempts"
# A new session's events are read from its start.
OPEN_RENEWED = "SET turn = :t, #cursor = :first REMOVE attempts, #session, renew"
SETTLE = "SET pending = pending - :n REMOVE turn, run, stop, #batch, approval, attempts"
# The last turn that may have left a run behind: those that never reached the agent do not count.
SETTLE_RUN = SETTLE.replace(" REMOVE", ", last_turn = :t REMOVE")
# The prompt has the text; what was claimed stays a while for whoever looks into a turn.
FINISH_MESSAGE = "SET #status = :done, expires_at = :expires REMOVE #text, attachments"
CLOSE_TURN = "SET #status = :closed, expires_at = :expires"


@dataclass(frozen=True, slots=True)
class Claims:
    holding: Holding
    table: Table
    texts: LargeTexts
    conditions: Conditions

    def queued(self, conversation: str) -> list[Message]:
        oldest = _within_limits(queued_fields(self.table, conversation))
        return [items.message_of(fields, self.texts) for fields in oldest]

    def claim(
        self,
        holder: Holder,
        turn: Turn,
        messages: Sequence[Message],
        used: DeliveryContext | None,
        renew: bool,
    ) -> bool:
        taken = [keys.message_sk(message) for message in messages]
        writes = [
            put(turn_items.opened_turn(turn, taken, self.texts), self.conditions.new_turn),
            *(self._claimed(turn, sk) for sk in taken),
        ]
        if used:
            writes.append(self._consumed(used))
        change = OPEN_RENEWED if renew else OPEN
        clauses = (self.conditions.no_open_turn, "" if renew else self.conditions.no_renewal)
        state = self.holding.state(holder, change, *clauses, t=turn.id, first=0)
        refused = self.holding.attempt(holder, state, *writes)
        if refused is None:
            return True
        if used and set(refused.old) == {len(writes)}:  # the last one, behind the state's
            return False
        raise Fenced(f"what {turn.id} was to claim has changed since it was read") from refused

    def complete(self, holder: Holder, turn: Turn) -> bool:
        count = len(turn.messages)
        settle = SETTLE_RUN if turn.run or turn.post else SETTLE
        state = self.holding.state(holder, settle, self.conditions.same_turn, t=turn.id, n=count)
        closed = update(
            keys.turn(turn.conversation, turn.id),
            CLOSE_TURN,
            self.conditions.same_messages,
            {
                "closed": turn_items.CLOSED,
                "expires": items.seconds(turn.created_at + TURN_TTL),
                "messages": turn.messages,
            },
        )
        finished = (self._finished(turn, sk) for sk in turn.messages)
        refused = self.holding.attempt(holder, state, closed, *finished)
        if refused and STATE not in refused.old:
            raise Fenced(f"{turn.id} has other messages than were read") from refused
        return refused is None

    def _claimed(self, turn: Turn, sk: str) -> Write:
        return update(
            keys.message_at(turn.conversation, sk),
            "SET #status = :claimed, turn = :t",
            self.conditions.still_queued,
            {"claimed": items.CLAIMED, "queued": items.QUEUED, "t": turn.id},
        )

    def _consumed(self, context: DeliveryContext) -> Write:
        key = keys.context(context.target)
        return delete(key, self.conditions.same_context, {"created": context.created_at})

    def _finished(self, turn: Turn, sk: str) -> Write:
        values: dict[str, Plain] = {
            "done": items.DONE,
            "claimed": items.CLAIMED,
            "t": turn.id,
            "expires": items.seconds(turn.created_at + SEEN_TTL),
        }
        key = keys.message_at(turn.conversation, sk)
        return update(key, FINISH_MESSAGE, self.conditions.claimed_by_turn, values)


def queued_fields(table: Table, conversation: str) -> Iterator[Fields]:
    """The queue in the platform's order, from the base table: an index would lag."""
    found = table.query(
        "pk = :pk AND begins_with(sk, :messages)",
        {"pk": keys.partition(conversation), "messages": keys.MESSAGES, "queued": items.QUEUED},
        FilterExpression="#status = :queued",
        ConsistentRead=True,
    )
    return map(unmarshal, found)


def _within_limits(queue: Iterator[Fields]) -> Iterator[Fields]:
    """As many as fit a transaction and a prompt; the first one always."""
    size = 0
    for count, fields in enumerate(queue):
        size += fields["text_bytes"]
        if count == CLAIM_MESSAGES or (count and size > CLAIM_BYTES):
            return
        yield fields

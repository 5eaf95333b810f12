"""Taking a conversation, keeping it, giving it up (protocol 2, 11, 12, 13, 16)."""

from dataclasses import dataclass

from parley.adapters.dynamodb import items, keys
from parley.adapters.dynamodb.conditions import Conditions, all_of
from parley.adapters.dynamodb.holding import Holding, identity
from parley.adapters.dynamodb.table import update
from parley.core.conversation import Conversation
from parley.core.fence import Holder
from parley.core.limits import IDLE_TTL

TAKE = (
    "SET #owner = :g, fence = :me, lease_until = :until, unsettled = :unsettled REMOVE expires_at"
)
GIVE_UP = (
    "SET generation = :next, updated_at = :now, expires_at = :expires"
    " REMOVE #owner, lease_until, unsettled, attempts"
)
HAND_OVER = "SET generation = :next REMOVE #owner, lease_until"


@dataclass(frozen=True, slots=True)
class TableLeases:
    holding: Holding
    conditions: Conditions

    def acquire(self, holder: Holder, lease_until: int) -> Conversation:
        condition = all_of(self.conditions.current_generation, self.conditions.later_fence)
        values = {**identity(holder), "until": lease_until, "unsettled": keys.UNSETTLED}
        take = update(keys.state(holder.conversation), TAKE, condition, values)
        return items.conversation_of(self.holding.returning(holder, take, "ALL_NEW"))

    def extend(self, holder: Holder, lease_until: int) -> None:
        change = "SET lease_until = :until"
        self.holding.insist(holder, self.holding.state(holder, change, until=lease_until))

    def count_attempt(self, holder: Holder) -> int:
        count = self.holding.state(holder, "ADD attempts :one", one=1)
        attempts: int = self.holding.returning(holder, count, "UPDATED_NEW")["attempts"]
        return attempts

    def release(self, holder: Holder, now: int) -> bool:
        """One write: what is read first may have changed when the write comes."""
        give_up = self.holding.state(
            holder,
            GIVE_UP,
            self.conditions.nothing_pending,
            self.conditions.no_turn_left,
            next=holder.generation + 1,
            now=now,
            expires=items.seconds(now + IDLE_TTL),
            zero=0,
        )
        return self.holding.attempt(holder, give_up) is None

    def hand_over(self, holder: Holder) -> Conversation:
        change = self.holding.state(holder, HAND_OVER, next=holder.generation + 1)
        return items.conversation_of(self.holding.returning(holder, change, "ALL_NEW"))

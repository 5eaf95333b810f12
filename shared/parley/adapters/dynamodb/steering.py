"""Messages on their way into a run that goes on, and what became of them (protocol 31 and 32)."""

from collections.abc import Sequence
from dataclasses import dataclass

from parley.adapters.dynamodb import items, keys
from parley.adapters.dynamodb.codec import Plain, unmarshal
from parley.adapters.dynamodb.conditions import Conditions, all_of
from parley.adapters.dynamodb.holding import Holding
from parley.adapters.dynamodb.large_texts import LargeTexts
from parley.adapters.dynamodb.table import Table, Write, update
from parley.core.busy import BusyMode
from parley.core.fence import Holder
from parley.core.limits import CLAIM_MESSAGES
from parley.core.message import Message
from parley.core.turn import Turn

TAKE_SLOT = "SET posting = :m, poster = :me, posting_until = :until"
TAKE = (
    f"{TAKE_SLOT}, passing = :m, passed = if_not_exists(passed, :zero),"
    " steering = list_append(if_not_exists(steering, :none), :list)"
)
COUNT_PASSED = "SET passed = passed + :one REMOVE passing, posting, poster, posting_until"
RESOLVE = (
    "SET messages = list_append(messages, :entered)"
    " REMOVE steering, passed, passing, posting, poster, posting_until"
)
PUT_BACK = "SET #status = :queued, #mode = :followup REMOVE turn"
MESSAGE = 2  # the place of its write when it is taken


@dataclass(frozen=True, slots=True)
class TableSteering:
    holding: Holding
    table: Table
    texts: LargeTexts
    conditions: Conditions

    def take(self, holder: Holder, turn: Turn, message: Message, now: int, until: int) -> bool:
        sk = keys.message_sk(message)
        if sk in turn.steering:
            return self._taken_again(holder, turn, sk, now, until)
        room = CLAIM_MESSAGES - len(turn.messages)
        if room < 1:
            return False
        taken = self._on_turn(
            holder,
            turn,
            TAKE,
            all_of(self._open_slot, self.conditions.none_passing, self.conditions.room_left),
            **_slot(holder, sk, now, until),
            list=[sk],
            none=[],
            zero=0,
            room=room,
        )
        moved = _moved(
            turn, sk, "SET #status = :steering, turn = :t", self.conditions.steered_queued
        )
        refused = self.holding.attempt(holder, self._steerable(holder, turn), taken, moved)
        if refused is None:
            return True
        old = refused.old.get(MESSAGE) or {}
        if (old.get("status"), old.get("turn")) == (items.STEERING, turn.id):  # by an earlier call
            return self._taken_again(holder, turn, sk, now, until)
        return False

    def passed(self, holder: Holder, turn: Turn, message: Message) -> None:
        clause = self.conditions.passed_slot
        sk = keys.message_sk(message)
        counted = self._on_turn(holder, turn, COUNT_PASSED, clause, m=sk, one=1)
        # A refusal under the own fence says that it was counted before.
        self.holding.attempt(holder, self.holding.state(holder), counted)

    def steered(self, turn: Turn) -> Sequence[Message]:
        stored = self.table.get(keys.turn(turn.conversation, turn.id)) or {}
        order: list[str] = stored.get("steering", [])
        if not order:
            return []
        found = self.table.query(
            "pk = :pk AND begins_with(sk, :messages)",
            {
                "pk": keys.partition(turn.conversation),
                "messages": keys.MESSAGES,
                "steering": items.STEERING,
                "t": turn.id,
            },
            FilterExpression=self.conditions.steering_in_turn,
            ConsistentRead=True,
        )
        by_key = {fields["sk"]: fields for fields in map(unmarshal, found)}
        return [items.message_of(by_key[sk], self.texts) for sk in order if sk in by_key]

    def resolve(
        self, holder: Holder, turn: Turn, entered: Sequence[Message], absent: Sequence[Message]
    ) -> bool:
        joined = [keys.message_sk(message) for message in entered]
        returned = [keys.message_sk(message) for message in absent]
        resolved = self._on_turn(
            holder,
            turn,
            RESOLVE,
            self.conditions.all_resolved,
            entered=joined,
            n=len(joined) + len(returned),
        )
        clause = self.conditions.steering_in_turn
        moved = [
            *(_moved(turn, sk, "SET #status = :claimed", clause) for sk in joined),
            *(_moved(turn, sk, PUT_BACK, clause) for sk in returned),
        ]
        state = self.holding.state(holder)
        return self.holding.attempt(holder, state, resolved, *moved) is None

    @property
    def _open_slot(self) -> str:
        return all_of(
            self.conditions.slot_free,
            self.conditions.no_ending,
            self.conditions.steering_unfinished,
        )

    def _taken_again(self, holder: Holder, turn: Turn, sk: str, now: int, until: int) -> bool:
        condition = all_of(self._open_slot, self.conditions.same_passing)
        slot = _slot(holder, sk, now, until)
        again = self._on_turn(holder, turn, TAKE_SLOT, condition, **slot)
        return self.holding.attempt(holder, self._steerable(holder, turn), again) is None

    def _steerable(self, holder: Holder, turn: Turn) -> Write:
        clauses = (self.conditions.steered_turn, self.conditions.not_stopped)
        return self.holding.state(holder, "", *clauses, t=turn.id)

    def _on_turn(
        self, holder: Holder, turn: Turn, change: str, condition: str, **values: Plain
    ) -> Write:
        return update(keys.turn(holder.conversation, turn.id), change, condition, values)


def _slot(holder: Holder, sk: str, now: int, until: int) -> dict[str, Plain]:
    return {"m": sk, "me": str(holder.fence), "now": now, "until": until}


def _moved(turn: Turn, sk: str, change: str, clause: str) -> Write:
    values: dict[str, Plain] = {
        "queued": items.QUEUED,
        "steering": items.STEERING,
        "claimed": items.CLAIMED,
        "followup": str(BusyMode.FOLLOWUP),
        "t": turn.id,
    }
    return update(keys.message_at(turn.conversation, sk), change, clause, values)

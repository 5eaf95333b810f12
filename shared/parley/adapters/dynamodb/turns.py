"""The open turn: what is recorded of it between its claim and its end (protocol 5 to 8, 16)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from parley.adapters.dynamodb import items, keys, turn_items
from parley.adapters.dynamodb.claims import Claims
from parley.adapters.dynamodb.codec import Plain
from parley.adapters.dynamodb.conditions import Conditions
from parley.adapters.dynamodb.endings import Endings
from parley.adapters.dynamodb.holding import Holding
from parley.adapters.dynamodb.large_texts import LargeTexts
from parley.adapters.dynamodb.table import Table, Write, update
from parley.core.batch import Batch
from parley.core.context import DeliveryContext
from parley.core.fence import Holder
from parley.core.message import Message
from parley.core.reply import Part
from parley.core.turn import Ending, Outcome, Post, Spell, Turn, Usage
from parley.errors import Fenced

SAVE_USED = f"SET #text = :text, gapped = :gapped, #usage = :usage {turn_items.NO_MORE_WAITING}"
# Once events are lost, what was used until then is not the sum.
SAVE = f"SET #text = :text, gapped = :gapped {turn_items.NO_MORE_WAITING}, #usage"


@dataclass(frozen=True, slots=True)
class TableTurns:
    holding: Holding
    table: Table
    texts: LargeTexts
    conditions: Conditions
    claims: Claims
    endings: Endings

    def queued(self, conversation: str) -> Sequence[Message]:
        return self.claims.queued(conversation)

    def claim(
        self,
        holder: Holder,
        turn: Turn,
        messages: Sequence[Message],
        used: DeliveryContext | None,
        *,
        renew: bool = False,
    ) -> bool:
        return self.claims.claim(holder, turn, messages, used, renew)

    def complete(self, holder: Holder, turn: Turn) -> bool:
        return self.claims.complete(holder, turn)

    def context(self, target: str) -> DeliveryContext | None:
        fields = self.table.get(keys.context(target))
        return items.context_of(fields) if fields else None

    def get(self, conversation: str, turn: str) -> Turn:
        fields = self.table.get(keys.turn(conversation, turn))
        if fields is None:
            raise LookupError(f"{conversation} has no turn {turn}")
        return turn_items.turn_of(fields, self.texts)

    def record_session(self, holder: Holder, session: str | None, notice: str | None) -> None:
        change, values = _tied_to(session)
        turn = self._open_turn(holder) if notice is not None else None
        if turn is None or notice is None:
            self.holding.insist(holder, self.holding.state(holder, change, **values))
            return
        # The turn was read before: it has to be the open one still.
        clause = self.conditions.open_turn
        state = self.holding.state(holder, change, clause, t=turn, **values)
        self.holding.insist(holder, state, _on(holder, turn, "SET notice = :notice", notice=notice))

    def record_post(self, holder: Holder, turn: str, post: Post, cursor: int) -> None:
        marked = _on(holder, turn, "SET post = :post", post=turn_items.post_fields(post))
        change = "SET boot = :boot, #cursor = :cursor"
        state = self.holding.state(holder, change, boot=post.boot, cursor=cursor)
        self.holding.insist(holder, state, marked)

    def record_run(self, holder: Holder, turn: str, run: str) -> None:
        state = self.holding.state(holder, "SET run = :run", run=run)
        change = f"SET run = :run {turn_items.NO_MORE_WAITING}"
        self.holding.insist(holder, state, _on(holder, turn, change, run=run))

    def record_wait(
        self, holder: Holder, turn: str, waiting: Mapping[str, Spell], waits: int, lease_until: int
    ) -> None:
        change = "SET lease_until = :until REMOVE attempts"
        state = self.holding.state(holder, change, until=lease_until)
        spells: Plain = {cause: turn_items.spell_fields(each) for cause, each in waiting.items()}
        noted = _on(holder, turn, "SET waiting = :w, waits = :waits", w=spells, waits=waits)
        self.holding.insist(holder, state, noted)

    def record_told(self, holder: Holder, turn: str) -> bool:
        told = _on(holder, turn, "SET told = :yes", self.conditions.not_told, yes=True)
        return self.holding.attempt(holder, self.holding.state(holder), told) is None

    def save_progress(
        self,
        holder: Holder,
        turn: str,
        cursor: int,
        text: str,
        gapped: bool,
        lease_until: int,
        usage: Usage | None = None,
    ) -> None:
        change = "SET #cursor = :cursor, lease_until = :until REMOVE attempts"
        state = self.holding.state(holder, change, cursor=cursor, until=lease_until)
        progress = _on(
            holder,
            turn,
            SAVE_USED if usage else SAVE,
            self.conditions.unfinished,
            text=self.texts.place(holder.conversation, text),
            gapped=gapped,
            **({"usage": turn_items.usage_fields(usage)} if usage else {}),
        )
        if self.holding.attempt(holder, state, progress):
            raise Fenced(f"{turn} has its outcome: a newer invocation wrote it")

    def record_progress_post(self, holder: Holder, turn: str, post: str) -> None:
        told = _on(holder, turn, "SET progress = :post", post=post)
        self.holding.insist(holder, self.holding.state(holder), told)

    def record_ending(self, holder: Holder, turn: str, ending: Ending, batch: Batch | None) -> bool:
        return self.endings.record_ending(holder, turn, ending, batch)

    def record_outcome(
        self,
        holder: Holder,
        turn: str,
        outcome: Outcome,
        reply: Sequence[Part],
        usage: Usage | None,
        cursor: int | None,
        batch: Batch | None = None,
    ) -> bool:
        return self.endings.record_outcome(holder, turn, outcome, reply, usage, cursor, batch)

    def _open_turn(self, holder: Holder) -> str | None:
        state = self.table.get(keys.state(holder.conversation)) or {}
        return state.get("turn")


def _tied_to(session: str | None) -> tuple[str, dict[str, Plain]]:
    """A new session's events are read from its start, so the old cursor goes with the old one."""
    if session is None:
        return "SET #cursor = :first REMOVE #session", {"first": 0}
    return "SET #session = :session, #cursor = :first", {"session": session, "first": 0}


def _on(holder: Holder, turn: str, change: str, condition: str = "", **values: Plain) -> Write:
    return update(keys.turn(holder.conversation, turn), change, condition, values)

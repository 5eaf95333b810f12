"""Ending a turn: the outcome and the parts of its reply, in one write (protocol 8)."""

from dataclasses import dataclass

from parley.core import replies
from parley.core.batch import Batch, BatchStatus
from parley.core.directive import AGAIN, DELIVER, Directive
from parley.core.fate import NOT_RUN, RESTARTED, UNKNOWN, Fate
from parley.core.fence import Holder
from parley.core.turn import Outcome, Turn, Usage
from parley.ports import Batches, Channels, Telemetry, Turns
from parley.services.prompt_editing import PromptEditing
from parley.services.resolving import Resolving

TRIES = 3


@dataclass(frozen=True, slots=True)
class TurnEnding:
    turns: Turns
    batches: Batches
    channels: Channels
    telemetry: Telemetry
    resolving: Resolving
    editing: PromptEditing

    def write(
        self,
        holder: Holder,
        turn: Turn,
        outcome: Outcome,
        *,
        text: str = "",
        reason: str = "",
        usage: Usage | None = None,
        cursor: int | None = None,
    ) -> Directive:
        """Store how the turn ended, once; then its reply is to be delivered.

        Of several writers the first one wins, so a finished reply is never replaced by a failure
        (I6). The parts are stored as split now: a later release may split in another way. No text
        is left on its way into the run, and nobody is left asked about its calls: a click that
        comes between is seen, and the outcome written again.
        """
        for _ in range(TRIES):
            turn = self.resolving.resolve(holder, turn)
            batch = self._asked(turn)
            told = replies.compose(outcome, text, _with_remark(reason, turn, batch), turn.notice)
            parts = self.channels[turn.delivery.channel].split(told)
            waits = batch if batch and batch.status is BatchStatus.OPEN else None
            written = self.turns.record_outcome(
                holder, turn.id, outcome, parts, usage, cursor, waits
            )
            if written:
                self._settle_prompt(turn, batch, outcome)
                break
            turn = self.turns.get(turn.conversation, turn.id)
            if turn.outcome is not None:
                break
        else:
            return AGAIN
        self.telemetry.event(
            "turn_ended" if written else "turn_ended_before",
            conversation=turn.conversation,
            turn=turn.id,
            run=turn.run,
            correlation_id=turn.correlation_id,
            outcome=outcome,
            parts=len(parts),
        )
        return DELIVER

    def _asked(self, turn: Turn) -> Batch | None:
        """The last batch that a person was asked about."""
        return self.batches.get(turn.conversation, turn.asked) if turn.asked else None

    def _settle_prompt(self, turn: Turn, batch: Batch | None, outcome: Outcome) -> None:
        if batch is None or batch.over:
            return
        batch = self.batches.get(turn.conversation, batch.key)
        fate = _fate(turn, batch, outcome)
        self.editing.settle(turn, batch, {call.id: fate for call in batch.asked} if fate else {})


def _with_remark(reason: str, turn: Turn, batch: Batch | None) -> str:
    """(37) What was allowed and did not run is said in the reply too."""
    if batch is None or batch.status is not BatchStatus.ALLOWED or batch.posted or batch.over:
        return reason
    remark = replies.ALLOWED_PERHAPS_RUN if _was_begun(turn, batch) else replies.ALLOWED_NOT_RUN
    return f"{reason}\n\n{remark}".strip()


def _fate(turn: Turn, batch: Batch, outcome: Outcome) -> Fate | None:
    """(37) Of calls that were allowed, and of whose end no event told."""
    if batch.status is not BatchStatus.ALLOWED:
        return None
    if not (batch.posted or _was_begun(turn, batch)):
        return NOT_RUN
    return RESTARTED if outcome is Outcome.INTERRUPTED else UNKNOWN


def _was_begun(turn: Turn, batch: Batch) -> bool:
    """The decisions may have reached the agent, although no answer said so."""
    return turn.posting == batch.key

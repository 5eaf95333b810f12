"""Ending a turn: the outcome and the chunks of its reply, in one write (protocol 8)."""

from dataclasses import dataclass

from parley.core import replies
from parley.core.directive import DELIVER, Directive
from parley.core.fence import Holder
from parley.core.turn import Outcome, Turn, Usage
from parley.ports import Channels, Telemetry, Turns


@dataclass(frozen=True, slots=True)
class TurnEnding:
    turns: Turns
    channels: Channels
    telemetry: Telemetry

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
        (I6). The chunks are stored as split now: a later release may split in another way.
        """
        told = replies.compose(outcome, text, reason, turn.notice)
        chunks = self.channels[turn.delivery.channel].split(told)
        written = self.turns.record_outcome(holder, turn.id, outcome, chunks, usage, cursor)
        self.telemetry.event(
            "turn_ended" if written else "turn_ended_before",
            conversation=turn.conversation,
            turn=turn.id,
            run=turn.run,
            correlation_id=turn.correlation_id,
            outcome=outcome,
            chunks=len(chunks),
        )
        return DELIVER

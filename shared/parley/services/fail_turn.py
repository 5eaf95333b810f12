"""FailTurn: what the machine does when a task failed for good (protocol 13)."""

from dataclasses import dataclass

from parley.core import replies
from parley.core.conversation import Conversation
from parley.core.directive import DELIVER, Directive, wait
from parley.core.fence import Holder
from parley.core.limits import ATTEMPTS, LEASE, LEASE_SLACK, SECOND
from parley.core.patience import pause
from parley.core.turn import Ending, Outcome, Turn
from parley.ports import Clock, Leases, Outbox, Telemetry, Turns
from parley.services.cancelling import Cancelling
from parley.services.turn_ending import TurnEnding

LONG_PAUSE = 300  # seconds


@dataclass(frozen=True, slots=True)
class FailTurn:
    leases: Leases
    turns: Turns
    outbox: Outbox
    clock: Clock
    telemetry: Telemetry
    cancelling: Cancelling
    ending: TurnEnding

    def __call__(self, holder: Holder) -> Directive:
        """End the turn with a stated failure, or, where it has an outcome and the delivery is what
        fails, try again later and in the end keep the reply as undelivered. Messages, `pending`
        and the generation are never touched here."""
        conversation = self.leases.acquire(holder, self.clock.now() + LEASE)
        attempts = self.leases.count_attempt(holder)
        self.telemetry.event("task_failed", conversation=conversation.key, attempts=attempts)
        if conversation.turn is None:
            return self._pause(holder, attempts)
        turn = self.turns.get(conversation.key, conversation.turn)
        if turn.outcome is not None:
            return self._retry_delivery(holder, turn, attempts)
        return self._fail(holder, conversation, turn)

    def _fail(self, holder: Holder, conversation: Conversation, turn: Turn) -> Directive:
        """The outcome comes first: a cancel that outlasts this invocation each time would keep the
        turn from ever ending. A run that is left behind is cancelled by the turn that meets it."""
        stated = turn.ending or Ending(Outcome.FAILED, replies.BROKEN, self.clock.now())
        ended = self.ending.write(
            holder,
            turn,
            stated.outcome,
            text=turn.text,
            reason=stated.reason,
            usage=turn.usage,
        )
        if turn.run is not None and conversation.session is not None:
            self.cancelling.cancel(conversation.session, f"{turn.id}-cancel", turn.run)
        return ended

    def _retry_delivery(self, holder: Holder, turn: Turn, attempts: int) -> Directive:
        if attempts < ATTEMPTS:
            return self._pause(holder, attempts)
        if turn.undelivered is None:
            self.outbox.give_up(holder, turn.id, f"the delivery failed {attempts} times")
            self.telemetry.count("RepliesUndelivered")
        return DELIVER

    def _pause(self, holder: Holder, attempts: int) -> Directive:
        """With nothing claimed the message stays queued. Something is wrong for good after so many
        attempts: the alarm on the oldest queued message tells, and the tries get few."""
        seconds = pause(attempts) if attempts < ATTEMPTS else LONG_PAUSE
        self.leases.extend(holder, self.clock.now() + seconds * SECOND + LEASE_SLACK)
        return wait(seconds)

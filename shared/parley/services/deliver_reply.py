"""DeliverReply: send the stored chunks in order, complete the turn, release (protocol 9 to 11)."""

from collections.abc import Callable
from dataclasses import dataclass

from parley.core.directive import AGAIN, DELIVER, DONE, Directive
from parley.core.fence import Holder
from parley.core.limits import CLOCK_SKEW, LEASE, SECOND, SEND_TIMEOUT, SEND_WINDOW
from parley.core.patience import DYING_PATIENCE, PLATFORM_PATIENCE, UNCERTAIN_PATIENCE
from parley.core.turn import Turn
from parley.errors import (
    ChannelError,
    ChannelMisconfigured,
    ChannelUnavailable,
    RateLimited,
    SendUncertain,
    Undeliverable,
)
from parley.ports import Channels, Clock, Leases, Outbox, Telemetry, Turns
from parley.services.tasks.native import NativeEnding
from parley.services.waiting import Cause, Waiting

RESERVE = SEND_TIMEOUT + 4.0  # seconds: a send, and the writes around it


@dataclass(frozen=True, slots=True)
class DeliverReply:
    leases: Leases
    turns: Turns
    outbox: Outbox
    channels: Channels
    clock: Clock
    telemetry: Telemetry
    waiting: Waiting
    tasks: NativeEnding

    def __call__(self, holder: Holder, remaining: Callable[[], float]) -> Directive:
        """Deliver what is left of the reply. `remaining` gives the invocation's seconds left: no
        send begins that might be cut off in the middle."""
        conversation = self.leases.acquire(holder, self.clock.now() + LEASE)
        if conversation.turn is None:
            return self._release(holder)
        turn = self.turns.get(holder.conversation, conversation.turn)
        if turn.outcome is None:
            return AGAIN
        if turn.undelivered is None:
            for chunk in range(turn.delivered, len(turn.reply)):
                if remaining() < RESERVE:
                    return DELIVER
                directive = self._deliver(holder, turn, chunk)
                if directive is not None:
                    # A task is over with its turn's outcome: the platform does not hold it up.
                    self.tasks.ended(turn)
                    return directive
                turn = turn.rested()
        return self._complete(holder, turn)

    def _deliver(self, holder: Holder, turn: Turn, chunk: int) -> Directive | None:
        """Send one chunk between its intent and its count; a directive where that must wait."""
        started = self.clock.monotonic()
        now = self.clock.now()
        if not self.outbox.intend(holder, turn.id, chunk, now, now + SEND_WINDOW):
            return self._wait_out_intent(holder, turn)
        spent = self.clock.monotonic() - started
        if spent > SEND_WINDOW / SECOND - SEND_TIMEOUT - CLOCK_SKEW:
            return self._wait_out_intent(holder, turn)
        channel = self.channels[turn.delivery.channel]
        try:
            # The progress post becomes the answer.
            replacing = turn.progress if chunk == 0 else None
            nonce = f"{turn.id}-{chunk}"
            channel.send(turn.delivery, turn.reply[chunk], nonce, SEND_TIMEOUT, replacing)
        except RateLimited as limit:
            self.outbox.retract(holder, turn.id, chunk)
            return self._try_again(holder, turn, Cause.RATE_LIMIT, limit, limit.seconds)
        except ChannelUnavailable as error:
            self.telemetry.failure("channel_unavailable", error, turn=turn.id)
            self.outbox.retract(holder, turn.id, chunk)
            return self._try_again(holder, turn, Cause.CHANNEL_FAULT, error)
        except SendUncertain as error:
            # It may have arrived. The intent stays: nobody sends until it lapses.
            self.telemetry.failure("send_uncertain", error, turn=turn.id)
            if self.waiting.exhausted(turn, Cause.INTENT, UNCERTAIN_PATIENCE):
                return self._give_up(holder, turn, error)
            return self._wait_out_intent(holder, turn)
        except (Undeliverable, ChannelMisconfigured) as error:
            return self._give_up(holder, turn, error)
        self.outbox.confirm(holder, turn.id, chunk)
        return None

    def _wait_out_intent(self, holder: Holder, turn: Turn) -> Directive:
        if self.waiting.exhausted(turn, Cause.INTENT, DYING_PATIENCE):
            return self._give_up(holder, turn, SendUncertain("every try to send it died"))
        return self.waiting.once_more(holder, turn, Cause.INTENT, SEND_WINDOW // SECOND + 1)

    def _try_again(
        self,
        holder: Holder,
        turn: Turn,
        cause: Cause,
        error: ChannelError,
        seconds: int | None = None,
    ) -> Directive:
        if self.waiting.exhausted(turn, cause, PLATFORM_PATIENCE):
            return self._give_up(holder, turn, error)
        return self.waiting.once_more(holder, turn, cause, seconds)

    def _give_up(self, holder: Holder, turn: Turn, error: Exception) -> Directive:
        """Keep the reply as undelivered, for an operator to send; the conversation goes on."""
        self.telemetry.failure(
            "reply_undelivered",
            error,
            conversation=turn.conversation,
            turn=turn.id,
            correlation_id=turn.correlation_id,
        )
        self.outbox.give_up(holder, turn.id, str(error))
        self.telemetry.count("RepliesUndelivered")
        return self._complete(holder, self.turns.get(turn.conversation, turn.id))

    def _complete(self, holder: Holder, turn: Turn) -> Directive:
        """A task's outcome comes first: once the turn is complete, nobody would come back to it."""
        self.tasks.ended(turn)
        if self.turns.complete(holder, turn):
            self.telemetry.event(
                "turn_completed",
                conversation=turn.conversation,
                turn=turn.id,
                run=turn.run,
                correlation_id=turn.correlation_id,
                outcome=turn.outcome,
            )
            self.telemetry.count("TurnsCompleted")
        return self._release(holder)

    def _release(self, holder: Holder) -> Directive:
        """(11) A write of its own, never part of completing: a message may have come in between."""
        return DONE if self.leases.release(holder, self.clock.now()) else AGAIN

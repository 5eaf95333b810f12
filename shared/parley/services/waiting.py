"""Waiting at no cost for an agent or a platform that cannot serve a turn now (protocol 16)."""

from dataclasses import dataclass
from enum import StrEnum

from parley.core.directive import Directive, wait
from parley.core.fence import Holder
from parley.core.limits import LEASE_SLACK, SECOND, SEND_TIMEOUT
from parley.core.patience import TELL_AFTER, pause
from parley.core.turn import Spell, Turn
from parley.errors import ChannelError
from parley.ports import Channels, Clock, Telemetry, Turns

FEWEST_TRIES = 3  # a fault that was met less often may have been a moment's


class Cause(StrEnum):
    """What a turn waits for. Each has a patience of its own, so that a long wait for one does not
    use up that for another; all begin anew with progress."""

    SESSION_BUSY = "session_busy"
    SESSION_GONE = "session_gone"
    AGENT_UNREACHABLE = "agent_unreachable"
    RATE_LIMIT = "rate_limit"
    CHANNEL_FAULT = "channel_fault"
    INTENT = "intent"


@dataclass(frozen=True, slots=True)
class Waiting:
    turns: Turns
    channels: Channels
    clock: Clock
    telemetry: Telemetry

    def exhausted(self, turn: Turn, cause: Cause, patience: int) -> bool:
        """Whether the turn has met this again and again for longer than `patience` milliseconds,
        whatever else it met between."""
        spell = turn.waiting.get(cause)
        if spell is None or spell.count < FEWEST_TRIES:
            return False
        return self.clock.now() - spell.since >= patience

    def once_more(
        self, holder: Holder, turn: Turn, cause: Cause, seconds: int | None = None
    ) -> Directive:
        """Pause for `seconds`, or longer each time, with a lease that outlives the pause."""
        seconds = max(1, pause(turn.waits) if seconds is None else seconds)
        now = self.clock.now()
        before = turn.waiting.get(cause, Spell(now, 0))
        waiting = {**turn.waiting, cause: Spell(before.since, before.count + 1)}
        lease_until = now + seconds * SECOND + LEASE_SLACK
        self.turns.record_wait(holder, turn.id, waiting, turn.waits + 1, lease_until)
        self.telemetry.event(
            "turn_waits",
            conversation=turn.conversation,
            turn=turn.id,
            correlation_id=turn.correlation_id,
            reason=cause,
            seconds=seconds,
        )
        return wait(seconds)

    def tell_busy(self, holder: Holder, turn: Turn, notice: str) -> None:
        """Tell the chat, once, that the agent is busy; the answer replaces it. Noted first: a crash
        loses the courtesy, never repeats it."""
        spell = turn.waiting.get(Cause.SESSION_BUSY)
        if turn.told or spell is None or self.clock.now() - spell.since < TELL_AFTER:
            return
        if not self.turns.record_told(holder, turn.id):
            return
        channel = self.channels[turn.delivery.channel]
        try:
            post = channel.show_progress(turn.delivery, notice, turn.progress, SEND_TIMEOUT)
        except ChannelError as error:
            self.telemetry.failure("notice_not_sent", error, turn=turn.id)
            return
        self.turns.record_progress_post(holder, turn.id, post)

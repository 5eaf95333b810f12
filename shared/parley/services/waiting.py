"""Waiting at no cost for an agent or a platform that cannot serve a turn now (protocol 16)."""

from dataclasses import dataclass
from enum import StrEnum

from parley.core import replies
from parley.core.directive import Directive, wait
from parley.core.fence import Holder
from parley.core.limits import LEASE_SLACK, SECOND, SEND_TIMEOUT
from parley.core.patience import TELL_AFTER, pause
from parley.core.turn import Turn
from parley.errors import ChannelError
from parley.ports import Channels, Clock, Telemetry, Turns


class Cause(StrEnum):
    """What a turn waits for. Each has a patience of its own, so that a long wait for one does not
    use up that for another."""

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
        """Whether the turn has waited for this longer than `patience` milliseconds."""
        return self._waited(turn, cause) >= patience

    def once_more(
        self, holder: Holder, turn: Turn, cause: Cause, seconds: int | None = None
    ) -> Directive:
        """Pause for `seconds`, or longer each time, with a lease that outlives the pause."""
        same = turn.waiting_for == cause
        waits = turn.waits if same else 0
        seconds = max(1, pause(waits) if seconds is None else seconds)
        now = self.clock.now()
        since = turn.waiting_since if same and turn.waiting_since is not None else now
        lease_until = now + seconds * SECOND + LEASE_SLACK
        self.turns.record_wait(holder, turn.id, cause, since, waits + 1, lease_until)
        self.telemetry.event(
            "turn_waits",
            conversation=turn.conversation,
            turn=turn.id,
            correlation_id=turn.correlation_id,
            reason=cause,
            seconds=seconds,
        )
        return wait(seconds)

    def tell_busy(self, holder: Holder, turn: Turn) -> None:
        """Tell the chat, once, that the agent is busy. Noted first: a crash loses the courtesy,
        never repeats it."""
        if turn.told or self._waited(turn, Cause.SESSION_BUSY) < TELL_AFTER:
            return
        if not self.turns.record_told(holder, turn.id):
            return
        channel = self.channels[turn.delivery.channel]
        try:
            channel.send(turn.delivery, replies.BUSY, f"{turn.id}-busy", SEND_TIMEOUT)
        except ChannelError as error:
            self.telemetry.failure("notice_not_sent", error, turn=turn.id)

    def _waited(self, turn: Turn, cause: Cause) -> int:
        if turn.waiting_for != cause or turn.waiting_since is None:
            return 0
        return self.clock.now() - turn.waiting_since

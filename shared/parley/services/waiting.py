"""Waiting at no cost for an agent or a platform that cannot serve a turn now (protocol 16)."""

from dataclasses import dataclass

from parley.core import replies
from parley.core.directive import Directive, wait
from parley.core.fence import Holder
from parley.core.limits import LEASE_SLACK, SECOND, SEND_TIMEOUT
from parley.core.patience import TELL_AFTER, pause
from parley.core.turn import Turn
from parley.errors import ChannelError
from parley.ports import Channels, Clock, Telemetry, Turns


@dataclass(frozen=True, slots=True)
class Waiting:
    turns: Turns
    channels: Channels
    clock: Clock
    telemetry: Telemetry

    def exhausted(self, turn: Turn, patience: int) -> bool:
        """Whether the turn has waited longer than `patience` milliseconds."""
        return self._waited(turn) >= patience

    def once_more(
        self, holder: Holder, turn: Turn, why: str, seconds: int | None = None
    ) -> Directive:
        """Pause for `seconds`, or longer each time, with a lease that outlives the pause."""
        seconds = max(1, pause(turn.waits) if seconds is None else seconds)
        now = self.clock.now()
        self.turns.record_wait(holder, turn.id, now, now + seconds * SECOND + LEASE_SLACK)
        self.telemetry.event(
            "turn_waits",
            conversation=turn.conversation,
            turn=turn.id,
            correlation_id=turn.correlation_id,
            reason=why,
            seconds=seconds,
        )
        return wait(seconds)

    def tell_busy(self, holder: Holder, turn: Turn) -> None:
        """Tell the chat, once, that the agent is busy. Noted first: a crash loses the courtesy,
        never repeats it."""
        if turn.told or self._waited(turn) < TELL_AFTER:
            return
        if not self.turns.record_told(holder, turn.id):
            return
        channel = self.channels[turn.delivery.channel]
        try:
            channel.send(turn.delivery, replies.BUSY, f"{turn.id}-busy", SEND_TIMEOUT)
        except ChannelError as error:
            self.telemetry.failure("notice_not_sent", error, turn=turn.id)

    def _waited(self, turn: Turn) -> int:
        return 0 if turn.waiting_since is None else self.clock.now() - turn.waiting_since

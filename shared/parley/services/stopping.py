"""Stopping a turn from outside its machine (protocol 30, 34)."""

from dataclasses import dataclass

from parley.core.batch import Batch, BatchStatus
from parley.core.conversation import Conversation
from parley.core.message import Message
from parley.errors import StoreUnavailable
from parley.ports import Approvals, Clock, Controls, Inbox, Telemetry
from parley.services.waking import Waking

TRIES = 5


@dataclass(frozen=True, slots=True)
class Stopping:
    inbox: Inbox
    controls: Controls
    approvals: Approvals
    waking: Waking
    clock: Clock
    telemetry: Telemetry

    def stop(self, conversation: str, turn: str, message: Message | None = None) -> bool:
        """Ask that very turn to stop, and wake it where it waits for a decision. False where it is
        over, or (34) the message that interrupts is no longer queued. A repeat changes nothing.

        State and batch are written as they were read: a decision that comes between is seen, and
        both are read again.
        """
        seen: tuple[Conversation, Batch | None] | None = None
        for _ in range(TRIES):
            state = self.inbox.read(conversation)
            if state is None or state.turn != turn or self._has_ended(conversation, turn):
                return False
            batch = self._batch(state)
            if message is not None and (state, batch) == seen:
                return False  # what has changed since can only be the message
            seen = (state, batch)
            if self.controls.stop(state, batch, self.clock.now(), message):
                self.telemetry.event("stop_requested", conversation=conversation, turn=turn)
                self._wake(state, batch)
                return True
        raise StoreUnavailable(f"{conversation} kept changing while it was to be stopped")

    def _has_ended(self, conversation: str, turn: str) -> bool:
        """Its answer is on the way to the chat: there is nothing left to stop."""
        found = self.inbox.turn(conversation, turn)
        return found is not None and found.outcome is not None

    def _batch(self, state: Conversation) -> Batch | None:
        if state.batch is None:
            return None
        try:
            return self.approvals.get(state.key, state.batch)
        except LookupError:
            return None

    def _wake(self, state: Conversation, batch: Batch | None) -> None:
        """The token is looked up after the write: the machine may have parked just now."""
        if batch is None or batch.status is not BatchStatus.OPEN:
            return
        self.waking.call_back(self.approvals.get(state.key, batch.key).token)

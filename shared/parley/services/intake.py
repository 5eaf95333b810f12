"""Accept: what a webhook does with a message before it answers (protocol 1, 31 to 35).

Nothing here is slow and nothing calls the agent: a read, one transaction, another read, one
StartExecution. What is done besides, in other modes than `followup`, is for whoever is working.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parley.core import saying
from parley.core.busy import BusyMode
from parley.core.message import Inbound, Message
from parley.core.reading import Told
from parley.core.routing import Routing, TitleTemplate

if TYPE_CHECKING:
    # Not on the webhook's cold start, where few messages come to it.
    from parley.core.batch import Batch
    from parley.core.conversation import Conversation
    from parley.ports import Approvals, Clock, Controls, Inbox, Telemetry
    from parley.services.stopping import Stopping
    from parley.services.waking import Waking

REJECTED = "rejected"
ANSWERED = Told(reply_follows=True)

TitleOf = Callable[[str], TitleTemplate]  # by channel
BusyModeOf = Callable[[str], BusyMode]


@dataclass(frozen=True, slots=True)
class Intake:
    inbox: Inbox
    controls: Controls
    approvals: Approvals
    waking: Waking
    stopping: Stopping
    clock: Clock
    telemetry: Telemetry
    routing: Routing
    title: TitleOf
    busy_mode: BusyModeOf

    def accept(self, inbound: Inbound, correlation_id: str) -> Told:
        """Store the message and make sure that somebody works on it; what its sender is told.

        After it returns, the message is in the table, or it was refused and its sender is told so
        (I1). Raises StoreUnavailable when that is not certain: the platform must retry. The turn
        that is open is read before: read after, an interrupting message could stop its own (34).
        """
        conversation = self.routing.key(inbound.delivery)
        before = self.inbox.read(conversation)
        mode = self._mode(before, inbound)
        if mode is BusyMode.REJECT:
            return self._reject(conversation, inbound)
        message = self._message(conversation, inbound, mode, correlation_id)
        title = self.title(inbound.delivery.channel).render(inbound.delivery)
        accepted = self.inbox.accept(message, title, self.clock.now())
        if not accepted and self.inbox.verdict(inbound.id) == REJECTED:
            return Told(saying.REJECTED)  # (35) a redelivery repeats the verdict
        self.telemetry.event(
            "message_accepted" if accepted else "message_duplicate",
            conversation=conversation,
            message_id=inbound.id.message,
        )
        after = self.waking.wake(conversation)
        return self._disturb(message, before, after, mode)

    def _mode(self, state: Conversation | None, inbound: Inbound) -> BusyMode:
        """FOLLOWUP wherever no turn is open: then there is nothing to disturb."""
        if state is None or state.turn is None:
            return BusyMode.FOLLOWUP
        return state.mode or self.busy_mode(inbound.delivery.channel)

    def _reject(self, conversation: str, inbound: Inbound) -> Told:
        standing = self.inbox.claim(inbound.id, REJECTED, self.clock.now())
        if standing == REJECTED:
            return Told(saying.REJECTED)
        self.waking.wake(conversation)  # (1) accepted before: a duplicate wakes too
        return ANSWERED

    def _disturb(
        self,
        message: Message,
        before: Conversation | None,
        after: Conversation | None,
        mode: BusyMode,
    ) -> Told:
        """What the message does to the turn that was open before it. Duplicates do it too: the
        first delivery may have died on the way here."""
        if mode is BusyMode.INTERRUPT and before is not None and before.turn is not None:
            if self.stopping.stop(message.conversation, before.turn, message):
                return Told(saying.STOPPED_FOR_YOU, reply_follows=True)
            return ANSWERED
        if after is None or after.approval is None or after.batch is None:
            return ANSWERED
        if mode is BusyMode.STEER:
            return self._supersede(message, after.batch)
        if not self._is_open(message.conversation, after.batch):
            return ANSWERED  # decided, and about to go on
        return Told(saying.waits_behind(after.approval), reply_follows=True)

    def _is_open(self, conversation: str, key: str) -> bool:
        from parley.core.batch import BatchStatus

        batch = self._batch(conversation, key)
        return batch is not None and batch.status is BatchStatus.OPEN

    def _batch(self, conversation: str, key: str) -> Batch | None:
        try:
            return self.approvals.get(conversation, key)
        except LookupError:
            return None

    def _supersede(self, message: Message, key: str) -> Told:
        """(33) The text goes to the agent instead of a decision."""
        from parley.core.batch import BatchStatus

        batch = self._batch(message.conversation, key)
        if batch is None:
            return ANSWERED
        if batch.status is BatchStatus.OPEN and self.controls.supersede(
            message.conversation, batch, message, self.clock.now()
        ):
            batch = self.approvals.get(message.conversation, key)
        if batch.status is BatchStatus.SUPERSEDED and not batch.posted:
            self.waking.call_back(batch.token)
        return ANSWERED

    def _message(
        self, conversation: str, inbound: Inbound, mode: BusyMode, correlation_id: str
    ) -> Message:
        return Message(
            id=inbound.id,
            conversation=conversation,
            sender=inbound.sender,
            text=inbound.text,
            delivery=inbound.delivery,
            position=inbound.position,
            sent_at=inbound.sent_at,
            accepted_at=self.clock.now(),
            correlation_id=correlation_id,
            attachments=inbound.attachments,
            mode=BusyMode.STEER if mode is BusyMode.STEER else BusyMode.FOLLOWUP,
        )

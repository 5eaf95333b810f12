"""Accept and wake: what a webhook does with a message before it answers (protocol 1).

Nothing here is slow and nothing calls the agent: one transaction, one read, one StartExecution.
"""

from dataclasses import dataclass
from enum import StrEnum

from parley.core.access import Access
from parley.core.message import Address, Inbound, Message
from parley.core.routing import Routing, TitleTemplate
from parley.errors import ExecutionsUnavailable
from parley.ports import Clock, Executions, Inbox, Started, Telemetry


class Receipt(StrEnum):
    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Intake:
    inbox: Inbox
    executions: Executions
    clock: Clock
    telemetry: Telemetry
    routing: Routing
    title: TitleTemplate
    access: Access

    def accept(self, inbound: Inbound, correlation_id: str) -> Receipt:
        """Store the message and make sure that somebody works on it.

        After it returns ACCEPTED or DUPLICATE the message is in the table (I1). Raises
        StoreUnavailable when that is not certain: the platform must retry. An ignored message takes
        no claim, so that its twin can still be accepted.
        """
        conversation = self.routing.key(inbound.delivery)
        refusal = self._refusal(inbound)
        if refusal:
            self.telemetry.event("message_ignored", conversation=conversation, reason=refusal)
            return Receipt.IGNORED
        message = self._admit(conversation, inbound, correlation_id)
        title = self.title.render(inbound.delivery)
        accepted = self.inbox.accept(message, title, self.clock.now())
        receipt = Receipt.ACCEPTED if accepted else Receipt.DUPLICATE
        self.telemetry.event(
            f"message_{receipt}", conversation=conversation, message_id=inbound.id.message
        )
        self._wake(conversation)
        return receipt

    def _refusal(self, inbound: Inbound) -> str | None:
        """Why the message is not for us.

        Its conversation does not tell: where a binding gives several chats one, a mention in one
        thread would let in what people say to each other in all the others.
        """
        where = inbound.delivery
        installation = inbound.id.installation
        if not self.access.admits(where.channel, installation, where.chat, inbound.sender.id):
            return "sender_not_allowed"
        overheard = inbound.address is Address.OVERHEARD
        if overheard and not self.inbox.known(inbound.id.installation, inbound.delivery):
            return "not_addressed"
        return None

    def _admit(self, conversation: str, inbound: Inbound, correlation_id: str) -> Message:
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
        )

    def _wake(self, conversation: str) -> None:
        """Start the present generation's execution unless a living one has the conversation.

        A duplicate wakes too: the first delivery may have died between its commit and its wake. A
        name that is used up means that the generation is just moving on, so the state is read once
        more; whatever is left after that is the sweeper's.
        """
        tried: int | None = None
        for _ in range(2):
            state = self.inbox.read(conversation)
            if state is None or state.pending == 0 or state.owned_at(self.clock.now()):
                return
            if state.generation == tried:
                return
            tried = state.generation
            try:
                if self.executions.start(conversation, state.generation) is Started.RUNNING:
                    return
            except ExecutionsUnavailable as error:
                self.telemetry.failure("wake_failed", error, conversation=conversation)
                return

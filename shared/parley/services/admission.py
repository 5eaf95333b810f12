"""Who may talk to the agent, and which messages are for it (I10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parley.core import saying
from parley.core.delivery import Chat, ChatKind
from parley.core.message import Address
from parley.core.reading import Told

if TYPE_CHECKING:
    from parley.core.access import Access
    from parley.core.delivery import Delivery
    from parley.core.message import Inbound, Sender
    from parley.ports import Clock, Ids, Inbox, Moves, Pairings, Telemetry

SILENCE = Told()


@dataclass(frozen=True, slots=True)
class Admission:
    inbox: Inbox
    pairings: Pairings
    moves: Moves
    access: Access
    clock: Clock
    ids: Ids
    telemetry: Telemetry

    def refusal(self, inbound: Inbound) -> Told | None:
        """What to say to a message that is not taken; None where it is for us.

        A binding may give several chats one conversation, so it is asked of the very thread whether
        it is ours: else a mention in one would let in what people say to each other in the others.
        """
        overheard = inbound.address is Address.OVERHEARD
        if overheard and not self.inbox.known(inbound.id.installation, inbound.delivery):
            self._note("not_addressed", inbound.delivery)
            return SILENCE
        if self.admits(inbound.sender, inbound.id.installation, inbound.delivery):
            return None
        self._note("sender_not_allowed", inbound.delivery)
        return SILENCE if overheard else self._offer(inbound)

    def admits(self, sender: Sender, installation: str, at: Delivery) -> bool:
        """Whether this person may talk to the agent here: listed, or let in by an operator."""
        if self.access.admits(at.channel, installation, at.chat, sender.id):
            return True
        if self._admits_where_it_was(sender, installation, at):
            return True
        from parley.core.pairing import Person  # for the few that the configuration does not name

        return self.pairings.paired(Person(at.channel, installation, sender.id))

    def _admits_where_it_was(self, sender: Sender, installation: str, at: Delivery) -> bool:
        """A chat that moved may be listed under the id that it had."""
        if at.chat.kind is ChatKind.DIRECT or not self.access.admits_chats(at.channel):
            return False
        old = self.moves.origin(at.channel, at.chat.group)
        return old is not None and self.access.admits(
            at.channel, installation, Chat.of_group(old), sender.id
        )

    def _offer(self, inbound: Inbound) -> Told:
        """One polite answer with a code that an operator can accept; then silence for an hour."""
        from parley.core.pairing import Person

        person = Person(
            inbound.delivery.channel,
            inbound.id.installation,
            inbound.sender.id,
            inbound.sender.name,
        )
        code = self.ids.code()
        if not self.pairings.offer(person, code, self.clock.now()):
            return SILENCE
        return Told(saying.unknown_person(inbound, code))

    def _note(self, reason: str, at: Delivery) -> None:
        self.telemetry.event("message_ignored", channel=at.channel, reason=reason)

"""A chat that goes on under another id: a group of Telegram's becomes a supergroup."""

from dataclasses import dataclass

from parley.core.access import Access
from parley.core.delivery import Delivery
from parley.core.routing import Routing
from parley.ports import Clock, Moves, Telemetry


@dataclass(frozen=True, slots=True)
class Moving:
    moves: Moves
    access: Access
    routing: Routing
    clock: Clock
    telemetry: Telemetry

    def follow(self, old: Delivery, new: Delivery) -> None:
        """Let the new chat's conversation go on in the old one's session, and let in whom the
        configuration lets in by the old id. What is under way in the old chat ends there. A repeat
        changes nothing. Raises StoreUnavailable: the platform must come again."""
        if self.access.names(old.channel, old.chat):
            self.moves.record(old.channel, old.chat.group, new.chat.group)
        before, after = self.routing.key(old), self.routing.key(new)
        carried = before != after and self.moves.move(before, after, new, self.clock.now())
        self.telemetry.event(
            "chat_moved", channel=old.channel, conversation=after, carried=int(carried)
        )

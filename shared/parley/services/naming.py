"""Names for people of whom a message brought only the id. Nothing that goes wrong here stops the
turn: their ids stand for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from parley.core.message import Message
from parley.errors import ChannelError
from parley.ports import Channels, Clock, Telemetry

ASKED_ABOUT = 8  # people in one turn
ALL_SECONDS = 2.0  # together; the task has 25 in all


@dataclass(frozen=True, slots=True)
class Naming:
    channels: Channels
    clock: Clock
    telemetry: Telemetry

    def named(self, messages: Sequence[Message]) -> Sequence[Message]:
        """The messages of one chat, with their senders' names where several people spoke."""
        if len({message.sender.id for message in messages}) < 2:
            return messages
        names = {each.sender.id: each.sender.name for each in messages if each.sender.name}
        nameless = dict.fromkeys(
            message.sender.id for message in messages if message.sender.id not in names
        )
        channel = messages[0].delivery.channel
        names |= self._looked_up(channel, list(nameless)[:ASKED_ABOUT])
        return [_with_name(message, names) for message in messages]

    def _looked_up(self, channel: str, people: Sequence[str]) -> Mapping[str, str]:
        """Whoever has a name. After a failure nobody else is asked about."""
        until = self.clock.monotonic() + ALL_SECONDS
        names: dict[str, str] = {}
        for person in people:
            left = until - self.clock.monotonic()
            if left <= 0:
                break
            try:
                names[person] = self.channels[channel].name_of(person, left)
            except ChannelError as error:
                self.telemetry.failure("name_not_found", error, channel=channel)
                break
        return names


def _with_name(message: Message, names: Mapping[str, str]) -> Message:
    sender = message.sender
    return replace(message, sender=replace(sender, name=sender.name or names.get(sender.id, "")))

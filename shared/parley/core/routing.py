"""Which conversation a message belongs to, and what that conversation is called.

A binding for a peer comes first, then one for a whole channel, then the default for the chat.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from parley.core.delivery import ChatKind, Delivery

LONGEST_KEY = 256  # characters; a DynamoDB key takes 2048 bytes
DEFAULT_TITLE = "{channel} / {peer}"
BINDING_FIELDS = ("channel", "routing_key", "direct", "group")


class DmScope(StrEnum):
    """What direct chats share a conversation."""

    MAIN = "main"  # all of them
    PER_PEER = "per_peer"  # those of one peer id, whatever the channel
    PER_CHANNEL_PEER = "per_channel_peer"  # none


@dataclass(frozen=True, slots=True)
class Binding:
    """Sends chats of a channel to a conversation of the operator's choice.

    With `direct` it is about that peer's direct chat, else with `group` about that group and its
    threads, else about the whole channel.
    """

    channel: str
    routing_key: str
    direct: str = ""
    group: str = ""

    @property
    def channel_wide(self) -> bool:
        return not self.direct and not self.group

    def names(self, delivery: Delivery) -> bool:
        """Whether the chat is the very one this binding is about."""
        if delivery.channel != self.channel:
            return False
        if self.direct:
            return delivery.chat.kind is ChatKind.DIRECT and delivery.peer == self.direct
        return bool(self.group) and delivery.chat.group == self.group


@dataclass(frozen=True, slots=True)
class Routing:
    """Of two bindings that fit equally well the first applies."""

    dm_scope: DmScope = DmScope.PER_CHANNEL_PEER
    bindings: tuple[Binding, ...] = ()
    dm_scopes: Mapping[str, DmScope] = field(default_factory=dict)  # of channels with their own

    def key(self, delivery: Delivery) -> str:
        """The routing key: the name of the conversation that this chat belongs to."""
        bound = self._bound(delivery)
        return bound.routing_key if bound else self._default(delivery)

    def _bound(self, delivery: Delivery) -> Binding | None:
        for_chat = (binding for binding in self.bindings if binding.names(delivery))
        for_channel = (
            binding
            for binding in self.bindings
            if binding.channel_wide and binding.channel == delivery.channel
        )
        return next(for_chat, None) or next(for_channel, None)

    def _default(self, delivery: Delivery) -> str:
        channel, chat = delivery.channel, delivery.chat
        if chat.kind is ChatKind.GROUP:
            return f"{channel}:group:{chat.group}"
        if chat.kind is ChatKind.THREAD:
            return f"{channel}:thread:{chat.group}:{chat.thread}"
        scope = self.dm_scopes.get(channel, self.dm_scope)
        if scope is DmScope.MAIN:
            return "main"
        if scope is DmScope.PER_PEER:
            return f"dm:{delivery.peer}"
        return f"{channel}:dm:{delivery.peer}"


@dataclass(frozen=True, slots=True)
class TitleTemplate:
    """The title of a new session, with {channel}, {peer}, {chat_type} and {chat_id} filled in."""

    template: str = DEFAULT_TITLE

    def __post_init__(self) -> None:
        if not self.template.strip():
            raise ValueError("the title template is empty")
        unknown = sorted(set(_placeholders(self.template)) - set(_TITLE_FIELDS))
        if unknown:
            raise ValueError(f"the title template has unknown placeholders: {', '.join(unknown)}")

    def render(self, delivery: Delivery) -> str:
        # One pass, so that braces in a peer's name stay what they are.
        return _PLACEHOLDER.sub(lambda found: _TITLE_FIELDS[found[1]](delivery), self.template)


_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_CHAT_TYPES = {ChatKind.DIRECT: "dm", ChatKind.GROUP: "group", ChatKind.THREAD: "thread"}
_TITLE_FIELDS: Mapping[str, Callable[[Delivery], str]] = {
    "channel": lambda delivery: delivery.channel,
    "peer": lambda delivery: delivery.peer,
    "chat_type": lambda delivery: _CHAT_TYPES[delivery.chat.kind],
    "chat_id": lambda delivery: delivery.chat.group or delivery.peer,
}


def _placeholders(template: str) -> Iterable[str]:
    return (found[1] for found in _PLACEHOLDER.finditer(template))

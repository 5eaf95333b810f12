"""An inbound message: who said what, where, and whether it is ours to answer."""

from dataclasses import dataclass
from enum import StrEnum

from parley.core.busy import BusyMode
from parley.core.delivery import Delivery


@dataclass(frozen=True, slots=True)
class MessageId:
    """What makes two deliveries the same message, whatever envelope they came in."""

    channel: str
    installation: str
    chat: str
    message: str


@dataclass(frozen=True, slots=True)
class Sender:
    id: str
    name: str = ""

    @property
    def shown(self) -> str:
        return self.name or self.id


class Address(StrEnum):
    """How a message turns to the bot."""

    DIRECT = "direct"
    MENTION = "mention"
    OVERHEARD = "overheard"  # in a shared chat, without a mention: ours only in a known thread


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message, still at the platform. `ref` is what the channel's client
    needs to fetch it: an address or an id. `size` in bytes, 0 where the platform does not say."""

    name: str
    media_type: str
    size: int
    ref: str


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message as a channel parsed it. `position` sorts a chat's messages in platform order."""

    id: MessageId
    sender: Sender
    address: Address
    text: str
    delivery: Delivery
    position: str
    sent_at: int  # milliseconds since the epoch, by the platform's clock
    attachments: tuple[Attachment, ...] = ()

    @property
    def may_command(self) -> bool:
        """Whether it is worth to look for a command in it."""
        return self.text.lstrip().startswith(("/", "!"))


@dataclass(frozen=True, slots=True)
class Message:
    """An admitted message, as it waits in a conversation's queue."""

    id: MessageId
    conversation: str
    sender: Sender
    text: str
    delivery: Delivery
    position: str
    sent_at: int
    accepted_at: int
    correlation_id: str
    attachments: tuple[Attachment, ...] = ()
    mode: BusyMode = BusyMode.FOLLOWUP  # STEER asks FollowRun to pass it on; the rest is settled

"""Where a reply goes: chat kinds, delivery addresses and the keys that name a target."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ChatKind(StrEnum):
    DIRECT = "direct"
    GROUP = "group"
    THREAD = "thread"


@dataclass(frozen=True, slots=True)
class Chat:
    """A direct chat (ids empty), a group, or a thread within a group."""

    kind: ChatKind
    group: str = ""
    thread: str = ""

    @classmethod
    def direct(cls) -> "Chat":
        return cls(ChatKind.DIRECT)

    @classmethod
    def of_group(cls, group: str) -> "Chat":
        return cls(ChatKind.GROUP, group)

    @classmethod
    def of_thread(cls, group: str, thread: str) -> "Chat":
        return cls(ChatKind.THREAD, group, thread)


@dataclass(frozen=True, slots=True)
class Delivery:
    """The address of a reply. `target` is its key: two equal targets are one place in the chat.

    `meta` holds what the channel's client needs to post there (for Slack: channel, thread_ts).
    """

    channel: str
    peer: str
    chat: Chat
    target: str
    meta: Mapping[str, str] = field(default_factory=dict)

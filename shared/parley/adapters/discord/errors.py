"""What a refusal means for a reply: again, elsewhere, never, or not before an operator acts.

Undeliverable
├── ChatClosed        the bot may not post there; the interaction's token perhaps still may
├── PostGone          the message to edit was deleted
├── NotEditable       the message is there, and can no longer be edited
└── TokenSpent        the interaction's token is not good (any more)
    └── WebhookUnknown    or not yet: Discord may not have seen our answer to the interaction

An error that is not listed counts as permanent: to repeat what we do not understand could go on
for hours, while the reply is kept and can be sent again by hand.
"""

from parley.errors import ChannelError, ChannelMisconfigured, ChannelUnavailable, Undeliverable


class ChatClosed(Undeliverable):
    pass


class PostGone(Undeliverable):
    pass


class NotEditable(Undeliverable):
    pass


class TokenSpent(Undeliverable):
    pass


class WebhookUnknown(TokenSpent):
    pass


_KINDS: dict[int, type[ChannelError]] = {
    10003: ChatClosed,  # unknown channel
    10004: ChatClosed,  # unknown server
    10008: PostGone,
    10015: WebhookUnknown,
    10062: TokenSpent,  # unknown interaction
    30046: NotEditable,  # too many edits of a message that is older than an hour
    40062: ChannelUnavailable,  # a resource is being rate limited
    50001: ChatClosed,  # missing access
    50005: NotEditable,  # somebody else's message
    50007: ChatClosed,  # this person takes no messages
    50013: ChatClosed,  # missing permissions
    50021: NotEditable,  # a message of Discord's own
    50027: TokenSpent,  # invalid webhook token
    50083: ChatClosed,  # the thread is archived
    50278: ChatClosed,  # no server in common with this person
    130000: ChannelUnavailable,  # overloaded
    160005: ChatClosed,  # the thread is locked
}


def known(code: int) -> bool:
    return code in _KINDS


def refused(what: str, status: int, code: int, *, by_bot: bool) -> ChannelError:
    """The error that says what can be done."""
    message = f"Discord refused to {what}: {status}, code {code}"
    if code in _KINDS:
        return _KINDS[code](message)
    if status == 401:
        return ChannelMisconfigured(message) if by_bot else TokenSpent(message)
    return ChatClosed(message) if status in (403, 404) else Undeliverable(message)

"""From queued messages to the exact prompt: which are claimed, how they are joined."""

from collections.abc import Mapping, Sequence

from parley.core.context import DeliveryContext
from parley.core.message import Message, MessageId

Attached = Mapping[MessageId, Sequence[str]]  # texts made of each message's files
NOTHING_ATTACHED: Attached = {}


def one_target(queued: Sequence[Message]) -> Sequence[Message]:
    """The oldest messages up to the first that came from another place in the chat.

    A turn has one delivery. Only a prefix is taken, so that the platform's order holds (I8).
    """
    target = queued[0].delivery.target
    for index, message in enumerate(queued):
        if message.delivery.target != target:
            return queued[:index]
    return queued


def first_reply(messages: Sequence[Message], context: DeliveryContext | None) -> Message | None:
    """The message that the context is used on: the first one written after it."""
    if context is None:
        return None
    return next((each for each in messages if context.counts_for(each.accepted_at)), None)


def join(
    messages: Sequence[Message],
    context: DeliveryContext | None,
    attached: Attached = NOTHING_ATTACHED,
) -> str:
    """The texts with a blank line between, with names where several people spoke; behind each what
    came as a file."""
    several = len({message.sender.id for message in messages}) > 1
    replier = first_reply(messages, context)
    texts = []
    for message in messages:
        text = message.text
        if context is not None and message is replier:
            text = context.wrap(text)
        said = f"{message.sender.shown}: {text}" if several else text
        texts += [part for part in (said, *attached.get(message.id, ())) if part]
    return "\n\n".join(texts)


def steering(message: Message, senders: Sequence[str]) -> str:
    """A message as it is passed on to a run, which takes nothing but text; with a name, unless its
    sender alone spoke in the turn. `senders` are those of the turn's prompt, which stay the same:
    the text is posted again as it was, and looked for in the history."""
    several = len({*senders, message.sender.id}) > 1
    said = f"{message.sender.shown}: {message.text}" if several else message.text
    names = ", ".join(attachment.name for attachment in message.attachments)
    return f"{said}\n\n[Attached, but not passed on: {names}]" if names else said

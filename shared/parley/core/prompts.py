"""From queued messages to the exact prompt: which are claimed, how they are joined."""

from collections.abc import Sequence

from parley.core.context import DeliveryContext
from parley.core.message import Message


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


def join(messages: Sequence[Message], context: DeliveryContext | None) -> str:
    """The texts with a blank line between, with names where several people spoke."""
    several = len({message.sender.id for message in messages}) > 1
    replier = first_reply(messages, context)
    texts = []
    for message in messages:
        text = message.text
        if context is not None and message is replier:
            text = context.wrap(text)
        texts.append(f"{message.sender.shown}: {text}" if several else text)
    return "\n\n".join(texts)

"""Messages and contexts as the core's tests need them."""

from parley.core.context import DeliveryContext
from parley.core.delivery import Chat, Delivery
from parley.core.message import Message, MessageId, Sender


def message(
    text: str, *, sender: str = "U1", name: str = "", target: str = "D1", accepted_at: int = 100
) -> Message:
    return Message(
        id=MessageId("slack", "T1", target, text),
        conversation="slack:dm:U1",
        sender=Sender(sender, name),
        text=text,
        delivery=Delivery("slack", "U1", Chat.direct(), target),
        position="1",
        sent_at=accepted_at,
        accepted_at=accepted_at,
        correlation_id="c",
    )


def context(created_at: int = 50, expires_at: int = 1_000, **fields: str) -> DeliveryContext:
    return DeliveryContext("D1", created_at, expires_at, **fields)

"""Where replies go in these tests, and what was said there."""

from parley.core.delivery import Chat, Delivery
from parley.core.message import Message, MessageId, Sender
from parley.core.reply import Part
from parley.ports import Channel

PRIVATE = Delivery(
    "telegram", "7", Chat.direct(), "telegram:chat:7", {"chat_id": "7", "message_id": "17"}
)
GROUP = Delivery(
    "telegram",
    "7",
    Chat.of_group("-100"),
    "telegram:chat:-100",
    {"chat_id": "-100", "message_id": "18"},
)
TOPIC = Delivery(
    "telegram",
    "7",
    Chat.of_thread("-100", "42"),
    "telegram:chat:-100:thread:42",
    {"chat_id": "-100", "message_id": "19", "message_thread_id": "42"},
)
REPLY = {"message_id": 18, "allow_sending_without_reply": True}


def post(channel: Channel, delivery: Delivery = PRIVATE, timeout: float = 5.0) -> None:
    channel.send(delivery, Part("**Done.**"), "turn-0", timeout)


def message(delivery: Delivery = GROUP) -> Message:
    return Message(
        id=MessageId("telegram", "bot", delivery.meta["chat_id"], delivery.meta["message_id"]),
        conversation=delivery.target,
        sender=Sender("7"),
        text="hello",
        delivery=delivery,
        position="1.18",
        sent_at=1,
        accepted_at=2,
        correlation_id="c",
    )

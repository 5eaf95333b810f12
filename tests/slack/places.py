"""Where replies go in these tests, and what was said there."""

from parley.core.delivery import Chat, Delivery
from parley.core.message import Message, MessageId, Sender
from parley.core.reply import Part
from parley.ports import Channel

THREAD = Delivery(
    "slack",
    "U1",
    Chat.of_thread("C1", "1790000000.000100"),
    "slack:channel:C1:thread:1790000000.000100",
    {"channel": "C1", "thread_ts": "1790000000.000100", "message_ts": "1790000005.000100"},
)
DIRECT = Delivery(
    "slack",
    "U1",
    Chat.direct(),
    "slack:channel:D1",
    {"channel": "D1", "message_ts": "1790000005.000100"},
)
GROUP_MESSAGE = Delivery(
    "slack",
    "U1",
    Chat.of_group("C2"),
    "slack:channel:C2:thread:1790000005.000100",
    {"channel": "C2", "thread_ts": "1790000005.000100", "message_ts": "1790000005.000100"},
)
TOP_LEVEL = Delivery("slack", "U1", Chat.of_group("C1"), "slack:channel:C1", {"channel": "C1"})


def post(slack: Channel, delivery: Delivery = THREAD, timeout: float = 5.0) -> None:
    slack.send(delivery, Part("**Done.**"), "turn-0", timeout)


def message(delivery: Delivery = THREAD) -> Message:
    return Message(
        id=MessageId(
            "slack", "T1", delivery.meta["channel"], delivery.meta.get("message_ts", "1.2.x")
        ),
        conversation="slack:thread:C1:1790000000.000100",
        sender=Sender("U1"),
        text="hello",
        delivery=delivery,
        position="001790000005.000100",
        sent_at=1,
        accepted_at=2,
        correlation_id="c",
    )

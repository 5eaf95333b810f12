"""Where replies go in these tests, and what was said there."""

from parley.adapters.discord.limits import EARLY, TOKEN_LIFE
from parley.core.delivery import Chat, Delivery
from parley.core.message import Address, Inbound, Message, MessageId, Sender
from parley.core.reply import Part
from parley.ports import Channel
from tests.fakes.world import START

PEER = "1190000000000001001"
DELIVERY = Delivery(
    "discord",
    PEER,
    Chat.of_group("101"),
    "discord:channel:101",
    {
        "channel_id": "101",
        "application_id": "1",
        "token": "a-token/that is secret",
        "interaction_id": "555",
        "issued_at": str(START),
    },
)
BY_TOKEN = "/webhooks/1/a-token%2Fthat%20is%20secret"
ORIGINAL = f"PATCH {BY_TOKEN}/messages/@original"
FOLLOW_UP = f"POST {BY_TOKEN}"
POST = "POST /channels/101/messages"

YOUNG = 1000
GROWN = EARLY  # old enough for every answer to be final
SPENT = TOKEN_LIFE


def edit(message: str) -> str:
    return f"PATCH /channels/101/messages/{message}"


def first(discord: Channel, timeout: float = 10.0, replacing: str | None = None) -> None:
    discord.send(DELIVERY, Part("**Done.**"), "turn-0", timeout, replacing)


def second(discord: Channel, timeout: float = 10.0) -> None:
    discord.send(DELIVERY, Part("And more."), "turn-1", timeout)


def message() -> Message:
    return as_message(
        Inbound(
            id=MessageId("discord", "100", "101", "555"),
            sender=Sender(PEER, "Ada"),
            address=Address.MENTION,
            text="hello",
            delivery=DELIVERY,
            position="00000000000000000555",
            sent_at=START,
        )
    )


def as_message(inbound: Inbound) -> Message:
    return Message(
        id=inbound.id,
        conversation="discord:group:101",
        sender=inbound.sender,
        text=inbound.text,
        delivery=inbound.delivery,
        position=inbound.position,
        sent_at=inbound.sent_at,
        accepted_at=inbound.sent_at,
        correlation_id="c",
    )

"""People and what they say or press, as the tests of the front need them."""

from parley.core.approval import Choice, Click
from parley.core.delivery import Chat, Delivery
from parley.core.message import Address, Inbound, MessageId, Sender
from parley.core.reading import Answer, Clicked, Reading, Received, Told, Verdict
from tests.protocol import parts
from tests.protocol.simulation import Simulation


def mention(
    number: int,
    *,
    sender: str = "U1",
    team: str = "T1",
    group: str = "C1",
    text: str = "hello",
    address: Address = Address.MENTION,
) -> Inbound:
    """In a thread of its own in a group."""
    delivery = Delivery("slack", sender, Chat.of_thread(group, "10"), f"slack:{group}:10")
    return Inbound(
        MessageId("slack", team, group, str(number)),
        Sender(sender, f"name of {sender}"),
        address,
        text,
        delivery,
        f"{number:012d}",
        number,
    )


def direct(number: int, *, sender: str = "U1", team: str = "T1", text: str = "hello") -> Inbound:
    delivery = Delivery("slack", sender, Chat.direct(), f"slack:D-{sender}")
    return Inbound(
        MessageId("slack", team, f"D-{sender}", str(number)),
        Sender(sender, f"name of {sender}"),
        Address.DIRECT,
        text,
        delivery,
        f"{number:012d}",
        number,
    )


def pressed(approval: str, by: str, chat: Delivery, choice: Choice = Choice.ALLOW) -> Clicked:
    return Clicked(Click(approval, choice, Sender(by), "T1", chat), {"user": by})


def take(simulation: Simulation, what: Inbound | Reading) -> Told:
    """What the person is told at once."""
    reading = Received(what) if isinstance(what, Inbound) else what
    answer, told = parts.receive(simulation.front, reading)
    assert answer == Answer(Verdict.DONE)
    assert told is not None
    return told

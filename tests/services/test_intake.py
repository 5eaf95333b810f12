"""What is ours among the messages of a shared chat."""

from dataclasses import replace

import pytest

from parley.core.delivery import Chat, Delivery
from parley.core.limits import IDLE_TTL, SECOND
from parley.core.message import Address, Inbound, MessageId, Sender
from parley.core.reading import Answer, Received, Told, Verdict
from parley.errors import StoreUnavailable
from parley.services.intake import ANSWERED
from tests.protocol import parts
from tests.protocol.simulation import Simulation
from tests.services.stage import Before

IGNORED = Told()

BINDINGS = [
    pytest.param([], id="unbound"),
    pytest.param(
        [{"channel": "slack", "routing_key": "team", "group": "C1"}],
        id="one group",
    ),
    pytest.param([{"channel": "slack", "routing_key": "everything"}], id="the whole channel"),
]


@pytest.fixture(name="simulation", params=BINDINGS)
def routed(request: pytest.FixtureRequest) -> Simulation:
    return Simulation(bindings=request.param)


def receive(simulation: Simulation, inbound: Inbound) -> tuple[Answer, Told | None]:
    return parts.receive(simulation.front, Received(inbound))


def take(simulation: Simulation, inbound: Inbound) -> Told | None:
    """What its sender is told at once."""
    answer, told = receive(simulation, inbound)
    assert answer.verdict is Verdict.DONE
    return told


def said(
    number: int,
    address: Address = Address.OVERHEARD,
    *,
    group: str = "C1",
    root: str = "10",
    installation: str = "T1",
    sender: str = "U1",
) -> Inbound:
    chat = Chat.of_thread(group, root)
    target = f"slack:channel:{group}:thread:{root}"
    return Inbound(
        id=MessageId("slack", installation, group, str(number)),
        sender=Sender(sender),
        address=address,
        text=f"message {number}",
        delivery=Delivery("slack", sender, chat, target),
        position=f"{number:012d}",
        sent_at=number,
    )


def test_a_reply_in_a_thread_that_was_mentioned_in_is_ours(simulation: Simulation) -> None:
    take(simulation, said(10, Address.MENTION))
    assert take(simulation, said(11)) == ANSWERED
    assert take(simulation, said(11)) == ANSWERED
    assert len(simulation.telemetry.told("message_accepted")) == 2
    assert len(simulation.telemetry.told("message_duplicate")) == 1


def test_a_mention_inside_a_thread_makes_it_known(simulation: Simulation) -> None:
    assert take(simulation, said(11)) == IGNORED
    take(simulation, said(12, Address.MENTION))
    assert take(simulation, said(13)) == ANSWERED


@pytest.mark.parametrize(
    "elsewhere",
    [
        pytest.param(said(21, root="20"), id="another thread"),
        pytest.param(said(21, group="C2"), id="another channel"),
        pytest.param(said(21, installation="T2"), id="another workspace"),
    ],
)
def test_one_mention_opens_no_other_thread(simulation: Simulation, elsewhere: Inbound) -> None:
    """Not even where a binding makes one conversation of them."""
    take(simulation, said(10, Address.MENTION))
    assert take(simulation, elsewhere) == IGNORED
    assert simulation.telemetry.told("message_ignored")[-1]["reason"] == "not_addressed"


def test_what_was_ignored_can_still_be_accepted(simulation: Simulation) -> None:
    """A mention comes twice; the event that does not show it may be the first."""
    assert take(simulation, said(11)) == IGNORED
    assert take(simulation, said(11, Address.MENTION)) == ANSWERED


def test_a_direct_message_opens_no_thread(simulation: Simulation) -> None:
    direct = Delivery("slack", "U1", Chat.direct(), "slack:channel:D1")
    take(simulation, replace(said(10, Address.DIRECT), delivery=direct))
    assert take(simulation, said(11)) == IGNORED


def test_a_thread_is_known_as_long_as_somebody_speaks_in_it(simulation: Simulation) -> None:
    take(simulation, said(10, Address.MENTION))
    for number in (11, 12):
        simulation.clock.advance(IDLE_TTL - SECOND)
        assert take(simulation, said(number)) == ANSWERED
    simulation.clock.advance(IDLE_TTL)
    assert take(simulation, said(13)) == IGNORED


def test_whoever_is_not_allowed_neither_opens_a_thread_nor_speaks_in_one() -> None:
    simulation = Simulation(slack={"users": ["U1"]})
    stranger = take(simulation, said(10, Address.MENTION, sender="U2"))
    assert stranger is not None
    assert "I don't know you yet" in stranger.text
    assert take(simulation, said(11)) == IGNORED
    take(simulation, said(12, Address.MENTION))
    assert take(simulation, said(13, sender="U2")) == IGNORED


def test_a_thread_that_cannot_be_looked_up_makes_the_platform_come_again(
    simulation: Simulation,
) -> None:
    def unavailable(*_given: object) -> bool:
        raise StoreUnavailable("throttled")

    simulation.with_store(inbox=Before(simulation.store.inbox, known=unavailable))
    assert receive(simulation, said(11)) == (Answer(Verdict.UNAVAILABLE), None)

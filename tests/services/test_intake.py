"""What is ours among the messages of a shared chat."""

from dataclasses import replace

import pytest

from parley.core.access import Access
from parley.core.delivery import Chat, Delivery
from parley.core.limits import IDLE_TTL, SECOND
from parley.core.message import Address, Inbound, MessageId, Sender
from parley.core.routing import Binding, Routing
from parley.errors import StoreUnavailable
from parley.services.intake import Receipt
from tests.protocol.simulation import Simulation
from tests.services.stage import Before

BINDINGS = [
    pytest.param((), id="unbound"),
    pytest.param((Binding("slack", "team", group="C1"),), id="one group"),
    pytest.param((Binding("slack", "everything"),), id="the whole channel"),
]


@pytest.fixture(name="simulation", params=BINDINGS)
def routed(request: pytest.FixtureRequest) -> Simulation:
    simulation = Simulation()
    simulation.routing = Routing(bindings=request.param)
    return simulation


def accept(simulation: Simulation, inbound: Inbound) -> Receipt:
    return simulation.intake.accept(inbound, "correlation")


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
    accept(simulation, said(10, Address.MENTION))
    assert accept(simulation, said(11)) is Receipt.ACCEPTED
    assert accept(simulation, said(11)) is Receipt.DUPLICATE


def test_a_mention_inside_a_thread_makes_it_known(simulation: Simulation) -> None:
    assert accept(simulation, said(11)) is Receipt.IGNORED
    accept(simulation, said(12, Address.MENTION))
    assert accept(simulation, said(13)) is Receipt.ACCEPTED


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
    accept(simulation, said(10, Address.MENTION))
    assert accept(simulation, elsewhere) is Receipt.IGNORED
    assert simulation.telemetry.told("message_ignored")[-1]["reason"] == "not_addressed"


def test_what_was_ignored_can_still_be_accepted(simulation: Simulation) -> None:
    """A mention comes twice; the event that does not show it may be the first."""
    assert accept(simulation, said(11)) is Receipt.IGNORED
    assert accept(simulation, said(11, Address.MENTION)) is Receipt.ACCEPTED


def test_a_direct_message_opens_no_thread(simulation: Simulation) -> None:
    direct = Delivery("slack", "U1", Chat.direct(), "slack:channel:D1")
    accept(simulation, replace(said(10, Address.DIRECT), delivery=direct))
    assert accept(simulation, said(11)) is Receipt.IGNORED


def test_a_thread_is_known_as_long_as_somebody_speaks_in_it(simulation: Simulation) -> None:
    accept(simulation, said(10, Address.MENTION))
    for number in (11, 12):
        simulation.clock.advance(IDLE_TTL - SECOND)
        assert accept(simulation, said(number)) is Receipt.ACCEPTED
    simulation.clock.advance(IDLE_TTL)
    assert accept(simulation, said(13)) is Receipt.IGNORED


def test_whoever_is_not_allowed_neither_opens_a_thread_nor_speaks_in_one(
    simulation: Simulation,
) -> None:
    access = Access({"slack": frozenset({"U1"})})
    intake = replace(simulation.intake, access=access)
    assert intake.accept(said(10, Address.MENTION, sender="U2"), "c") is Receipt.IGNORED
    assert intake.accept(said(11), "c") is Receipt.IGNORED
    intake.accept(said(12, Address.MENTION), "c")
    assert intake.accept(said(13, sender="U2"), "c") is Receipt.IGNORED


def test_a_thread_that_cannot_be_looked_up_makes_the_platform_come_again(
    simulation: Simulation,
) -> None:
    def unavailable(*_given: object) -> bool:
        raise StoreUnavailable("throttled")

    simulation.with_store(inbox=Before(simulation.store.inbox, known=unavailable))
    with pytest.raises(StoreUnavailable):
        accept(simulation, said(11))

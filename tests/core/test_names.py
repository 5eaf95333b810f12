"""Names, fences and pauses: small rules that much depends on."""

import itertools
import re

import pytest

from parley.core import directive
from parley.core.conversation import Conversation
from parley.core.delivery import Chat, Delivery
from parley.core.directive import Next
from parley.core.fence import Fence, Holder
from parley.core.message import Sender
from parley.core.names import execution_name
from parley.core.patience import pause


@pytest.mark.parametrize("conversation", ["main", "slack:dm:U1", "ünïcode / 漢字", "x" * 2048, ""])
@pytest.mark.parametrize("generation", [0, 1, 10**12])
def test_an_execution_name_is_one_that_logging_takes(conversation: str, generation: int) -> None:
    assert re.fullmatch("[A-Za-z0-9-]{1,80}", execution_name(conversation, generation))


def test_execution_names_tell_conversations_and_generations_apart() -> None:
    names = {execution_name(key, number) for key in ("a", "b", "a-1") for number in range(12)}
    assert len(names) == 36
    assert execution_name("a", 1) == execution_name("a", 1)


NUMBERS = [0, 1, 2, 9, 10, 11, 99, 100, 799, 800]
FENCES = [Fence(*numbers) for numbers in itertools.product(NUMBERS, NUMBERS, (0, 1, 9, 10))]


def test_fences_compare_as_text_as_they_do_as_numbers() -> None:
    assert sorted(FENCES) == sorted(FENCES, key=str)
    assert len({str(fence) for fence in FENCES}) == len(FENCES)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (Fence(1, 0, 0), Fence(1, 0, 1)),
        (Fence(1, 0, 6), Fence(1, 1, 0)),
        (Fence(1, 800, 6), Fence(2, 0, 0)),
    ],
    ids=["a retry", "the next state", "the next generation"],
)
def test_the_later_invocation_has_the_greater_fence(earlier: Fence, later: Fence) -> None:
    assert earlier < later
    assert str(earlier) < str(later)


def test_a_holder_is_of_its_fences_generation() -> None:
    assert Holder("main", Fence(7, 2, 1)).generation == 7


@pytest.mark.parametrize(
    ("waits", "seconds"),
    [(0, 1), (1, 2), (2, 4), (3, 8), (4, 16), (5, 30), (15, 30), (16, 30), (100_000, 30)],
)
def test_pauses_grow_to_half_a_minute(waits: int, seconds: int) -> None:
    assert pause(waits) == seconds


@pytest.mark.parametrize(("seconds", "waited"), [(-3, 1), (0, 1), (1, 1), (30, 30)])
def test_a_wait_takes_at_least_a_second(seconds: int, waited: int) -> None:
    assert directive.wait(seconds) == directive.Directive(Next.WAIT, waited)


@pytest.mark.parametrize(
    ("owner", "lease_until", "owned"),
    [
        (None, None, False),
        (None, 500, False),
        (3, None, False),
        (3, 99, False),
        (3, 100, True),
        (3, 101, True),
    ],
)
def test_an_owner_counts_until_the_lease_ends(
    owner: int | None, lease_until: int | None, owned: bool
) -> None:
    state = Conversation(
        key="main",
        generation=3,
        pending=1,
        title="t",
        delivery=Delivery("slack", "U1", Chat.direct(), "D1"),
        owner=owner,
        lease_until=lease_until,
    )
    assert state.owned_at(100) is owned


@pytest.mark.parametrize(("name", "shown"), [("Ada", "Ada"), ("", "U1")])
def test_a_sender_without_a_name_is_shown_by_id(name: str, shown: str) -> None:
    assert Sender("U1", name).shown == shown

"""What a button carries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.core.approval import Choice, approver, parse_payload, payload
from tests.core.batches import ID
from tests.properties import PROPERTY

TELEGRAM = 64  # bytes of a button's data, the least that a platform takes


@pytest.mark.parametrize("choice", list(Choice))
def test_a_payload_is_read_back(choice: Choice) -> None:
    assert parse_payload(payload(ID, choice)) == (ID, choice)


@pytest.mark.parametrize("choice", list(Choice))
def test_a_payload_fits_into_every_platforms_button(choice: Choice) -> None:
    assert len(payload("x" * 32, choice).encode()) <= TELEGRAM


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a:",
        f"a:{ID}",
        f"a:{ID}:maybe",
        f"a:{ID}:allow:more",
        f"b:{ID}:allow",
        f"a:{ID.upper()}:allow",
        "a::allow",
        f"a:{'x' * 33}:allow",
        f"a:{ID}:allow\n",
        f" a:{ID}:allow",
    ],
)
def test_what_is_no_payload_of_ours_is_none(text: str) -> None:
    assert parse_payload(text) is None


@PROPERTY
@given(text=st.text(max_size=80))
def test_no_text_raises(text: str) -> None:
    parse_payload(text)


def test_an_approver_is_told_apart_by_the_channel() -> None:
    assert approver("slack", "1") != approver("telegram", "1")

"""Who knows the secret, is Telegram."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parley.adapters.telegram.verify import verify

SECRET = "made-up_Secret-0123456789"
NAME = "X-Telegram-Bot-Api-Secret-Token"


@pytest.mark.parametrize("name", [NAME, NAME.lower(), NAME.upper()])
def test_the_secret_is_known(name: str) -> None:
    assert verify(SECRET, {"Host": "parley", name: SECRET})


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="none"),
        pytest.param({NAME: ""}, id="empty"),
        pytest.param({NAME: SECRET[:-1]}, id="shorter"),
        pytest.param({NAME: SECRET + " "}, id="longer"),
        pytest.param({NAME: SECRET.lower()}, id="another case"),
        pytest.param({NAME: "sécret"}, id="not ASCII"),
        pytest.param({NAME: "\ud800"}, id="half a character"),
        pytest.param({"Authorization": SECRET}, id="another header"),
    ],
)
def test_everything_else_is_refused_without_raising(headers: dict[str, str]) -> None:
    assert not verify(SECRET, headers)


def test_an_empty_secret_lets_nobody_in() -> None:
    assert not verify("", {})
    assert not verify("", {NAME: ""})


@settings(deadline=None)
@given(st.text(alphabet=st.characters(), max_size=300))
def test_no_other_text_is_the_secret(sent: str) -> None:
    assert verify(SECRET, {NAME: sent}) is (sent == SECRET)


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=40), st.text(max_size=40), max_size=5))
def test_no_headers_raise(headers: dict[str, str]) -> None:
    assert not verify(SECRET, headers)

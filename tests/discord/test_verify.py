"""Signatures: what is let in, and that nothing else is, whatever the headers hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.adapters.discord.verify import is_public_key, verify
from tests.discord.signing import ANOTHER_KEY, KEY, NOW, PUBLIC_KEY, signed
from tests.properties import PROPERTY

BODY = b'{"type":1}'
TIMESTAMP, SIGNATURE = "X-Signature-Timestamp", "X-Signature-Ed25519"


def test_a_signed_body_is_let_in() -> None:
    assert verify(PUBLIC_KEY, signed(BODY), BODY, NOW)


def test_header_names_and_hexadecimal_digits_have_no_case() -> None:
    for change in (str.lower, str.upper):
        headers = {change(name): change(value) for name, value in signed(BODY).items()}
        assert verify(change(PUBLIC_KEY), headers, BODY, NOW)


@pytest.mark.parametrize("body", [b"", b"\xff\x00\xfe", "Grüße 👋".encode()])
def test_any_bytes_can_be_signed(body: bytes) -> None:
    assert verify(PUBLIC_KEY, signed(body), body, NOW)


@pytest.mark.parametrize("age", [-300, -1, 0, 1, 300])
def test_five_minutes_either_way_are_let_in(age: int) -> None:
    assert verify(PUBLIC_KEY, signed(BODY, at=NOW - age), BODY, NOW)


@pytest.mark.parametrize("age", [-301, 301, 86_400])
def test_older_and_newer_ones_are_refused(age: int) -> None:
    assert not verify(PUBLIC_KEY, signed(BODY, at=NOW - age), BODY, NOW)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({SIGNATURE: "0" * 128}, id="another signature"),
        pytest.param({SIGNATURE: signed(BODY, key=ANOTHER_KEY)[SIGNATURE]}, id="another key"),
        pytest.param({SIGNATURE: None}, id="no signature"),
        pytest.param({TIMESTAMP: None}, id="no timestamp"),
        pytest.param({SIGNATURE: ""}, id="empty signature"),
        pytest.param({TIMESTAMP: ""}, id="empty timestamp"),
        pytest.param({SIGNATURE: signed(BODY)[SIGNATURE][:-2]}, id="too short"),
        pytest.param({SIGNATURE: signed(BODY)[SIGNATURE] + "00"}, id="too long"),
        pytest.param({SIGNATURE: signed(BODY)[SIGNATURE][:-1]}, id="half a byte"),
        pytest.param({SIGNATURE: " " + signed(BODY)[SIGNATURE]}, id="a space before it"),
        pytest.param({SIGNATURE: "zz" * 64}, id="not hexadecimal"),
        pytest.param({SIGNATURE: "é" * 128}, id="not ASCII"),
        pytest.param({SIGNATURE: "\ud800" * 128}, id="half characters"),
        pytest.param({SIGNATURE: "٣" * 128}, id="digits of another script"),
        pytest.param({TIMESTAMP: "soon"}, id="not a number"),
        pytest.param({TIMESTAMP: f" {NOW}"}, id="a space before the number"),
        pytest.param({TIMESTAMP: f"{NOW}\n"}, id="a line break behind the number"),
        pytest.param({TIMESTAMP: f"{NOW}.0"}, id="a fraction"),
        pytest.param({TIMESTAMP: f"-{NOW}"}, id="negative"),
        pytest.param({TIMESTAMP: "١٢٣٤٥٦٧٨٩٠"}, id="a number of another script"),
        pytest.param({TIMESTAMP: "9" * 5000}, id="a very long number"),
        pytest.param({TIMESTAMP: str(NOW - 1)}, id="another timestamp"),
    ],
)
def test_everything_else_is_refused_without_raising(changes: dict[str, str | None]) -> None:
    headers = {
        name: value for name, value in {**signed(BODY), **changes}.items() if value is not None
    }
    assert not verify(PUBLIC_KEY, headers, BODY, NOW)


@PROPERTY
@given(timestamp=st.text(), signature=st.text(), body=st.binary())
def test_no_headers_make_it_raise(timestamp: str, signature: str, body: bytes) -> None:
    assert not verify(PUBLIC_KEY, {TIMESTAMP: timestamp, SIGNATURE: signature}, body, NOW)


@PROPERTY
@given(signature=st.binary(min_size=64, max_size=64))
def test_no_signature_of_the_right_length_makes_it_raise(signature: bytes) -> None:
    headers = {TIMESTAMP: str(NOW), SIGNATURE: signature.hex()}
    assert not verify(PUBLIC_KEY, headers, BODY, NOW)


@PROPERTY
@given(place=st.integers(min_value=0, max_value=511))
def test_one_bit_more_or_less_is_refused(place: int) -> None:
    altered = bytearray(KEY.sign(str(NOW).encode() + BODY).signature)
    altered[place // 8] ^= 1 << place % 8
    headers = {TIMESTAMP: str(NOW), SIGNATURE: altered.hex()}
    assert not verify(PUBLIC_KEY, headers, BODY, NOW)


def test_an_altered_body_is_refused() -> None:
    assert not verify(PUBLIC_KEY, signed(BODY), BODY + b" ", NOW)


def test_no_headers_are_refused() -> None:
    assert not verify(PUBLIC_KEY, {}, BODY, NOW)


@pytest.mark.parametrize("key", ["", "00", "zz" * 32, PUBLIC_KEY + "00", "00" * 32, "ff" * 32])
def test_under_a_key_that_is_none_everything_is_refused(key: str) -> None:
    assert not verify(key, signed(BODY), BODY, NOW)


def test_a_public_key_has_64_hexadecimal_digits() -> None:
    assert is_public_key(PUBLIC_KEY)
    assert not is_public_key(PUBLIC_KEY[:-1])

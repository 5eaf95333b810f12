"""Signatures: what is let in, and that nothing else is, whatever the headers hold."""

import pytest

from parley.adapters.slack.verify import verify
from tests.slack.signing import NOW, SECRET, signed

BODY = b'{"type":"event_callback"}'

# The example of Slack's own documentation.
PUBLIC_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
PUBLIC_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
    b"%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
PUBLIC_SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


def test_slacks_own_example_is_let_in() -> None:
    headers = {
        "X-Slack-Request-Timestamp": "1531420618",
        "X-Slack-Signature": PUBLIC_SIGNATURE,
    }
    assert verify(PUBLIC_SECRET, headers, PUBLIC_BODY, 1531420618)


def test_header_names_have_no_case() -> None:
    for change in (str.lower, str.upper):
        headers = {change(name): value for name, value in signed(BODY).items()}
        assert verify(SECRET, headers, BODY, NOW)


@pytest.mark.parametrize("body", [b"", b"\xff\x00\xfe", "Grüße 👋".encode()])
def test_any_bytes_can_be_signed(body: bytes) -> None:
    assert verify(SECRET, signed(body), body, NOW)


@pytest.mark.parametrize("age", [-300, -1, 0, 1, 300])
def test_five_minutes_either_way_are_let_in(age: int) -> None:
    assert verify(SECRET, signed(BODY, at=NOW - age), BODY, NOW)


@pytest.mark.parametrize("age", [-301, 301, 86_400])
def test_older_and_newer_ones_are_refused(age: int) -> None:
    assert not verify(SECRET, signed(BODY, at=NOW - age), BODY, NOW)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"X-Slack-Signature": "v0=" + "0" * 64}, id="another signature"),
        pytest.param(
            {"X-Slack-Signature": signed(BODY, secret="x")["X-Slack-Signature"]}, id="key"
        ),
        pytest.param({"X-Slack-Signature": None}, id="no signature"),
        pytest.param({"X-Slack-Request-Timestamp": None}, id="no timestamp"),
        pytest.param({"X-Slack-Signature": ""}, id="empty signature"),
        pytest.param({"X-Slack-Request-Timestamp": ""}, id="empty timestamp"),
        pytest.param({"X-Slack-Signature": "v0=é" + "0" * 63}, id="not ASCII"),
        pytest.param({"X-Slack-Signature": "v0=\ud800"}, id="half a character"),
        pytest.param({"X-Slack-Signature": signed(BODY)["X-Slack-Signature"][3:]}, id="no version"),
        pytest.param({"X-Slack-Signature": signed(BODY)["X-Slack-Signature"].upper()}, id="upper"),
        pytest.param({"X-Slack-Request-Timestamp": "soon"}, id="not a number"),
        pytest.param({"X-Slack-Request-Timestamp": f" {NOW}"}, id="a space before the number"),
        pytest.param({"X-Slack-Request-Timestamp": f"{NOW}.0"}, id="a fraction"),
        pytest.param({"X-Slack-Request-Timestamp": f"-{NOW}"}, id="negative"),
        pytest.param({"X-Slack-Request-Timestamp": "١٢٣٤٥٦٧٨٩٠"}, id="digits of another script"),
        pytest.param({"X-Slack-Request-Timestamp": "²"}, id="a digit that is no number"),
        pytest.param({"X-Slack-Request-Timestamp": "9" * 5000}, id="a very long number"),
        pytest.param({"X-Slack-Request-Timestamp": str(NOW - 1)}, id="another timestamp"),
    ],
)
def test_everything_else_is_refused_without_raising(changes: dict[str, str | None]) -> None:
    headers = {
        name: value for name, value in {**signed(BODY), **changes}.items() if value is not None
    }
    assert not verify(SECRET, headers, BODY, NOW)


def test_an_altered_body_is_refused() -> None:
    assert not verify(SECRET, signed(BODY), BODY + b" ", NOW)


def test_no_headers_are_refused() -> None:
    assert not verify(SECRET, {}, BODY, NOW)

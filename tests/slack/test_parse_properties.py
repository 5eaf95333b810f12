"""Whatever comes, reading it never raises, and what is accepted can be stored and answered."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parley.adapters.slack.parse import parse
from parley.adapters.slack.verify import sign, verify
from parley.core.reading import Clicked, Ignored, Immediate, Malformed, Reading, Received
from tests.properties import PROPERTY
from tests.slack.signing import NOW, SECRET, as_command, as_interaction, sample, signed

KINDS = Ignored | Immediate | Malformed | Received | Clicked

# What Slack's notation is made of, and half a character, which JSON can escape.
NOTATION = "acDU01<@!|>&#;:. /\n\u00e9\U0001f916"
TEXTS = st.text(st.sampled_from(NOTATION + "\ud800"), max_size=12)
# One draw each: what hypothesis builds itself is nested deeper, and takes a hundred times as long.
WRONG: tuple[Any, ...] = (
    *(None, True, 0, -1, 2**70, 1.5, float("nan")),
    *("", [], {}, [None], {"a": {}}, [{}], [[[]]]),
)
VALUES = st.sampled_from(WRONG) | TEXTS
FIELDS = ("type", "event", "team_id", "team", "channel", "user", "text", "ts", "files", "actions")
OBJECTS = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, VALUES))
JSON_SAMPLES = [
    "agent-session-stopped",
    "channel-mention-twin",
    "edited",
    "file-share",
    "files-of-all-kinds",
    "url-verification",
]
COMMAND = dict.fromkeys(sample("slash-command"), st.text(st.sampled_from(NOTATION), max_size=12))
PAYLOADS = ["block-actions", "message-action", "view-submission"]


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything within a sample."""
    inner: list[tuple[Any, object]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [path, *(way for key, each in inner for way in places(each, (*path, key)))]


def replaced(value: Any, path: tuple[Any, ...], new: object) -> Any:
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@st.composite
def broken(draw: st.DrawFn, names: list[str]) -> Any:
    """A sample in which one thing is another, and one more field stands that nobody knows."""
    content = sample(draw(st.sampled_from(names)))
    path = draw(st.sampled_from(places(content)))
    content = replaced(content, path, draw(VALUES))
    return {**content, "field_of_next_year": draw(VALUES)} if isinstance(content, dict) else content


MANY = settings(PROPERTY, max_examples=1000)


def check(reading: Reading) -> None:
    assert isinstance(reading, KINDS)
    if isinstance(reading, Received):
        reading.inbound.text.encode()
        json.dumps(dict(reading.place))
        assert reading.inbound.text.strip() or reading.inbound.attachments
        assert reading.inbound.delivery.meta["channel"]
        assert reading.inbound.id.message


@MANY
@given(broken(JSON_SAMPLES))
def test_no_event_makes_it_raise(content: object) -> None:
    check(parse(json.dumps(content).encode(), NOW))


@MANY
@given(broken(PAYLOADS))
def test_no_interaction_makes_it_raise(content: object) -> None:
    check(parse(as_interaction(content), NOW))


@PROPERTY
@given(st.fixed_dictionaries({}, optional=COMMAND))
def test_no_command_makes_it_raise(fields: dict[str, str]) -> None:
    check(parse(as_command({**sample("slash-command"), **fields}), NOW))


@PROPERTY
@given(VALUES | OBJECTS, st.sampled_from(["event_callback", "block_actions", "message_action"]))
def test_no_json_makes_it_raise(value: object, kind: str) -> None:
    for content in (value, {"type": kind, "event": value, "message": value, "actions": [value]}):
        check(parse(json.dumps(content).encode(), NOW))
        check(parse(as_interaction(content), NOW))


@PROPERTY
@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    for prefix in (b"", b"{", b"payload=", b"command=", b"a=%"):
        check(parse(prefix + body, NOW))


@pytest.mark.parametrize("name", ["dm", "block-actions", "message-action"])
def test_what_slack_adds_next_year_changes_nothing(name: str) -> None:
    def read(content: object) -> Reading:
        body = json.dumps(content).encode() if name == "dm" else as_interaction(content)
        return parse(body, NOW)

    more = {**sample(name), "novelty": {"type": "message", "user": "U2"}}
    assert read(more) == read(sample(name))


# Signatures

HEADER = st.text(st.characters(exclude_categories=[]), max_size=90)


@PROPERTY
@given(body=st.binary(), secret=st.text(st.characters(codec="utf-8"), min_size=1))
def test_whatever_is_signed_is_let_in(body: bytes, secret: str) -> None:
    assert verify(secret, signed(body, secret=secret), body, NOW)


@PROPERTY
@given(signature=HEADER, timestamp=HEADER | st.integers(NOW - 400, NOW + 400).map(str))
def test_no_header_makes_it_raise_or_lets_anything_in(signature: str, timestamp: str) -> None:
    headers = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature}
    assert not verify(SECRET, headers, b"{}", NOW)


@PROPERTY
@given(body=st.binary(min_size=1), place=st.integers(min_value=0), flip=st.integers(1, 255))
def test_one_changed_byte_is_seen(body: bytes, place: int, flip: int) -> None:
    changed = bytearray(body)
    changed[place % len(body)] ^= flip
    assert not verify(SECRET, signed(body), bytes(changed), NOW)


@PROPERTY
@given(body=st.binary(), age=st.integers(-10_000, 10_000))
def test_only_what_is_recent_is_let_in(body: bytes, age: int) -> None:
    at = str(NOW - age)
    headers = {
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": sign(SECRET, at, body),
    }
    assert verify(SECRET, headers, body, NOW) is (abs(age) <= 300)

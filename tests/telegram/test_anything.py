"""Whatever a body holds, it is read without raising."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from parley.adapters.telegram.parse import parse
from parley.core.reading import Clicked, Ignored, Malformed, Received
from tests.telegram.bodies import ANYTHING_GOES, OPTIONS, sample

TEXTS = st.text(alphabet=st.characters(), max_size=30)  # half characters too
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
NAMES = ("private", "group-mention", "reply-with-quote", "photo", "forwarded", "callback-query")


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    entries: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        entries = list(value.items())
    elif isinstance(value, list):
        entries = list(enumerate(value))
    for key, entry in entries:
        found += paths(entry, (*path, key))
    return found


PLACES = [(name, path) for name in NAMES for path in paths(sample(name))]


def with_value(name: str, path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    update = sample(name)
    inner: Any = update
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return update


@settings(deadline=None)
@given(st.sampled_from(PLACES), VALUES, st.sampled_from([OPTIONS, ANYTHING_GOES]))
def test_any_value_in_any_place(place: tuple[str, Any], value: Any, options: Any) -> None:
    reading = parse(json.dumps(with_value(*place, value)).encode(), options)
    assert isinstance(reading, Received | Clicked | Ignored)
    if isinstance(reading, Received):
        inbound = reading.inbound
        assert inbound.text.strip() or inbound.attachments
        assert inbound.sender.id
        repr(inbound).encode()


@settings(deadline=None)
@given(VALUES)
def test_any_message(message: Any) -> None:
    for kind in ("message", "callback_query"):
        body = json.dumps({"update_id": 1, kind: message}).encode()
        assert isinstance(parse(body, OPTIONS), Received | Clicked | Ignored)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(body: bytes) -> None:
    assert isinstance(parse(body, OPTIONS), Ignored | Malformed)

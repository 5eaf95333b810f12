"""Fields of a body from outside, each of the kind that is needed or empty: nothing raises."""

import re
from collections.abc import Mapping
from typing import Any

from parley.adapters.discord.limits import ID_DIGITS

Json = Mapping[str, Any]

_ID = re.compile(rf"[0-9]{{1,{ID_DIGITS}}}")
_NAME = re.compile(r"[A-Za-z0-9_. -]{1,64}")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def id_in(source: Json, name: str) -> str:
    value = source.get(name)
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def text_in(source: Json, name: str) -> str:
    """A text that can be stored: JSON may escape half a character, which UTF-8 cannot hold."""
    value = source.get(name)
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) else ""


def number_in(source: Json, name: str) -> int:
    value = source.get(name)
    return value if isinstance(value, int) and value > 0 else 0


def object_in(source: Json, name: str) -> Json:
    value = source.get(name)
    return value if isinstance(value, dict) else {}


def objects_in(source: Json, name: str) -> list[Json]:
    """The objects of a list, or of an object whose names are ids."""
    value = source.get(name)
    entries = list(value.values()) if isinstance(value, dict) else value
    return [each for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []


def shown(value: object) -> str:
    """A name from outside, fit for the log."""
    if isinstance(value, int):
        return str(value)[:20]
    return value if isinstance(value, str) and _NAME.fullmatch(value) else "unknown"


def one_line(text: str) -> str:
    return " ".join(text.split())

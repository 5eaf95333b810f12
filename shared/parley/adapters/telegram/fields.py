"""Values of Telegram's objects, narrowed: what has another type counts as absent."""

import re
from collections.abc import Mapping
from typing import Any

from parley.adapters.telegram.limits import LARGEST_ID, NAME

Json = Mapping[str, Any]

_NAME = re.compile(r"[a-z0-9_]{1,64}")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def member(source: Json, name: str) -> Json:
    value = source.get(name)
    return value if isinstance(value, dict) else {}


def members(source: Json, name: str) -> list[Json]:
    value = source.get(name)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def number(source: Json, name: str) -> int | None:
    value = source.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if -LARGEST_ID < value < LARGEST_ID else None


def text(source: Json, name: str) -> str:
    """A text that can be stored: JSON may escape half a character, which UTF-8 cannot hold."""
    value = source.get(name)
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) else ""


def line(source: Json, *names: str) -> str:
    """Names of people and files, in one line of a decent length."""
    words = " ".join(text(source, name) for name in names).split()
    return " ".join(words)[:NAME]


def shown(value: object) -> str:
    """A name from outside, fit for the log."""
    return value if isinstance(value, str) and _NAME.fullmatch(value) else "unknown"

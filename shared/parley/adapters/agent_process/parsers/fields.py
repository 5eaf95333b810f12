"""Single fields of an agent's JSON: what is not of its kind is not there."""

import json
import re
from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]

LONGEST = 50_000  # characters of a tool's input or output
MOST_MONEY = 1e9  # what is more is none
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def record_of(line: str) -> Json | None:
    """The object that a line is; None if it is something else."""
    if not line.lstrip().startswith("{"):
        return None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def child(source: Json, name: str) -> Json:
    value = source.get(name)
    return value if isinstance(value, dict) else {}


def children(source: Json, name: str) -> list[Json]:
    value = source.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def text(source: Json, name: str) -> str:
    """A text that can be stored: JSON may escape half a character, which UTF-8 cannot hold."""
    value = source.get(name)
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) else ""


def texts(source: Json, name: str) -> list[str]:
    value = source.get(name)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def count(source: Json, name: str) -> int | None:
    value = source.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        return None
    return value


def total(source: Json, *names: str) -> int | None:
    """The sum of those that are there; None where none is."""
    found = [each for name in names if (each := count(source, name)) is not None]
    return sum(found) if found else None


def money(source: Json, name: str) -> float | None:
    """Agents write 0 where they know no price."""
    value = source.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if 0 < value < MOST_MONEY else None


def shown(value: object) -> str | None:
    """Any value as text, at most so long; None for nothing."""
    if value is None or value in ("", {}, []):
        return None
    try:
        told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return None
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", told)[:LONGEST]

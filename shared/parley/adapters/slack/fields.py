"""Single fields of Slack's JSON, each read once: what is not of its kind is not there."""

import re
from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]

_ID = re.compile(r"[A-Za-z0-9]{1,64}")
_TS = re.compile(r"(\d{1,12})\.(\d{1,6})")
_NAME = re.compile(r"[a-z0-9_.]{1,64}")
_TRIGGER = re.compile(r"[A-Za-z0-9.]{1,128}")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def id_of(source: Json, name: str) -> str:
    value = source.get(name)
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def ts_of(source: Json, name: str) -> str:
    value = source.get(name)
    return value if isinstance(value, str) and value.isascii() and _TS.fullmatch(value) else ""


def trigger_of(source: Json) -> str:
    """What Slack names one use of a command, a shortcut or a button by."""
    value = source.get("trigger_id")
    return value if isinstance(value, str) and _TRIGGER.fullmatch(value) else ""


def text_of(source: Json, name: str) -> str:
    """A text that can be stored: JSON may escape half a character, which UTF-8 cannot hold."""
    value = source.get(name)
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) else ""


def line_of(source: Json, name: str) -> str:
    """A text on one line, as names are."""
    return " ".join(text_of(source, name).split())


def object_of(source: Json, name: str) -> Json:
    value = source.get(name)
    return value if isinstance(value, dict) else {}


def list_of(source: Json, name: str) -> list[Json]:
    value = source.get(name)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def size_of(source: Json, name: str) -> int:
    value = source.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def installation_of(source: Json) -> str:
    """Of an event or a command; an app installed for an organisation may have no team."""
    return id_of(source, "team_id") or id_of(source, "enterprise_id")


def shown(value: object) -> str:
    """A name from outside, fit for the log."""
    return value if isinstance(value, str) and _NAME.fullmatch(value) else "unknown"


def position(ts: str) -> str:
    """Fixed width, so that text order is time order."""
    seconds, fraction = ts.split(".")
    return f"{seconds:0>12}.{fraction:0<6}"


def milliseconds(ts: str) -> int:
    seconds, fraction = ts.split(".")
    return int(seconds) * 1000 + int(f"{fraction:0<6}") // 1000


def ts_at(now: int) -> str:
    """The time as Slack writes it, for what has none of its own."""
    return f"{now // 1000}.{now % 1000:03}000"

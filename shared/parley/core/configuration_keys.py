"""The keys of the configuration document: their names, defaults, and what is allowed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from parley.core.access import EVERYBODY
from parley.core.busy import BusyMode
from parley.core.document import Key, Slip, flag, one_of, texts, unfit, unknown, whole_number
from parley.core.limits import DAY, HOUR
from parley.core.policy import ApprovalMode
from parley.core.routing import (
    BINDING_FIELDS,
    DEFAULT_TITLE,
    LONGEST_KEY,
    Binding,
    DmScope,
    TitleTemplate,
)

REQUESTER = "requester"
CHANNELS = "channels"

READ_ONLY_TOOLS = ["view", "search_docs", "search_memory", "load_skill", "local_code_search"]
SHORTEST_SPAN, LONGEST_EXPIRY, LONGEST_RUN = 0.1, 168, 24  # hours

_TITLE_ALLOWED = "a text; in braces only {channel}, {peer}, {chat_type} and {chat_id}"
_BINDINGS_ALLOWED = (
    "a list of objects with a channel, a routing_key, and a direct or a group where only one chat "
    "is meant"
)


def _model(value: object) -> str | None:
    if value is not None and not (isinstance(value, str) and value.strip()):
        raise unfit(value, MODEL.allowed)
    return value


def _tools(value: object) -> frozenset[str]:
    return frozenset(texts(value, ALLOWLIST.allowed, "the name of a tool"))


def _title(value: object) -> TitleTemplate:
    if not isinstance(value, str):
        raise unfit(value, _TITLE_ALLOWED)
    try:
        return TitleTemplate(value)
    except ValueError:
        raise unfit(value, _TITLE_ALLOWED) from None


def _username(value: object) -> str:
    name = value.removeprefix("@") if isinstance(value, str) else None
    if name is None or (name and not re.fullmatch(r"\w{4,32}", name, re.ASCII)):
        raise unfit(value, BOT_USERNAME.allowed)
    return name


def _hours(name: str, written: float, longest: float) -> Key[int]:
    """A span, read as milliseconds."""
    allowed = f"a number of hours from {SHORTEST_SPAN} to {longest}"

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise unfit(value, allowed)
        if not SHORTEST_SPAN <= value <= longest:
            raise unfit(value, allowed)
        return round(value * HOUR)

    return Key(name, written, allowed, read)


MODEL = Key("model", None, "a name, or null for the agent server's choice", _model)
APPROVAL_MODE = Key("approval_mode", ApprovalMode.ASK, *one_of(ApprovalMode))
ALLOWLIST = Key("allowlist", READ_ONLY_TOOLS, "a list of names of tools", _tools)
BUSY_MODE = Key("busy_mode", BusyMode.FOLLOWUP, *one_of(BusyMode))
DM_SCOPE = Key("dm_scope", DmScope.PER_CHANNEL_PEER, *one_of(DmScope))
TITLE = Key("title_template", DEFAULT_TITLE, _TITLE_ALLOWED, _title)
APPROVAL_EXPIRY = _hours("approval_expiry_hours", 24, LONGEST_EXPIRY)
RUN_LIMIT = _hours("run_limit_hours", 6, LONGEST_RUN)
PROGRESS = Key("progress", True, "true or false", flag)
TASKS_AT_ONCE = whole_number("tasks_at_once", 4, 1, 100)
CHANGE_EXPIRY = whole_number("change_expiry_days", 7, 1, 30, DAY)

ENABLED = Key("enabled", True, "true or false", flag)
REQUIRE_MENTION = Key("require_mention", True, "true or false", flag)
BOT_USERNAME = Key("bot_username", "", "a user name, or empty", _username)
RICH_MESSAGES = Key("rich_messages", True, "true or false", flag)


def _bindings(name: str = "") -> Key[tuple[Binding, ...]]:
    """The bindings of the whole document, or one channel's own, which need not repeat its name."""

    def read(value: object) -> tuple[Binding, ...]:
        if not isinstance(value, list):
            raise unfit(value, _BINDINGS_ALLOWED)
        bindings = tuple(_binding(f"[{at}]", entry, name) for at, entry in enumerate(value))
        _refuse_doubles(bindings)
        return bindings

    return Key("bindings", [], _BINDINGS_ALLOWED, read)


def _binding(where: str, entry: object, channel: str) -> Binding:
    if not isinstance(entry, dict):
        raise unfit(entry, "a JSON object", where)
    fields = {"channel": channel} if channel else {}
    for name, value in entry.items():
        fields[name] = _binding_field(f"{where}.{name}", name, value)
    for name in ("channel", "routing_key"):
        if name not in fields:
            raise Slip(f"{where}.{name} is missing")
    allowed = (channel,) if channel else NAMES
    if fields["channel"] not in allowed:
        raise unfit(fields["channel"], f"one of {', '.join(allowed)}", f"{where}.channel")
    return Binding(**fields)


def _binding_field(where: str, name: str, value: object) -> str:
    if name not in BINDING_FIELDS:
        raise Slip(f"{where}{unknown(name, BINDING_FIELDS)}")
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_KEY:
        raise unfit(value, f"a text of 1 to {LONGEST_KEY} characters", where)
    return value


def _refuse_doubles(bindings: tuple[Binding, ...]) -> None:
    """Of two bindings for one chat the second would never apply: a slip worth stopping at."""
    seen: dict[tuple[str, str, str], int] = {}
    for at, binding in enumerate(bindings):
        group = "" if binding.direct else binding.group
        first = seen.setdefault((binding.channel, binding.direct, group), at)
        if first != at:
            raise Slip(f"[{at}] is for the same chats as [{first}]")


@dataclass(frozen=True, slots=True)
class Ids:
    """The keys of a channel that hold ids. A mistyped one would let nobody in without a word."""

    users: Key[frozenset[str]]
    teams: Key[frozenset[str]]
    chats: Key[frozenset[str]]
    approvers: Key[frozenset[str]]
    operators: Key[frozenset[str]]


def _ids(pattern: str, looks: str) -> Ids:
    def key(name: str, word: str = "", written: tuple[str, ...] = ()) -> Key[frozenset[str]]:
        also = f', or "{word}"' if word else ""
        allowed, each = f"a list of ids ({looks}){also}", f"an id ({looks}){also}"

        def read(value: object) -> frozenset[str]:
            listed = texts(value, allowed, each)
            for at, entry in enumerate(listed):
                if entry != word and not re.fullmatch(pattern, entry, re.ASCII):
                    raise unfit(entry, each, f"[{at}]")
            return frozenset(listed)

        return Key(name, list(written), allowed, read)

    return Ids(
        users=key("users", EVERYBODY),
        teams=key("teams", EVERYBODY),
        chats=key("chats", EVERYBODY),
        approvers=key("approvers", REQUESTER, (REQUESTER,)),
        operators=key("operators"),
    )


_IDS: Mapping[str, Ids] = {
    "slack": _ids(r"[A-Z0-9]+", "capital letters and digits"),
    "telegram": _ids(r"-?\d+", "whole numbers; of groups below zero"),
    "discord": _ids(r"\d+", "digits"),
}
NAMES = tuple(_IDS)

BINDINGS = _bindings()
_OWN_BINDINGS = {name: _bindings(name) for name in NAMES}


def ids_of(channel: str) -> Ids:
    return _IDS[channel]


def own_bindings(channel: str) -> Key[tuple[Binding, ...]]:
    return _OWN_BINDINGS[channel]


_MANNERS: tuple[Key[Any], ...] = (MODEL, APPROVAL_MODE, ALLOWLIST, BUSY_MODE, DM_SCOPE, TITLE)


def _keys_of(channel: str) -> tuple[Key[Any], ...]:
    ids = _IDS[channel]
    return (
        ENABLED,
        ids.users,
        # Telegram has nothing above its chats.
        *(() if channel == "telegram" else (ids.teams,)),
        ids.chats,
        ids.approvers,
        ids.operators,
        # Discord brings nothing but commands, buttons and forms over HTTP: all of it is addressed.
        *(() if channel == "discord" else (REQUIRE_MENTION,)),
        *((BOT_USERNAME, RICH_MESSAGES) if channel == "telegram" else ()),
        *_MANNERS,
        own_bindings(channel),
    )


GENERAL_KEYS: tuple[Key[Any], ...] = (
    *_MANNERS,
    BINDINGS,
    APPROVAL_EXPIRY,
    RUN_LIMIT,
    PROGRESS,
    TASKS_AT_ONCE,
    CHANGE_EXPIRY,
)
CHANNEL_KEYS: Mapping[str, tuple[Key[Any], ...]] = {name: _keys_of(name) for name in NAMES}

"""What a tool call would do, short enough to decide on: the command, the path, the change."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from parley.core.batch import ToolCall
from parley.core.secrecy import masked, masked_values

LEAST = 60  # characters of a preview; where there is less room, a call is only named
MOST = 700

_COMMANDS = ("command", "cmd", "script")
_PATHS = ("path", "file_path", "filename", "file")
_CONTENTS = ("file_text", "content", "contents", "text")
_TICKS = re.compile(r"`+")


def shown(call: ToolCall, room: int) -> str:
    """A Markdown preview of at most `room` characters; empty where that is too little."""
    room = min(room, MOST)
    if room < LEAST:
        return ""
    arguments = masked_values(call.arguments)
    for preview in (_command, _change, _content, _generic):
        found = preview(arguments, room)
        if found:
            return found
    return ""


def bare(name: str) -> str:
    """A tool's name as people know it, without the server's prefix."""
    return name.partition("__")[2] or name


def shared_out(calls: Sequence[ToolCall], room: int) -> list[str]:
    """A preview for each call, all together in `room`: short ones leave theirs to long ones."""
    previews: list[str] = [""] * len(calls)
    order = sorted(range(len(calls)), key=lambda at: len(shown(calls[at], MOST)))
    for done, at in enumerate(order):
        previews[at] = shown(calls[at], room // (len(calls) - done))
        room -= len(previews[at])
    return previews


def _command(arguments: Mapping[str, Any], room: int) -> str:
    command = _first(arguments, _COMMANDS)
    if not command:
        return ""
    where = "".join(f" on {arguments[name]}" for name in ("host", "remote") if arguments.get(name))
    return _fenced(command, "bash", room - len(where) - 1) + (f"\n{where.strip()}" if where else "")


def _change(arguments: Mapping[str, Any], room: int) -> str:
    """A replacement as a diff, with its path before it."""
    old, new = arguments.get("old_str"), arguments.get("new_str")
    if not isinstance(old, str) or not isinstance(new, str):
        return ""
    half = max((room - len(_place(arguments)) - 20) // 2, 10)
    lines = [*_marked("-", _cut(old, half)), *_marked("+", _cut(new, half))]
    return _place(arguments) + _fenced("\n".join(lines), "diff", room - len(_place(arguments)))


def _content(arguments: Mapping[str, Any], room: int) -> str:
    content = _first(arguments, _CONTENTS)
    if not content or not _place(arguments):
        return ""
    return _place(arguments) + _fenced(content, "", room - len(_place(arguments)))


def _generic(arguments: Mapping[str, Any], room: int) -> str:
    if not arguments:
        return "(no arguments)"
    return _fenced(json.dumps(arguments, ensure_ascii=False, indent=1), "json", room)


def _place(arguments: Mapping[str, Any]) -> str:
    path = _first(arguments, _PATHS)
    return f"{_code(_cut(path, 200))}\n" if path else ""


def _first(arguments: Mapping[str, Any], names: Sequence[str]) -> str:
    values = (arguments.get(name) for name in names)
    return next((value for value in values if isinstance(value, str) and value.strip()), "")


def _marked(mark: str, text: str) -> list[str]:
    return [f"{mark} {line}" for line in text.split("\n")]


def _fenced(text: str, language: str, room: int) -> str:
    """In a fence that nothing in the text can close, cut where the room ends."""
    longest = max((len(found) for found in _TICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    around = len(f"{fence}{language}\n\n{fence}")
    return f"{fence}{language}\n{_cut(text.strip(chr(10)), room - around)}\n{fence}"


def _code(text: str) -> str:
    longest = max((len(found) for found in _TICKS.findall(text)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _cut(text: str, room: int) -> str:
    """Cut with a count of what is missing: nobody should take a part for the whole."""
    if len(text) <= room:
        return text
    for kept in range(max(room - 10, 0), -1, -1):
        note = f"… (+{len(text) - kept})"
        if kept + len(note) <= room:
            return text[:kept] + note
    return text[: max(room, 0)]


def first_words(call: ToolCall, room: int = 80) -> str:
    """One line on a call, for a prompt that is decided."""
    arguments = call.arguments
    words = _first(arguments, _COMMANDS) or _first(arguments, _PATHS)
    return _cut(" ".join(masked(words).split()), room)

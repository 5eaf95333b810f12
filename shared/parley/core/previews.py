"""What a tool call would do, short enough to decide on: the command, the path, the change."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from parley.core.batch import ToolCall
from parley.core.secrecy import masked, masked_values

LEAST = 60  # characters of a preview; where there is less room, a call is only named
MOST = 700
LONGEST_NAME = 80

CUT = "… (+"  # begins the note of how much is missing

_COMMANDS = ("command", "cmd", "script")
_PATHS = ("path", "file_path", "filename", "file")
_CONTENTS = ("file_text", "content", "contents", "text")
_TICKS = re.compile(r"`+")
_NO_NAME = re.compile(r"[^\w.:/-]+")
# What shows nothing, looks like a space, or turns the order of others round.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    r"\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufeff\uffa0\ufff9-\ufffb"
    r"\U000e0000-\U000e0fff]"
)


def shown(call: ToolCall, room: int) -> str:
    """A Markdown preview of at most `room` characters; empty where that is too little."""
    room = min(room, MOST)
    if room < LEAST:
        return ""
    arguments = masked_values(call.arguments)
    for preview, groups, others in _PREVIEWS:
        told = {*others, *(_told(arguments, group) for group in groups)}
        rest = _rest(arguments, told, room // 3)
        found = preview(arguments, room - len(rest))
        if found:
            return found + rest
    return _generic(arguments, room)


def whole(call: ToolCall) -> str:
    """Everything that the call is given, whatever its length."""
    text = json.dumps(masked_values(call.arguments), ensure_ascii=False, indent=1)
    return fenced(text, "json", len(text) * 8 + 100)


def bare(name: str) -> str:
    """A tool's name as people know it, without the server's prefix. A model may make one up, so
    nothing of it is markup, or another line."""
    known = name.partition("__")[2] or name
    return " ".join(_NO_NAME.sub(" ", known).split())[:LONGEST_NAME]


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
    places = [arguments[name] for name in ("host", "remote") if arguments.get(name)]
    where = "".join(f"\non {code(str(place), room // 4)}" for place in places)
    return fenced(command, "bash", room - len(where)) + where


def _change(arguments: Mapping[str, Any], room: int) -> str:
    """A replacement as a diff, with its path before it; of both sides as much."""
    old, new = arguments.get("old_str"), arguments.get("new_str")
    if not isinstance(old, str) or not isinstance(new, str):
        return ""
    place = _place(arguments, room)
    half = (room - len(place) - len("```diff\n\n\n```")) // 2
    sides = [_cut(_marked("-", old), half), _cut(_marked("+", new), half)]
    return place + fenced("\n".join(sides), "diff", room - len(place))


def _content(arguments: Mapping[str, Any], room: int) -> str:
    content, place = _first(arguments, _CONTENTS), _place(arguments, room)
    if not content or not place:
        return ""
    return place + fenced(content, "", room - len(place))


def _generic(arguments: Mapping[str, Any], room: int) -> str:
    if not arguments:
        return "(no arguments)"
    return fenced(json.dumps(arguments, ensure_ascii=False, indent=1), "json", room)


def _rest(arguments: Mapping[str, Any], told: Collection[str], room: int) -> str:
    """What the preview itself does not tell, short arguments first: who allows a call allows all of
    it."""
    left = {name: value for name, value in arguments.items() if name not in told and value != ""}
    if not left:
        return ""
    shortest = dict(sorted(left.items(), key=lambda each: len(str(each[1]))))
    return f"\nwith {code(json.dumps(shortest, ensure_ascii=False), room - 6)}"


def _place(arguments: Mapping[str, Any], room: int) -> str:
    path = _first(arguments, _PATHS)
    return f"{code(path, room // 3)}\n" if path else ""


def _first(arguments: Mapping[str, Any], names: Sequence[str]) -> str:
    return str(arguments.get(_told(arguments, names), ""))


def _told(arguments: Mapping[str, Any], names: Sequence[str]) -> str:
    """Of several names for one thing the one whose value is shown."""
    texts = [name for name in names if isinstance(arguments.get(name), str)]
    return next((name for name in texts if arguments[name].strip()), "")


def _marked(mark: str, text: str) -> str:
    return "\n".join(f"{mark} {line}" for line in text.split("\n"))


def fenced(text: str, language: str, room: int) -> str:
    """In a fence that nothing in the text can close, cut where the room ends."""
    text, most = _seen(text.strip("\n")), room
    while True:
        shown = _cut(text, most)
        fence = "`" * max(3, _longest_ticks(shown) + 1)
        fenced = f"{fence}{language}\n{shown}\n{fence}"
        if len(fenced) <= room or not shown:
            return fenced
        most -= len(fenced) - room


def code(text: str, room: int) -> str:
    """On one line, as code that nothing in the text can close: a backtick becomes a quote, since
    platforms differ in how they read several."""
    plain = _seen(" ".join(text.replace("`", "'").split()))
    return f"`{_cut(plain, room - 2)}`"


def _seen(text: str) -> str:
    """Characters that nobody sees by their numbers: a shell reads them all the same."""
    lines = text.replace("\r\n", "\n")
    return _UNSEEN.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", lines)


def _longest_ticks(text: str) -> int:
    return max((len(found) for found in _TICKS.findall(text)), default=0)


def _cut(text: str, room: int) -> str:
    """Cut with a count of what is missing: nobody should take a part for the whole."""
    if len(text) <= room:
        return text
    kept = max(room - len(_more(len(text))), 0)
    note = _more(len(text) - kept)
    return text[:kept] + note if len(note) <= room else text[: max(room, 0)]


def _more(missing: int) -> str:
    return f"{CUT}{missing})"


def first_words(call: ToolCall, room: int = 80) -> str:
    """One line on a call, for a prompt that is decided."""
    arguments = call.arguments
    words = _first(arguments, _COMMANDS) or _first(arguments, _PATHS)
    return _cut(" ".join(masked(words).split()), room)


# With the names that each of them tells: the first of a group, and all the others.
_PREVIEWS = (
    (_change, (_PATHS,), ("old_str", "new_str")),
    (_content, (_CONTENTS, _PATHS), ()),
    (_command, (_COMMANDS,), ("host", "remote")),
)

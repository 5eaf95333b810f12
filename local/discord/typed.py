"""A command as somebody types it into one line, as the options that Discord would send."""

from collections.abc import Mapping, Sequence
from typing import Any

from local.samples import Body

TEXT_OPTION = 3


def options_of(command: Body, rest: str) -> Mapping[str, str]:
    """Words by the command's options in their order, the last of which takes what is left. Where
    several may be left out, those are written as `name:value`, `name=value` or, for an agent,
    `@value`, before the last one's text."""
    options = [each for each in command.get("options") or () if each["type"] == TEXT_OPTION]
    optional = [each["name"] for each in options if not each.get("required")]
    named = set(optional) if len(optional) > 1 else set[str]()
    places = [each["name"] for each in options if each["name"] not in named]
    return _taken(places, named, rest)


def missing(command: Body, given: Mapping[str, Any]) -> Sequence[str]:
    """The options that are needed and not given."""
    needed = [each["name"] for each in command.get("options") or () if each.get("required")]
    return sorted(name for name in needed if name not in given)


def _taken(places: Sequence[str], named: set[str], rest: str) -> dict[str, str]:
    found: dict[str, str] = {}
    rest, waiting = rest.strip(), list(places)
    while rest and (waiting or named):
        word, behind = _first(rest)
        name, value = _by_name(word, named - found.keys())
        if name:
            found[name], rest = value, behind
        elif not waiting:
            break
        elif len(waiting) == 1:
            found[waiting.pop()], rest = rest, ""
        else:
            found[waiting.pop(0)], rest = word, behind
    return found


def _first(rest: str) -> tuple[str, str]:
    words = rest.split(None, 1)
    return words[0], words[1] if len(words) > 1 else ""


def _by_name(word: str, named: set[str]) -> tuple[str, str]:
    if word.startswith("@") and "agent" in named:
        return "agent", word[1:]
    for mark in (":", "="):
        name, found, value = word.partition(mark)
        if found and value and name in named:
            return name, value
    return "", ""

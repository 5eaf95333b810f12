"""Telegram's HTML: a few tags, read into a text and its entities, and everything else refused."""

import re
from dataclasses import dataclass
from typing import Any

from local.telegram.limits import units

Entity = dict[str, Any]

# fmt: off
KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline",
    "ins": "underline", "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "tg-spoiler": "spoiler", "span": "spoiler", "code": "code", "pre": "pre", "a": "text_link",
    "blockquote": "blockquote", "tg-emoji": "custom_emoji",
}
# fmt: on
_CHARACTER = r"&(?P<entity>#\d+|#x[0-9a-fA-F]+|lt|gt|amp|quot);"
_TOKEN = re.compile(rf"<(?P<tag>[^<>]*)>|{_CHARACTER}|(?P<bad><)")
_TAG = re.compile(r"(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9-]*)(?P<more>.*)", re.DOTALL)
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


class CannotParse(ValueError):
    """The server's own sentence, without its `Bad Request: can't parse entities: `."""


@dataclass(slots=True)
class _Open:
    name: str
    kind: str
    at: int
    byte: int
    more: Entity


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """The text without its tags, and where each tag's content stands, in UTF-16 units."""
    text, entities, stack, at = "", list[Entity](), list[_Open](), 0
    for token in _TOKEN.finditer(source):
        text += source[at : token.start()]
        at = token.end()
        byte = len(source[: token.start()].encode())
        if token["bad"]:
            raise CannotParse(f"Unclosed start tag at byte offset {byte}")
        if token["entity"]:
            text += _character(token["entity"])
        else:
            _take_tag(token["tag"], byte, units(text), stack, entities)
    text += source[at:]
    if stack:
        raise CannotParse(f'Can\'t find end tag corresponding to start tag "{stack[-1].name}"')
    return text, sorted(entities, key=lambda each: (each["offset"], -each["length"]))


def _take_tag(tag: str, byte: int, at: int, stack: list[_Open], entities: list[Entity]) -> None:
    found = _TAG.fullmatch(tag)
    if found is None:
        raise CannotParse(f'Unsupported start tag "{tag}" at byte offset {byte}')
    name = found["name"].lower()
    if not found["end"]:
        stack.append(_opened(name, found["more"], at, byte, stack))
        return
    if not stack:
        raise CannotParse(f"Unexpected end tag at byte offset {byte}")
    opened = stack.pop()
    if opened.name != name:
        raise CannotParse(
            f'Unmatched end tag at byte offset {byte}, expected "</{opened.name}>", '
            f'found "</{name}>"'
        )
    if at > opened.at and opened.kind != "language":
        entities.append(
            {"type": opened.kind, "offset": opened.at, "length": at - opened.at, **opened.more}
        )


def _opened(name: str, more: str, at: int, byte: int, stack: list[_Open]) -> _Open:
    if name not in KINDS:
        raise CannotParse(f'Unsupported start tag "{name}" at byte offset {byte}')
    kind, attributes = KINDS[name], _attributes(more)
    details: Entity = {}
    if name == "a":
        details["url"] = attributes.get("href", "")
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise CannotParse(f'Tag "span" must have class "tg-spoiler" at byte offset {byte}')
    if name == "code" and stack and stack[-1].name == "pre" and stack[-1].at == at:
        language = attributes.get("class", "")
        if language.startswith("language-"):
            stack[-1].more["language"] = language.removeprefix("language-")
        kind = "language"
    if name == "blockquote" and "expandable" in attributes:
        kind = "expandable_blockquote"
    return _Open(name, kind, at, byte, details)


def _attributes(more: str) -> dict[str, str]:
    found = re.findall(r"""([a-zA-Z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""", more)
    return {name: _plain(double or single or bare) for name, double, single, bare in found}


def _plain(value: str) -> str:
    return re.sub(_CHARACTER, lambda each: _character(each[1]), value)


def _character(entity: str) -> str:
    if entity in _NAMED:
        return _NAMED[entity]
    return chr(int(entity[2:], 16) if entity.startswith("#x") else int(entity[1:]))

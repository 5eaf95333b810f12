"""A reply's Markdown, parsed once, as running text with the marks that a platform has.

What chats have no marks for is written out: bullets, numbers, aligned tables, the address behind a
link. Nothing of the text is left out, so raw HTML, images and references stay readable text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Protocol

from markdown_it import MarkdownIt
from markdown_it.token import Token

from parley.core.frames import lines_of
from parley.core.tables import table_text

# Deeper than people nest; markdown-it drops what lies deeper than it is told to look.
DEEPEST = 40
RULE = "———"
BULLET = "•"


class Marks(Protocol):
    """How a platform writes each kind of text. What is marked comes marked on the inside."""

    def text(self, text: str) -> str: ...
    def strong(self, text: str) -> str: ...
    def emphasis(self, text: str) -> str: ...
    def struck(self, text: str) -> str: ...
    def code(self, code: str) -> str: ...
    def block(self, code: str, language: str) -> str: ...
    def link(self, text: str, address: str) -> str: ...
    def quote(self, text: str) -> str: ...


class Plain:
    """No marks at all."""

    def text(self, text: str) -> str:
        return text

    strong = emphasis = struck = code = text

    def block(self, code: str, language: str) -> str:
        return code

    def link(self, text: str, address: str) -> str:
        if not text or address in (text, f"mailto:{text}"):
            return text or address
        return f"{text} ({address})"

    def quote(self, text: str) -> str:
        return quoted(text, "> ")


PLAIN = Plain()


def rendered(markdown: str, marks: Marks) -> str:
    tokens = _PARSER.parse(markdown)
    if any(token.level + token.nesting >= DEEPEST for token in tokens):
        return marks.text(markdown)
    return _Writer(markdown, marks).write(tokens)


def plain(markdown: str) -> str:
    return rendered(markdown, PLAIN)


def plain_line(markdown: str) -> str:
    """A table's cell: no line of it is a heading or a list."""
    return "".join(_inline(token.children or [], PLAIN) for token in _PARSER.parseInline(markdown))


def quoted(text: str, prefix: str) -> str:
    return "\n".join((prefix + line).rstrip() for line in text.split("\n"))


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": DEEPEST})
    parser.enable(["table", "strikethrough"])
    # A definition may stand in another piece than what refers to it, and it would vanish. Images
    # are read as links: the same but for their "!".
    return parser.disable(["reference", "image"])


_PARSER = _parser()


@dataclass(frozen=True, slots=True)
class _Line:
    """`rigid`: not to be indented, as it is code or has marks of its own; maybe of many lines."""

    text: str
    rigid: bool = False


_Block = list[_Line]


@dataclass(slots=True)
class _Open:
    """An element whose end has not come yet."""

    token: Token
    blocks: list[_Block] = field(default_factory=list)
    number: int = 0
    tight: bool = True


class _Writer:
    def __init__(self, markdown: str, marks: Marks) -> None:
        self._lines = lines_of(re.sub(r"\r\n?", "\n", markdown))
        self._marks = marks
        self._open = [_Open(Token("root", "", 1), tight=False)]

    def write(self, tokens: Sequence[Token]) -> str:
        in_table = False
        for token in tokens:
            if token.type in ("table_open", "table_close"):
                in_table = token.nesting == 1
                self._open[-1].blocks += [self._table(token)] if in_table else []
            elif not in_table:
                self._read(token)
        return _text(_joined(self._open[0]))

    def _read(self, token: Token) -> None:
        if token.nesting == 1:
            self._begin(token)
        elif token.nesting == -1:
            ended = self._open.pop()
            self._open[-1].blocks += self._ended(ended)
        else:
            self._open[-1].blocks.append(self._leaf(token))

    def _begin(self, token: Token) -> None:
        if token.type == "paragraph_open" and not token.hidden:
            self._open[-1].tight = False
        number = int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else 0
        self._open.append(_Open(token, number=number))

    def _ended(self, ended: _Open) -> list[_Block]:
        kind = ended.token.type
        if kind == "list_item_open":
            self._open[-1].tight &= ended.tight
            return [self._item(ended)]
        if kind == "blockquote_open":
            return [self._quote(ended)]
        if kind == "heading_open":
            return [[_Line(self._marks.strong(_text(_joined(ended))))]]
        if kind in ("bullet_list_open", "ordered_list_open"):
            return [_joined(ended)]
        return ended.blocks

    def _leaf(self, token: Token) -> _Block:
        if token.type == "inline":
            return _lines(_inline(token.children or [], self._marks))
        if token.type in ("fence", "code_block"):
            words = token.info.split()
            return self._code(token.content.removesuffix("\n"), words[0] if words else "")
        return [_Line(self._marks.text(RULE))]

    def _item(self, ended: _Open) -> _Block:
        """With its bullet; what follows is indented below, but for code."""
        outer = self._open[-1]
        bullet = f"{outer.number}." if outer.token.type == "ordered_list_open" else BULLET
        outer.number += 1
        first, *others = _joined(ended) or [_Line("")]
        if first.rigid:
            first, others = _Line(""), [first, *others]
        indent = " " * (len(bullet) + 1)
        return [_Line(f"{bullet} {first.text}".rstrip()), *_indented(others, indent)]

    def _quote(self, ended: _Open) -> _Block:
        """A quote within a quote has no mark of its own on some platforms."""
        text = _text(_joined(ended, tight=False))
        if any(outer.token.type == "blockquote_open" for outer in self._open):
            return _lines(quoted(text, self._marks.text("> ")))
        return [_Line(self._marks.quote(text), rigid=True)]

    def _table(self, token: Token) -> _Block:
        first, end = token.map or (0, 0)
        lines = [line.rstrip("\n") for line in self._lines[first:end]]
        return self._code(table_text(lines, plain_line), "")

    def _code(self, code: str, language: str) -> _Block:
        return [_Line(self._marks.block(code, language), rigid=True)]


def _lines(text: str) -> _Block:
    return [_Line(line) for line in text.split("\n")]


def _text(block: _Block) -> str:
    return "\n".join(line.text for line in block)


def _joined(ended: _Open, tight: bool | None = None) -> _Block:
    """Its blocks as one: below each other if it is tight, else with blank lines between."""
    between = [] if (ended.tight if tight is None else tight) else [_Line("")]
    joined: _Block = []
    for number, block in enumerate(ended.blocks):
        joined += block if number == 0 else [*between, *block]
    return joined


def _indented(block: _Block, indent: str) -> _Block:
    return [line if line.rigid or not line.text else _Line(indent + line.text) for line in block]


def _inline(tokens: Sequence[Token], marks: Marks) -> str:
    """Spans within spans, as markdown-it gives them: flat, and however deep."""
    written: list[list[str]] = [[]]
    addresses: list[str] = []
    for token, following in zip_longest(tokens, tokens[1:]):
        if token.nesting == 1:
            written.append([])
            if token.type == "link_open":
                addresses.append(str(token.attrs.get("href", "")))
        elif token.nesting == -1:
            inner = "".join(written.pop())
            written[-1].append(_span(token, inner, addresses, marks))
        else:
            written[-1].append(_word(token, following, marks))
    return "".join(written[0])


def _span(token: Token, inner: str, addresses: list[str], marks: Marks) -> str:
    if token.type == "link_close":
        return marks.link(inner, addresses.pop())
    if token.type == "strong_close":
        return marks.strong(inner)
    return marks.struck(inner) if token.type == "s_close" else marks.emphasis(inner)


def _word(token: Token, following: Token | None, marks: Marks) -> str:
    if token.type == "code_inline":
        return marks.code(token.content)
    if token.type in ("softbreak", "hardbreak"):
        return "\n"
    text = token.content
    if following is not None and following.type == "link_open":
        text = text.removesuffix("!")
    return marks.text(text)

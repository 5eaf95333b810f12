"""Measures and readers of rendered replies, made apart from the code that renders."""

import json
import re
from html.parser import HTMLParser

from markdown_it import MarkdownIt

TELEGRAM_TAGS = {"b", "i", "u", "s", "code", "pre", "a", "blockquote"}

_FENCE = re.compile(r"^(?:[ \t>]|(?:[-*+]|\d{1,9}[.)])[ \t])*(?P<mark>`{3,}(?!.*`)|~{3,})")


def in_utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def in_json(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False)) - 2


def open_fences(markdown: str) -> int:
    """1 if the text ends inside a fence, as a reader sees it who goes line by line.

    One in a quote ends with the quote, so with the text at the latest.
    """
    mark, quoted = "", False
    for line in markdown.split("\n"):
        if mark and quoted and not line.lstrip().startswith(">"):
            mark = ""
        if mark:
            inner = line.lstrip(" \t>").rstrip(" \t\r")
            if inner and not inner.strip(mark[0]) and len(inner) >= len(mark):
                mark = ""
        elif found := _FENCE.match(line):
            mark, quoted = found["mark"], ">" in found[0]
    return 1 if mark and not quoted else 0


def code_of(markdown: str) -> list[str]:
    tokens = MarkdownIt("commonmark").parse(markdown)
    return [token.content for token in tokens if token.type == "fence"]


class TelegramHtml(HTMLParser):
    """Reads Telegram's HTML as strictly as Telegram does: `faults` says what it would refuse."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.prose = ""
        self.text = ""
        self.addresses: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.faults += [f"{tag} is never closed" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TELEGRAM_TAGS:
            self.faults.append(f"no such tag: {tag}")
        self.addresses += [value or "" for name, value in attrs if name == "href"]
        if tag == "blockquote" and tag in self._open:
            self.faults.append("a quote in a quote")
        if {"pre", "code"} & set(self._open) and (self._open[-1], tag) != ("pre", "code"):
            self.faults.append(f"{tag} within code")
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"{tag} is closed out of turn")

    def handle_data(self, data: str) -> None:
        self.text += data
        if not {"pre", "code"} & set(self._open):
            self.prose += data

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        self.faults.append(f"a declaration: {decl}")

    def handle_pi(self, data: str) -> None:
        self.faults.append(f"an instruction: {data}")

"""What the expressions have in common: tokens, document paths, names and values."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from tests.fakes.dynamodb.refusals import invalid
from tests.fakes.dynamodb.reserved import RESERVED
from tests.fakes.dynamodb.values import Item, Path, Value, at

Values = Mapping[str, Value]
Names = tuple[tuple[str, str], ...]
Read = Callable[[Item, Values], Value | None]
Check = Callable[[Values], None]

LONGEST = 4096  # bytes of one expression

# A bare name starts with a letter; any other needs an alias.
TOKEN = re.compile(
    r"(?P<name>[A-Za-z][A-Za-z0-9_]*)|(?P<alias>#[A-Za-z0-9_]+)|(?P<value>:[A-Za-z0-9_]+)"
    r"|(?P<index>[0-9]+)|(?P<sign><>|<=|>=|[-=<>().,+\[\]])|(?P<space>\s+)|(?P<stray>.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str


END = Token("end", "<EOF>")


@dataclass(frozen=True, slots=True)
class Operand:
    """A path, a value, or the size of one; `text` is how errors show it."""

    text: str
    read: Read
    path: Path | None = None
    placeholder: str | None = None


@dataclass(frozen=True, slots=True)
class Used:
    """What an expression mentions, and what has to be true of the values given with it."""

    aliases: set[str] = field(default_factory=set)
    placeholders: set[str] = field(default_factory=set)
    checks: list[Check] = field(default_factory=list)


class Parser:
    def __init__(self, kind: str, text: str, names: Names) -> None:
        self.kind = kind
        self.names = dict(names)
        self.used = Used()
        self.place = 0
        if not text.strip():
            self.refuse("The expression can not be empty;")
        if len(text.encode()) > LONGEST:
            self.refuse("Expression size has exceeded the maximum allowed size;")
        self.tokens = [
            Token(match.lastgroup or "", match.group())
            for match in TOKEN.finditer(text)
            if match.lastgroup != "space"
        ]
        for token in self.tokens:
            if token.kind == "stray":
                self.refuse(f'Syntax error; token: "{token.text}"')

    def refuse(self, why: str) -> NoReturn:
        invalid(f"Invalid {self.kind}: {why}")

    def peek(self, ahead: int = 0) -> Token:
        place = self.place + ahead
        return self.tokens[place] if place < len(self.tokens) else END

    def take(self, *kinds: str) -> Token:
        token = self.peek()
        if kinds and token.kind not in kinds:
            self.stuck()
        self.place += 1
        return token

    def stuck(self) -> NoReturn:
        before = self.tokens[max(0, self.place - 1) : self.place + 2]
        near = " ".join(token.text for token in before)
        self.refuse(f'Syntax error; token: "{self.peek().text}", near: "{near}"')

    def sees(self, *signs: str) -> bool:
        return self.peek().kind == "sign" and self.peek().text in signs

    def sees_word(self, *words: str) -> bool:
        return self.peek().kind == "name" and self.peek().text.upper() in words

    def sees_call(self) -> bool:
        return self.peek().kind == "name" and self.peek(1) == Token("sign", "(")

    def expect(self, text: str) -> None:
        if self.peek().text.upper() != text:
            self.stuck()
        self.place += 1

    def finish(self) -> None:
        if self.peek() is not END:
            self.stuck()

    def path(self) -> Path:
        steps: list[str | int] = [self._name()]
        while self.sees(".", "["):
            if self.take().text == ".":
                steps.append(self._name())
            else:
                steps.append(int(self.take("index").text))
                self.expect("]")
        return tuple(steps)

    def _name(self) -> str:
        token = self.take("name", "alias")
        if token.kind == "alias":
            self.used.aliases.add(token.text)
            if token.text not in self.names:
                self.refuse(
                    "An expression attribute name used in the document path is not defined; "
                    f"attribute name: {token.text}"
                )
            return self.names[token.text]
        if token.text.lower() in RESERVED:
            self.refuse(f"Attribute name is a reserved keyword; reserved keyword: {token.text}")
        return token.text

    def operand(self) -> Operand:
        """A path or a value; the expressions add their own functions."""
        if self.peek().kind == "value":
            name = self.take().text
            self.used.placeholders.add(name)
            return Operand(name, lambda item, values: values[name], placeholder=name)
        return path_operand(self.path())


def path_operand(path: Path) -> Operand:
    if len(path) == 1:
        name = str(path[0])
        return Operand(shown(path), lambda item, values: item.get(name), path=path)
    return Operand(shown(path), lambda item, values: at(item, path), path=path)


def shown(path: Path) -> str:
    return "[" + ", ".join(f"[{step}]" if isinstance(step, int) else step for step in path) + "]"


def size_of(value: Value | None) -> Value | None:
    if value is None:
        return None
    ((tag, content),) = value.items()
    if tag in ("N", "BOOL", "NULL"):
        return None
    return {"N": str(len(content.encode() if tag == "S" else content))}

"""How commands are written: in a line of text, and as fields where a platform has forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parley.core.commands import Command, Misused


@dataclass(frozen=True, slots=True)
class Argument:
    """`mark` is what its value is written behind, where a text says it: `model=` for `model=x`."""

    name: str
    meaning: str
    choices: tuple[str, ...] = ()
    optional: bool = False
    mark: str = ""

    def of(self, value: str) -> str:
        """The value as somebody would write it; a marked one is one word."""
        if not (self.mark and value.strip()):
            return value.strip()
        return self.mark + "".join(value.split()).removeprefix(self.mark)


@dataclass(frozen=True, slots=True)
class Form:
    """How a command is written and what it does; `read` makes it of the text behind its name, or
    nothing where that text makes no sense. `usage` says its arguments otherwise than by their
    names. Where arguments are fields of a form, those that are needed come first."""

    name: str
    meaning: str
    read: Callable[[str], Command | Misused | None]
    arguments: tuple[Argument, ...] = ()
    usage: str = ""

    @property
    def written(self) -> str:
        names = " ".join(argument.name for argument in self.arguments)
        return f"{self.name} {self.usage or names}".strip()

    def typed(self, given: Mapping[str, str]) -> str:
        """The command as somebody would write it, from its arguments by their names in lower case:
        marked ones stand before the last of the others, which may be as long as it likes."""
        texts = {each: each.of(given.get(each.name.lower(), "")) for each in self.arguments}
        plain = [text for each, text in texts.items() if text and not each.mark]
        marked = [text for each, text in texts.items() if text and each.mark]
        return " ".join([f"/{self.name}", *plain[:-1], *marked, *plain[-1:]])

    @property
    def choices(self) -> str:
        named = [each for each in self.arguments if each.choices]
        return "".join(f"; {each.name} is one of {', '.join(each.choices)}" for each in named)

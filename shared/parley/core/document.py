"""A JSON document, read strictly: what makes no sense is told by its path, all of it at once."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

SHOWN = 60  # characters of a value that an error repeats


class Slip(Exception):
    """What is wrong at a path. The text goes on where the path ends: ` is 7; it must be ...`."""


@dataclass(frozen=True, slots=True)
class Key(Generic[T]):
    """A key of the document. `written` is its default as the document would say it, `allowed`
    completes the sentence "it must be ...", `read` raises Slip."""

    name: str
    written: object
    allowed: str
    read: Callable[[object], T]

    @property
    def default(self) -> T:
        return self.read(self.written)


@dataclass(slots=True)
class Problems:
    told: list[str] = field(default_factory=list)

    def add(self, path: str, slip: Slip) -> None:
        self.told.append(f"{path}{slip}")


@dataclass(frozen=True, slots=True)
class Section:
    """An object of the document, with the keys that it may have."""

    path: str
    entries: Mapping[str, object]
    problems: Problems

    @classmethod
    def of(cls, path: str, value: object, known: Collection[str], problems: Problems) -> "Section":
        """What is no object, and keys that nobody knows, are told; the rest is read on."""
        if not isinstance(value, dict):
            problems.add(path or "the document", unfit(value, "a JSON object"))
            return cls(path, {}, problems)
        section = cls(path, {name: value[name] for name in value if name in known}, problems)
        for name in value:
            if name not in known:
                problems.add(section.at(name), Slip(unknown(name, known)))
        return section

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def take(self, key: Key[T]) -> T:
        return self.take_or(key, key.default)

    def need(self, key: Key[T], instead: T) -> T:
        """The key's value, which has no default: `instead` where it is absent or wrong, which is
        told."""
        if key.name not in self.entries:
            self.problems.add(self.at(key.name), Slip(f" is missing; it must be {key.allowed}"))
        return self.take_or(key, instead)

    def take_or(self, key: Key[T], default: T) -> T:
        """The key's value; the default where it is absent, or wrong, which is told."""
        if key.name in self.entries:
            try:
                return key.read(self.entries[key.name])
            except Slip as slip:
                self.problems.add(self.at(key.name), slip)
        return default


def load(text: str) -> object:
    """The document's value. Raises Slip where it is not JSON, or an object has a key twice."""
    try:
        return json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Slip(f" is not JSON: {error}") from None


def unfit(value: object, allowed: str, where: str = "") -> Slip:
    shown = json.dumps(value, ensure_ascii=False)
    cut = shown if len(shown) <= SHOWN else f"{shown[: SHOWN - 3]}..."
    return Slip(f"{where} is {cut}; it must be {allowed}")


def unknown(name: str, known: Iterable[str]) -> str:
    # Only who slipped pays for it: the webhook's cold start does not.
    import difflib

    near = difflib.get_close_matches(name.lower(), known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known))}"
    return f" is not known; {hint}"


def one_of(choices: type[E]) -> tuple[str, Callable[[object], E]]:
    """What is allowed, in words, and the reader of it."""
    allowed = f"one of {', '.join(choices)}"

    def read(value: object) -> E:
        try:
            return choices(str(value))
        except ValueError:
            raise unfit(value, allowed) from None

    return allowed, read


def flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise unfit(value, "true or false")
    return value


def whole_number(name: str, written: int, least: int, most: int, unit: int = 1) -> Key[int]:
    """`unit` is what one of it is read as."""
    allowed = f"a whole number from {least} to {most}"

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise unfit(value, allowed)
        return value * unit

    return Key(name, written, allowed, read)


def texts(value: object, allowed: str, each: str) -> tuple[str, ...]:
    """A list of texts. Whole numbers count as texts: that is how some platforms show their ids."""
    if not isinstance(value, list):
        raise unfit(value, allowed)
    for number, entry in enumerate(value):
        if isinstance(entry, bool) or not isinstance(entry, str | int) or not str(entry).strip():
            raise unfit(entry, each, f"[{number}]")
    return tuple(str(entry).strip() for entry in value)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice} stands twice in one object")
    return entries

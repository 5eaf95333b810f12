"""Update expressions, compiled once. Every value is computed from the item as it was."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from tests.fakes.dynamodb.parsing import Names, Operand, Parser, Used, Values, shown
from tests.fakes.dynamodb.refusals import invalid
from tests.fakes.dynamodb.values import KINDS, Item, Path, Value, at, plain, tag_of

SECTIONS = ("SET", "REMOVE", "ADD", "DELETE")
Compute = Callable[[Item, Values], Value | None]


@dataclass(frozen=True, slots=True)
class Step:
    """One action: the new value at a path, or None to remove what is there."""

    path: Path
    compute: Compute


@dataclass(frozen=True, slots=True)
class Update:
    steps: tuple[Step, ...]
    used: Used

    def apply(self, item: Item, values: Values) -> Item:
        found = [(step.path, step.compute(item, values)) for step in self.steps]
        new = dict(item)
        for path, value in found:
            if len(path) > 1:
                new = _replaced({"M": new}, path, value)["M"]
            elif value is None:
                new.pop(str(path[0]), None)
            else:
                new[str(path[0])] = value
        return new

    def paths(self) -> list[Path]:
        return [step.path for step in self.steps]


@lru_cache(maxsize=4096)
def update(text: str, names: Names) -> Update:
    parser = UpdateParser("UpdateExpression", text, names)
    parser.sections()
    # List elements that are removed keep their old numbers until all are: the last goes first.
    steps = sorted(parser.steps, key=lambda step: _last_index(step.path), reverse=True)
    return Update(tuple(steps), parser.used)


def _last_index(path: Path) -> int:
    return path[-1] if isinstance(path[-1], int) else -1


class UpdateParser(Parser):
    def __init__(self, kind: str, text: str, names: Names) -> None:
        super().__init__(kind, text, names)
        self.steps: list[Step] = []

    def sections(self) -> None:
        actions = {
            "SET": self.assignment,
            "REMOVE": self.removal,
            "ADD": self.addition,
            "DELETE": self.subtraction,
        }
        seen: set[str] = set()
        while self.sees_word(*SECTIONS):
            section = self.take().text.upper()
            if section in seen:
                self.refuse(
                    f'The "{section}" section can only be used once in an update expression;'
                )
            seen.add(section)
            actions[section]()
            while self.sees(","):
                self.take()
                actions[section]()
        self.finish()

    def step(self, path: Path, compute: Compute) -> None:
        for other in self.steps:
            shorter = min(len(path), len(other.path))
            if path[:shorter] == other.path[:shorter]:
                self.refuse(
                    "Two document paths overlap with each other; must remove or rewrite one of "
                    f"these paths; path one: {shown(other.path)}, path two: {shown(path)}"
                )
        self.steps.append(Step(path, compute))

    def assignment(self) -> None:
        path = self.path()
        self.expect("=")
        left = self.term()
        if not self.sees("+", "-"):
            self.step(path, present(left))
            return
        sign = self.take().text
        right = self.term()
        for side in (left, right):
            self.literal(sign, side, {"N"})
        self.step(path, added(left, right, sign))

    def removal(self) -> None:
        self.step(self.path(), lambda item, values: None)

    def addition(self) -> None:
        path, amount = self.path(), self.value()
        self.literal("ADD", amount, {"N", *KINDS})
        self.step(path, grown(path, amount))

    def subtraction(self) -> None:
        path, members = self.path(), self.value()
        self.literal("DELETE", members, set(KINDS))
        self.step(path, shrunk(path, members))

    def value(self) -> Operand:
        if self.peek().kind != "value":
            self.stuck()
        return self.operand()

    def term(self) -> Operand:
        if self.sees("("):
            self.take()
            inner = self.term()
            self.expect(")")
            return inner
        if not self.sees_call():
            return self.operand()
        name = self.take().text
        if name not in ("if_not_exists", "list_append"):
            self.refuse(f"Invalid function name; function: {name}")
        self.expect("(")
        first = self.term()
        self.expect(",")
        second = self.term()
        self.expect(")")
        if name == "list_append":
            for side in (first, second):
                self.literal(name, side, {"L"})
            return Operand(name, appended(first, second))
        if first.path is None:
            self.refuse(
                f"Operator or function requires a document path; operator or function: {name}"
            )
        return Operand(name, lambda i, v: first.read(i, v) or present(second)(i, v))

    def literal(self, sign: str, side: Operand, types: set[str]) -> None:
        name = side.placeholder
        if name is None:
            return

        def check(values: Values) -> None:
            tag = tag_of(values[name])
            if tag not in types:
                invalid(
                    "Invalid UpdateExpression: Incorrect operand type for operator or function; "
                    f"operator: {sign}, operand type: {tag}"
                )

        self.used.checks.append(check)


def present(operand: Operand) -> Callable[[Item, Values], Value]:
    def read(item: Item, values: Values) -> Value:
        value = operand.read(item, values)
        if value is None:
            invalid(
                "The provided expression refers to an attribute that does not exist in the item"
            )
        return value

    return read


def _content(value: Value, *tags: str) -> tuple[str, list[Value]]:
    ((tag, content),) = value.items()
    if tag not in tags:
        invalid("An operand in the update expression has an incorrect data type")
    return tag, content


def _decimal(value: Value) -> Decimal:
    _content(value, "N")
    return Decimal(value["N"])


def added(left: Operand, right: Operand, sign: str) -> Compute:
    def compute(item: Item, values: Values) -> Value:
        one = _decimal(present(left)(item, values))
        other = _decimal(present(right)(item, values))
        return {"N": plain(one + other if sign == "+" else one - other)}

    return compute


def appended(first: Operand, second: Operand) -> Compute:
    def compute(item: Item, values: Values) -> Value:
        _, head = _content(present(first)(item, values), "L")
        _, tail = _content(present(second)(item, values), "L")
        return {"L": [*head, *tail]}

    return compute


def grown(path: Path, amount: Operand) -> Compute:
    def compute(item: Item, values: Values) -> Value:
        more, old = present(amount)(item, values), at(item, path)
        if old is None:
            return more
        tag, members = _content(old, tag_of(more))
        if tag == "N":
            return {"N": plain(Decimal(old["N"]) + Decimal(more["N"]))}
        return {tag: [*members, *(member for member in more[tag] if member not in members)]}

    return compute


def shrunk(path: Path, less: Operand) -> Compute:
    def compute(item: Item, values: Values) -> Value | None:
        fewer, old = present(less)(item, values), at(item, path)
        if old is None:
            return None
        tag, members = _content(old, tag_of(fewer))
        left = [member for member in members if member not in fewer[tag]]
        return {tag: left} if left else None

    return compute


def _replaced(container: Value, path: Path, value: Value | None) -> Value:
    """The container with a new value at the path, sharing what did not change."""
    ((tag, content),) = container.items()
    step, rest = path[0], path[1:]
    if tag != ("M" if isinstance(step, str) else "L"):
        invalid("The document path provided in the update expression is invalid for update")
    inside = at({"_": container}, ("_", step))
    if rest:
        if inside is None:
            invalid("The document path provided in the update expression is invalid for update")
        value = _replaced(inside, rest, value)
    if isinstance(step, str):
        kept = {name: old for name, old in content.items() if name != step}
        return {"M": kept if value is None else {**content, step: value}}
    return {"L": [*content[:step], *([] if value is None else [value]), *content[step + 1 :]]}

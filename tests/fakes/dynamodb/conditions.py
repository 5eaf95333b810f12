"""Condition, filter and key condition expressions, compiled to closures once."""

from dataclasses import dataclass
from functools import lru_cache

from tests.fakes.dynamodb.parsing import Check, Names, Operand, Parser, Used, Values, size_of
from tests.fakes.dynamodb.predicates import (
    FUNCTIONS,
    ORDERS,
    Holds,
    both,
    compares,
    either,
    equals,
    negated,
)
from tests.fakes.dynamodb.refusals import invalid
from tests.fakes.dynamodb.values import sortable, tag_of


@dataclass(frozen=True, slots=True)
class Atom:
    """A comparison or function, as the key conditions look at it."""

    sign: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    kind: str
    holds: Holds
    used: Used
    atoms: tuple[Atom, ...]
    joined_by: frozenset[str]

    def attributes(self) -> set[str]:
        """The top-level attributes that the condition looks at."""
        paths = (operand.path for atom in self.atoms for operand in atom.operands)
        return {str(path[0]) for path in paths if path}


@lru_cache(maxsize=4096)
def condition(kind: str, text: str, names: Names) -> Condition:
    parser = ConditionParser(kind, text, names)
    holds = parser.disjunction()
    parser.finish()
    atoms, joined = tuple(parser.atoms), frozenset(parser.joined)
    return Condition(kind, holds, parser.used, atoms, joined)


class ConditionParser(Parser):
    def __init__(self, kind: str, text: str, names: Names) -> None:
        super().__init__(kind, text, names)
        self.atoms: list[Atom] = []
        self.joined: set[str] = set()
        self.group: tuple[int, int] | None = None  # the tokens of the last closed parentheses

    def disjunction(self) -> Holds:
        holds = self.conjunction()
        while self.sees_word("OR"):
            self.joined.add(self.take().text.upper())
            holds = either(holds, self.conjunction())
        return holds

    def conjunction(self) -> Holds:
        holds = self.negation()
        while self.sees_word("AND"):
            self.joined.add(self.take().text.upper())
            holds = both(holds, self.negation())
        return holds

    def negation(self) -> Holds:
        if self.sees_word("NOT"):
            self.joined.add(self.take().text.upper())
            return negated(self.negation())
        return self.parenthesised() if self.sees("(") else self.atom()

    def parenthesised(self) -> Holds:
        start = self.place
        self.expect("(")
        holds = self.disjunction()
        if self.group == (start + 1, self.place):
            self.refuse("The expression has redundant parentheses;")
        self.expect(")")
        self.group = (start, self.place)
        return holds

    def atom(self) -> Holds:
        if self.sees_call() and self.peek().text != "size":
            return self.function()
        left = self.comparand()
        if self.sees("=", "<>", "<", "<=", ">", ">="):
            return self.comparison(left)
        if self.sees_word("BETWEEN"):
            return self.between(left)
        if self.sees_word("IN"):
            return self.membership(left)
        self.stuck()

    def comparand(self) -> Operand:
        if not self.sees_call():
            return self.operand()
        if self.take().text != "size":
            self.place -= 1
            self.stuck()
        self.expect("(")
        inner = self.operand()
        self.expect(")")
        return Operand(f"size({inner.text})", lambda i, v: size_of(inner.read(i, v)), inner.path)

    def comparison(self, left: Operand) -> Holds:
        sign = self.take().text
        right = self.comparand()
        self.atoms.append(Atom(sign, (left, right)))
        self.distinct(sign, left, right)
        if sign in ORDERS:
            for side in (left, right):
                self.ordered(sign, side)
            return compares(ORDERS[sign], left, right)
        equal = equals(left, right)
        return equal if sign == "=" else negated(equal)

    def between(self, subject: Operand) -> Holds:
        self.expect("BETWEEN")
        low = self.comparand()
        self.expect("AND")
        high = self.comparand()
        self.atoms.append(Atom("BETWEEN", (subject, low, high)))
        for side in (subject, low, high):
            self.ordered("BETWEEN", side)
        self.used.checks.append(bounds(self.kind, low, high))
        return both(compares(ORDERS[">="], subject, low), compares(ORDERS["<="], subject, high))

    def membership(self, subject: Operand) -> Holds:
        self.expect("IN")
        self.expect("(")
        among = [self.comparand()]
        while self.sees(","):
            self.take()
            among.append(self.comparand())
        self.expect(")")
        if len(among) > 100:
            self.refuse("The IN operator is provided with too many operands;")
        self.atoms.append(Atom("IN", (subject, *among)))
        tests = [equals(subject, member) for member in among]
        return lambda item, values: any(test(item, values) for test in tests)

    def function(self) -> Holds:
        name = self.take().text
        if name not in FUNCTIONS:
            self.refuse(f"Invalid function name; function: {name}")
        self.expect("(")
        operands = [self.operand()]
        while self.sees(","):
            self.take()
            operands.append(self.operand())
        self.expect(")")
        count, build = FUNCTIONS[name]
        if len(operands) != count:
            self.refuse(
                "Incorrect number of operands for operator or function; operator or function: "
                f"{name}, number of operands: {len(operands)}"
            )
        if name != "contains" and operands[0].path is None:
            self.refuse(
                f"Operator or function requires a document path; operator or function: {name}"
            )
        self.atoms.append(Atom(name, tuple(operands)))
        if name == "begins_with":
            self.literal(name, operands[1], {"S", "B"})
        elif name == "attribute_type":
            self.literal(name, operands[1], {"S"})
        return build(*operands)

    def distinct(self, sign: str, left: Operand, right: Operand) -> None:
        if left.text == right.text:
            self.refuse(
                "The first operand must be distinct from the remaining operands for this operator "
                f"or function; operator: {sign}, first operand: {left.text}"
            )

    def ordered(self, sign: str, side: Operand) -> None:
        self.literal(sign, side, {"S", "N", "B"})

    def literal(self, sign: str, side: Operand, types: set[str]) -> None:
        name, kind = side.placeholder, self.kind
        if name is None:
            return

        def check(values: Values) -> None:
            tag = tag_of(values[name])
            if tag not in types:
                invalid(
                    f"Invalid {kind}: Incorrect operand type for operator or function; "
                    f"operator or function: {sign}, operand type: {tag}"
                )

        self.used.checks.append(check)


def bounds(kind: str, low: Operand, high: Operand) -> Check:
    def check(values: Values) -> None:
        if low.placeholder is None or high.placeholder is None:
            return
        least, most = sortable(values[low.placeholder]), sortable(values[high.placeholder])
        if least is None or most is None or least[0] != most[0]:
            invalid(f"Invalid {kind}: The BETWEEN operator requires same data type for its bounds")
        elif least > most:
            invalid(
                f"Invalid {kind}: The BETWEEN operator requires upper bound to be greater than or "
                "equal to lower bound"
            )

    return check

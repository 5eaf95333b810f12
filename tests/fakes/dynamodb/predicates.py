"""What the condition language can say, as functions of an item and the values given with a call."""

import operator
from collections.abc import Callable
from typing import Any

from tests.fakes.dynamodb.parsing import Operand, Values
from tests.fakes.dynamodb.values import Item, Value, same, sortable, tag_of

Holds = Callable[[Item, Values], bool]
Order = Callable[[Any, Any], bool]

ORDERS: dict[str, Order] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def either(left: Holds, right: Holds) -> Holds:
    return lambda item, values: left(item, values) or right(item, values)


def both(left: Holds, right: Holds) -> Holds:
    return lambda item, values: left(item, values) and right(item, values)


def negated(holds: Holds) -> Holds:
    return lambda item, values: not holds(item, values)


def equals(left: Operand, right: Operand) -> Holds:
    def holds(item: Item, values: Values) -> bool:
        one, other = left.read(item, values), right.read(item, values)
        return one is not None and other is not None and same(one, other)

    return holds


def compares(order: Order, left: Operand, right: Operand) -> Holds:
    """Only values of one type compare; where either is absent, the comparison is false."""

    def holds(item: Item, values: Values) -> bool:
        one, other = left.read(item, values), right.read(item, values)
        if one is None or other is None:
            return False
        first, second = sortable(one), sortable(other)
        if first is None or second is None or first[0] != second[0]:
            return False
        return order(first[1], second[1])

    return holds


def _exists(operand: Operand) -> Holds:
    return lambda item, values: operand.read(item, values) is not None


def _begins(subject: Operand, prefix: Operand) -> Holds:
    def holds(item: Item, values: Values) -> bool:
        one, other = subject.read(item, values), prefix.read(item, values)
        if one is None or other is None or tag_of(one) != tag_of(other):
            return False
        ((tag, content),) = one.items()
        return tag in ("S", "B") and bool(content.startswith(other[tag]))

    return holds


def _contains(subject: Operand, part: Operand) -> Holds:
    def holds(item: Item, values: Values) -> bool:
        one, other = subject.read(item, values), part.read(item, values)
        return one is not None and other is not None and _has(one, other)

    return holds


def _has(whole: Value, part: Value) -> bool:
    ((tag, content),) = whole.items()
    kind = tag_of(part)
    if tag == "L":
        return any(same(member, part) for member in content)
    if tag in ("S", "B"):
        return kind == tag and part[kind] in content
    return tag == kind + "S" and any(same({kind: member}, part) for member in content)


def _typed(subject: Operand, wanted: Operand) -> Holds:
    def holds(item: Item, values: Values) -> bool:
        one, other = subject.read(item, values), wanted.read(item, values)
        return one is not None and other is not None and tag_of(one) == other["S"]

    return holds


FUNCTIONS: dict[str, tuple[int, Callable[..., Holds]]] = {
    "attribute_exists": (1, _exists),
    "attribute_not_exists": (1, lambda operand: negated(_exists(operand))),
    "attribute_type": (2, _typed),
    "begins_with": (2, _begins),
    "contains": (2, _contains),
}

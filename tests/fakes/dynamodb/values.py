"""Attribute values in their wire form: checked copies, comparison, size.

A stored value is never changed in place, so that items can share parts. Text compares by code
point, which is the order of its UTF-8 bytes.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.fakes.dynamodb.refusals import invalid, malformed

Value = dict[str, Any]
Item = dict[str, Value]
Key = tuple[str, Any]
Path = tuple[str | int, ...]

KINDS = {"SS": "string", "NS": "number", "BS": "binary"}


def checked(value: object) -> Value:
    """A copy of the value in normal form."""
    if not isinstance(value, dict):
        malformed(f"Invalid type for an attribute value: {value!r}")
    if len(value) != 1:
        count = "is empty" if not value else "has more than one datatypes set"
        invalid(
            f"Supplied AttributeValue {count}, must contain exactly one of the supported datatypes"
        )
    ((tag, content),) = value.items()
    check = CHECKS.get(tag)
    if check is None:
        malformed(f"Unknown parameter in an attribute value: {tag!r}")
    return {tag: check(content)}


def checked_item(item: object) -> Item:
    if not isinstance(item, dict):
        malformed(f"Invalid type for an item: {item!r}")
    return {name: checked(value) for name, value in item.items()}


def _text(content: object) -> str:
    if not isinstance(content, str):
        malformed(f"Invalid type for S: {content!r}")
    return content


def _binary(content: object) -> bytes:
    if not isinstance(content, bytes):
        malformed(f"Invalid type for B: {content!r}")
    return content


def _flag(content: object) -> bool:
    if not isinstance(content, bool):
        malformed(f"Invalid type for BOOL or NULL: {content!r}")
    return content


def _null(content: object) -> bool:
    if not _flag(content):
        invalid(
            "One or more parameter values were invalid: "
            "Null attribute value types must have the value of true"
        )
    return True


def _number(content: object) -> str:
    if not isinstance(content, str):
        malformed(f"Invalid type for N: {content!r}")
    if content.isascii() and content.isdigit() and len(content) < 39 and content[0] != "0":
        return content
    try:
        number = Decimal(content.strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        invalid(f"The parameter cannot be converted to a numeric value: {content}")
    return plain(number)


def plain(number: Decimal) -> str:
    """The service's own form of a number: at most 38 digits, no trailing zeros."""
    digits = "".join(map(str, number.as_tuple().digits)).strip("0")
    if len(digits) > 38:
        invalid("Attempting to store more than 38 significant digits in a Number")
    if number and not -130 <= number.adjusted() <= 125:
        invalid("Number overflow. Attempting to store a number with magnitude out of range")
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if not number else text


def _list(content: object) -> list[Value]:
    if not isinstance(content, list | tuple):
        malformed(f"Invalid type for L: {content!r}")
    return [checked(value) for value in content]


def _set(tag: str, check: Callable[[object], Any]) -> Callable[[object], list[Any]]:
    def check_set(content: object) -> list[Any]:
        if not isinstance(content, list | tuple | set | frozenset):
            malformed(f"Invalid type for {tag}: {content!r}")
        members = [check(member) for member in content]
        if not members:
            invalid(
                f"One or more parameter values were invalid: An {KINDS[tag]} set  may not be empty"
            )
        if len(set(members)) != len(members):
            invalid(
                "One or more parameter values were invalid: "
                f"Input collection {members} contains duplicates."
            )
        return members

    return check_set


CHECKS: Mapping[str, Callable[[object], Any]] = {
    "S": _text,
    "N": _number,
    "B": _binary,
    "BOOL": _flag,
    "NULL": _null,
    "L": _list,
    "M": checked_item,
    "SS": _set("SS", _text),
    "NS": _set("NS", _number),
    "BS": _set("BS", _binary),
}


def copied(item: Item) -> Item:
    """A copy that its reader may change."""
    return {name: _copied(value) for name, value in item.items()}


def _copied(value: Value) -> Value:
    ((tag, content),) = value.items()
    if tag == "M":
        return {"M": copied(content)}
    if tag == "L":
        return {"L": [_copied(member) for member in content]}
    return {tag: list(content) if tag in KINDS else content}


def tag_of(value: Value) -> str:
    return next(iter(value))


def sortable(value: Value) -> Key | None:
    """Type and comparable content; None for the types that have no order."""
    ((tag, content),) = value.items()
    if tag == "N":
        return tag, Decimal(content)
    return (tag, content) if tag in ("S", "B") else None


def same(left: Value, right: Value) -> bool:
    ((tag, content),) = left.items()
    other = right.get(tag)
    if other is None or content == other:
        return other is not None
    if tag == "N":
        return Decimal(content) == Decimal(other)
    if tag in KINDS:
        return set(content) == set(other)
    if tag == "L":
        return len(content) == len(other) and all(map(same, content, other))
    if tag == "M":
        return content.keys() == other.keys() and all(same(content[k], other[k]) for k in content)
    return False


def at(item: Item, path: Path) -> Value | None:
    """What stands at a document path."""
    found: Value = {"M": item}
    for step in path:
        if isinstance(step, str):
            inside = found.get("M", {}).get(step)
        else:
            members = found.get("L", ())
            inside = members[step] if step < len(members) else None
        if inside is None:
            return None
        found = inside
    return found


def project(item: Item, paths: Sequence[Path]) -> Item:
    """The parts of an item at these paths."""
    part: Item = {}
    for path in paths:
        value = at(item, path)
        if value is None:
            continue
        into = part
        for step in path[:-1]:
            into = into.setdefault(str(step), {"M": {}})["M"]
        if any(isinstance(step, int) for step in path):
            raise NotImplementedError("a projection into a list")
        into[str(path[-1])] = value
    return part


def item_size(item: Item) -> int:
    return sum(_bytes(name) + value_size(value) for name, value in item.items())


def value_size(value: Value) -> int:
    ((tag, content),) = value.items()
    return SIZES[tag](content)


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _number_size(text: str) -> int:
    return len(text.strip("-0.")) // 2 + 2


SIZES: Mapping[str, Callable[[Any], int]] = {
    "S": _bytes,
    "N": _number_size,
    "B": len,
    "BOOL": lambda flag: 1,
    "NULL": lambda flag: 1,
    "L": lambda members: 3 + sum(1 + value_size(member) for member in members),
    "M": lambda members: 3 + len(members) + item_size(members),
    "SS": lambda members: sum(map(_bytes, members)),
    "NS": lambda members: sum(map(_number_size, members)),
    "BS": lambda members: sum(map(len, members)),
}

"""Python values as DynamoDB's typed ones and back: the few types that the table uses.

boto3's own serializer would do, but it knows sets, decimals and binaries, and is slower to import
and to run than these lines.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Plain = str | int | bool | Sequence["Plain"] | Mapping[str, "Plain"]
Fields = dict[str, Any]  # an item's attributes as plain values; narrowed where items become core's
Item = dict[str, dict[str, Any]]


def marshal(fields: Mapping[str, Plain | None]) -> Item:
    """None stands for an attribute that is absent."""
    return {name: _typed(value) for name, value in fields.items() if value is not None}


def unmarshal(item: Item) -> Fields:
    return {name: _plain(value) for name, value in item.items()}


def _typed(value: Plain) -> dict[str, Any]:
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case Mapping():
            return {"M": {name: _typed(part) for name, part in value.items()}}
        case _:
            return {"L": [_typed(part) for part in value]}


def _plain(value: dict[str, Any]) -> Any:
    ((kind, content),) = value.items()
    match kind:
        case "N":
            return int(content)
        case "M":
            return unmarshal(content)
        case "L":
            return [_plain(part) for part in content]
        case "S" | "BOOL":
            return content
        case _:
            raise ValueError(f"the table holds no values of type {kind}")

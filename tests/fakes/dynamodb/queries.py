"""Queries: key conditions, order, pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.fakes.dynamodb.conditions import Atom, Condition
from tests.fakes.dynamodb.refusals import invalid
from tests.fakes.dynamodb.requests import COMMON, Call, Expressions, Projection, known, projection
from tests.fakes.dynamodb.table import Index, Keys, Table
from tests.fakes.dynamodb.values import (
    Item,
    Key,
    Value,
    checked_item,
    copied,
    item_size,
    project,
    sortable,
)

ALLOWED = COMMON | {
    "ConsistentRead",
    "ExclusiveStartKey",
    "FilterExpression",
    "IndexName",
    "KeyConditionExpression",
    "Limit",
    "ProjectionExpression",
    "ReturnConsumedCapacity",
    "ScanIndexForward",
    "Select",
}
RANGE_SIGNS = {"=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"}


@dataclass(frozen=True, slots=True)
class Query:
    table: Table
    index: Index | None
    expressions: Expressions
    keyed: Condition
    hash_value: Value
    filter: Condition | None
    projection: Projection | None
    limit: int | None
    start: Item | None
    forward: bool
    counting: bool

    @property
    def keys(self) -> Keys:
        return self.index.keys if self.index else self.table.keys

    def run(self, page_bytes: int) -> dict[str, Any]:
        found: list[Item] = []
        scanned = size = 0
        last: Item | None = None
        for item in self._ordered():
            if scanned == self.limit or size >= page_bytes:
                break
            scanned, size, last = scanned + 1, size + item_size(item), item
            if self.filter is None or self.filter.holds(item, self.expressions.values):
                found.append(item)
        answer: dict[str, Any] = {"Count": len(found), "ScannedCount": scanned}
        if not self.counting:
            answer["Items"] = [copied(self._shown(item)) for item in found]
        if last is not None and (scanned == self.limit or size >= page_bytes):
            answer["LastEvaluatedKey"] = copied(self._place_of(last))
        return answer

    def _shown(self, item: Item) -> Item:
        return project(item, self.projection.paths) if self.projection else item

    def _place_of(self, item: Item) -> Item:
        return {**self.table.keys.of(item), **self.keys.of(item)}

    def _position(self, item: Item) -> tuple[Key, ...]:
        range_key = self.keys.address(item)[1]
        return (range_key, *self.table.keys.address(item)) if self.index else (range_key,)

    def _candidates(self) -> Iterator[Item]:
        if self.index is None:
            wanted = sortable(self.hash_value)
            yield from self.table.partitions.get(wanted or ("", ""), {}).values()
            return
        for item in self.table.items():
            if self.index.covers(item):
                yield self.index.view(item)

    def _ordered(self) -> list[Item]:
        values = self.expressions.values
        items = [item for item in self._candidates() if self.keyed.holds(item, values)]
        items.sort(key=self._position, reverse=not self.forward)
        if self.start is None:
            return items
        place = self._position(self.start)
        if self.forward:
            return [item for item in items if self._position(item) > place]
        return [item for item in items if self._position(item) < place]


def read_query(table: Table, call: Call) -> Query:
    known(call, ALLOWED, {"TableName"})
    index = _index(table, call)
    keys = index.keys if index else table.keys
    expressions = Expressions.of(call)
    keyed = expressions.condition("KeyConditionExpression", call)
    if keyed is None:
        invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified")
    kept = expressions.condition("FilterExpression", call)
    part = None
    if "ProjectionExpression" in call:
        part = projection(call["ProjectionExpression"], expressions.names)
    expressions.check(keyed, kept, part)
    hash_value = expressions.values[_hash_placeholder(keys, keyed)]
    _check_types(keys, keyed, expressions)
    if kept:
        for name in kept.attributes() & set(keys.names):
            invalid(
                "Filter Expression can only contain non-primary key attributes: "
                f"Primary key attribute: {name}"
            )
    if call.get("Limit", 1) < 1:
        invalid("Limit must be greater than or equal to 1")
    return Query(
        table,
        index,
        expressions,
        keyed,
        hash_value,
        kept,
        part,
        call.get("Limit"),
        _start(table, keys, call),
        call.get("ScanIndexForward", True),
        call.get("Select") == "COUNT",
    )


def _index(table: Table, call: Call) -> Index | None:
    name = call.get("IndexName")
    if name is None:
        return None
    index = table.indexes.get(name)
    if index is None:
        invalid(f"The table does not have the specified index: {name}")
    if call.get("ConsistentRead"):
        invalid("Consistent reads are not supported on global secondary indexes")
    return index


def _start(table: Table, keys: Keys, call: Call) -> Item | None:
    if "ExclusiveStartKey" not in call:
        return None
    start = checked_item(call["ExclusiveStartKey"])
    if start.keys() != {*table.keys.names, *keys.names}:
        invalid("The provided starting key is invalid")
    return start


def _name(atom: Atom) -> str:
    path = atom.operands[0].path
    if path is None or len(path) != 1 or any(o.placeholder is None for o in atom.operands[1:]):
        invalid("Invalid condition in KeyConditionExpression")
    return str(path[0])


def _hash_placeholder(keys: Keys, keyed: Condition) -> str:
    """The value that the hash key has to equal; refuses what no key condition may say."""
    for word in keyed.joined_by - {"AND"}:
        invalid(f"Invalid operator used in KeyConditionExpression: {word}")
    named = {_name(atom): atom for atom in keyed.atoms}
    if len(named) != len(keyed.atoms):
        invalid("KeyConditionExpressions must only contain one condition per key")
    wanted = named.get(keys.names[0])
    if wanted is None:
        invalid(f"Query condition missed key schema element: {keys.names[0]}")
    if wanted.sign != "=" or wanted.operands[1].placeholder is None:
        invalid("Query key condition not supported")
    for name, atom in named.items():
        if name not in keys.names:
            invalid(f"Query condition missed key schema element: {keys.names[-1]}")
        if atom.sign not in RANGE_SIGNS:
            invalid(f"Invalid operator used in KeyConditionExpression: {atom.sign}")
    return wanted.operands[1].placeholder


def _check_types(keys: Keys, keyed: Condition, expressions: Expressions) -> None:
    for atom in keyed.atoms:
        for operand in atom.operands[1:]:
            value = expressions.values[operand.placeholder or ""]
            if keys.types[_name(atom)] not in value:
                invalid(
                    "One or more parameter values were invalid: Condition parameter type does not "
                    "match schema type"
                )
            if not next(iter(value.values())):
                invalid(
                    "One or more parameter values are not valid. The AttributeValue for a key "
                    f"attribute cannot contain an empty string value. Key: {_name(atom)}"
                )

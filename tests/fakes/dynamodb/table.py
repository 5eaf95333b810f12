"""A table: its keys, its items by key, and its indexes, which are looked up rather than kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.dynamodb.refusals import invalid
from tests.fakes.dynamodb.values import Item, Key, checked, checked_item, item_size, sortable

LARGEST_ITEM = 400 * 1024
LARGEST_HASH, LARGEST_RANGE = 2048, 1024
ONE_KEY: Key = ("", "")  # stands for the sort key of a table without one

Address = tuple[Key, Key]


@dataclass(frozen=True, slots=True)
class Keys:
    """A key schema: attribute names, hash first, and their types."""

    names: tuple[str, ...]
    types: Mapping[str, str]

    @classmethod
    def read(cls, schema: list[dict[str, str]], definitions: Mapping[str, str]) -> "Keys":
        names = tuple(
            part["AttributeName"] for part in sorted(schema, key=lambda part: part["KeyType"])
        )
        for name in names:
            if name not in definitions:
                invalid(
                    "One or more parameter values were invalid: Some index key attributes are not "
                    f"defined in AttributeDefinitions. Keys: [{name}]"
                )
        return cls(names, {name: definitions[name] for name in names})

    def address(self, item: Item) -> Address:
        return _key(item[self.names[0]]), (
            _key(item[self.names[1]]) if len(self.names) > 1 else ONE_KEY
        )

    def of(self, item: Item) -> Item:
        return {name: item[name] for name in self.names}


@dataclass(frozen=True, slots=True)
class Index:
    name: str
    keys: Keys
    kept: frozenset[str] | None  # None keeps all attributes

    def covers(self, item: Item) -> bool:
        """An index is sparse: it has the items that have all its keys."""
        return all(name in item for name in self.keys.names)

    def view(self, item: Item) -> Item:
        if self.kept is None:
            return item
        return {name: value for name, value in item.items() if name in self.kept}


@dataclass(slots=True)
class Table:
    name: str
    keys: Keys
    indexes: Mapping[str, Index]
    partitions: dict[Key, dict[Key, Item]] = field(default_factory=dict)

    def get(self, address: Address) -> Item | None:
        return self.partitions.get(address[0], {}).get(address[1])

    def put(self, address: Address, item: Item | None) -> None:
        if item is not None:
            self.partitions.setdefault(address[0], {})[address[1]] = item
        elif address[0] in self.partitions:
            self.partitions[address[0]].pop(address[1], None)
            if not self.partitions[address[0]]:
                del self.partitions[address[0]]

    def items(self) -> Iterator[Item]:
        for partition in self.partitions.values():
            yield from partition.values()

    def key(self, given: object) -> Item:
        """A key as a call names it."""
        key = checked_item(given)
        if key.keys() != set(self.keys.names):
            invalid("The provided key element does not match the schema")
        for name in self.keys.names:
            if next(iter(key[name])) != self.keys.types[name]:
                invalid("The provided key element does not match the schema")
        self._check_keys(key)
        return key

    def check(self, item: Item, too_large: str) -> None:
        """Refuse an item that cannot be stored."""
        for name in self.keys.names:
            if name not in item:
                invalid(
                    f"One or more parameter values were invalid: Missing the key {name} in the item"
                )
            tag = next(iter(item[name]))
            if tag != self.keys.types[name]:
                invalid(
                    "One or more parameter values were invalid: Type mismatch for key "
                    f"{name} expected: {self.keys.types[name]} actual: {tag}"
                )
        self._check_keys(item)
        for index in self.indexes.values():
            _check_index(index, item)
        if item_size(item) > LARGEST_ITEM:
            invalid(too_large)

    def _check_keys(self, item: Item) -> None:
        limits = (LARGEST_HASH, LARGEST_RANGE)
        for name, limit in zip(self.keys.names, limits, strict=False):
            content = item[name].get("S", item[name].get("B"))
            if content is None:
                continue
            if not content:
                invalid(
                    "One or more parameter values are not valid. The AttributeValue for a key "
                    f"attribute cannot contain an empty string value. Key: {name}"
                )
            if len(content) * 4 > limit and len(_encoded(content)) > limit:
                invalid(
                    "One or more parameter values were invalid: Size of key "
                    f"{name} has exceeded the maximum size limit of {limit} bytes"
                )


def _encoded(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _key(value: dict[str, Any]) -> Key:
    key = sortable(value)
    if key is None:
        invalid("The provided key element does not match the schema")
    return key


def _check_index(index: Index, item: Item) -> None:
    for name in index.keys.names:
        value = item.get(name)
        if value is None:
            continue
        ((tag, content),) = value.items()
        if tag != index.keys.types[name]:
            invalid(
                f"One or more parameter values were invalid: Type mismatch for Index Key {name} "
                f"Expected: {index.keys.types[name]} Actual: {tag} IndexName: {index.name}"
            )
        if not content:
            invalid(
                "One or more parameter values are not valid. A value specified for a secondary "
                "index key is not supported. The AttributeValue for a key attribute cannot contain "
                f"an empty string value. IndexName: {index.name}, IndexKey: {name}"
            )


def described(definition: Mapping[str, Any]) -> Table:
    """The table that a create_table call asks for."""
    types = {
        part["AttributeName"]: part["AttributeType"] for part in definition["AttributeDefinitions"]
    }
    keys = Keys.read(definition["KeySchema"], types)
    indexes = {}
    for part in definition.get("GlobalSecondaryIndexes", ()):
        own = Keys.read(part["KeySchema"], types)
        projection = part["Projection"]
        kept = frozenset({*keys.names, *own.names, *projection.get("NonKeyAttributes", ())})
        everything = projection["ProjectionType"] == "ALL"
        indexes[part["IndexName"]] = Index(part["IndexName"], own, None if everything else kept)
    used = set(keys.names).union(*(index.keys.names for index in indexes.values()))
    if used != types.keys():
        invalid(
            "One or more parameter values were invalid: Number of attributes in KeySchema does not "
            "exactly match number of attributes defined in AttributeDefinitions"
        )
    return Table(definition["TableName"], keys, indexes)


__all__ = ["Address", "Index", "Keys", "Table", "checked", "described"]

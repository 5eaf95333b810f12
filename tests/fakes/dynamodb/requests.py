"""A call's parameters, read and checked: what is asked of which item, under which condition."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tests.fakes.dynamodb.conditions import Condition, condition
from tests.fakes.dynamodb.parsing import Names, Parser, Used, Values
from tests.fakes.dynamodb.refusals import Refused, invalid, malformed
from tests.fakes.dynamodb.table import Address, Table
from tests.fakes.dynamodb.updates import Update, update
from tests.fakes.dynamodb.values import Item, Path, checked, checked_item, copied

Call = Mapping[str, Any]

COMMON = {"TableName", "ExpressionAttributeNames", "ExpressionAttributeValues"}
WRITING = COMMON | {"ConditionExpression", "ReturnValuesOnConditionCheckFailure"}
SINGLE = WRITING | {"ReturnValues", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics"}
REQUIRED = {
    "Put": {"Item"},
    "Update": {"Key"},
    "Delete": {"Key"},
    "ConditionCheck": {"Key", "ConditionExpression"},
}


@dataclass(frozen=True, slots=True)
class Projection:
    paths: tuple[Path, ...]
    used: Used


@dataclass(frozen=True, slots=True)
class Expressions:
    """A call's names and values, every one of which an expression has to use."""

    names: Names
    values: Values

    @classmethod
    def of(cls, call: Call) -> "Expressions":
        names = call.get("ExpressionAttributeNames")
        values = call.get("ExpressionAttributeValues")
        for given, what in ((names, "Names"), (values, "Values")):
            if given is not None and not given:
                invalid(f"ExpressionAttribute{what} must not be empty")
        if values is None:
            return cls(tuple((names or {}).items()), {})
        return cls(tuple((names or {}).items()), {k: checked(v) for k, v in values.items()})

    def check(self, *parts: Condition | Update | Projection | None) -> None:
        present = [part.used for part in parts if part is not None]
        self._all_used("Names", (name for name, _ in self.names), [p.aliases for p in present])
        self._all_used("Values", self.values, [part.placeholders for part in present])
        for part in present:
            for check in part.checks:
                check(self.values)

    def _all_used(self, what: str, given: Iterable[str], used: list[set[str]]) -> None:
        wanted, have = set().union(*used), set(given)
        for missing in wanted - have:
            invalid(
                "Invalid expression: An expression attribute value used in expression is not "
                f"defined; attribute value: {missing}"
            )
        if have and not used:
            invalid(f"ExpressionAttribute{what} can only be specified when using expressions")
        if unused := have - wanted:
            invalid(
                f"Value provided in ExpressionAttribute{what} unused in expressions: "
                f"keys: {{{', '.join(sorted(unused))}}}"
            )

    def condition(self, kind: str, call: Call) -> Condition | None:
        text = call.get(kind)
        return None if text is None else condition(kind, text, self.names)


@dataclass(frozen=True, slots=True)
class Write:
    """One action on one item."""

    kind: str
    table: Table
    key: Item
    address: Address
    expressions: Expressions
    condition: Condition | None
    item: Item | None = None
    update: Update | None = None
    show_old: bool = False

    def result(self) -> Item | None:
        """The item as it will be. Raises when the condition does not hold."""
        old = self.table.get(self.address)
        values = self.expressions.values
        if self.condition and not self.condition.holds(old or {}, values):
            if self.show_old and old is not None:
                raise Refused(Item=copied(old))
            raise Refused
        if self.kind == "ConditionCheck":
            return old
        if self.kind != "Update":
            return self.item
        new = old or self.key
        if self.update:
            new = self.update.apply(new, values)
            self.table.check(new, "Item size to update has exceeded the maximum allowed size")
        return new


def known(call: Call, allowed: set[str], required: set[str]) -> None:
    """Botocore's own check of the parameters' names."""
    for name in required:
        if name not in call:
            malformed(f'Missing required parameter in input: "{name}"')
    for name in call:
        if name not in allowed:
            malformed(f'Unknown parameter in input: "{name}"')


def read_write(kind: str, table: Table, call: Call, *, alone: bool) -> Write:
    subject = "Item" if kind == "Put" else "Key"
    extra = {subject, "UpdateExpression"} if kind == "Update" else {subject}
    required = REQUIRED[kind]
    if kind == "Update" and not alone:
        required = required | {"UpdateExpression"}
    known(call, (SINGLE if alone else WRITING) | extra, required)
    on_failure = call.get("ReturnValuesOnConditionCheckFailure", "NONE")
    if on_failure not in ("NONE", "ALL_OLD"):
        invalid("ReturnValuesOnConditionCheckFailure can only be ALL_OLD or NONE")
    expressions = Expressions.of(call)
    asked = expressions.condition("ConditionExpression", call)
    change = None
    if "UpdateExpression" in call:
        change = update(call["UpdateExpression"], expressions.names)
    expressions.check(asked, change)
    item = None
    if kind == "Put":
        item = checked_item(call["Item"])
        table.check(item, "Item size has exceeded the maximum allowed size")
        key = table.keys.of(item)
    else:
        key = table.key(call["Key"])
    if change:
        _refuse_key_change(table, change)
    address = table.keys.address(key)
    show_old = on_failure == "ALL_OLD"
    return Write(kind, table, key, address, expressions, asked, item, change, show_old)


def _refuse_key_change(table: Table, change: Update) -> None:
    for path in change.paths():
        if path[0] in table.keys.names:
            invalid(
                "One or more parameter values were invalid: "
                f"Cannot update attribute {path[0]}. This attribute is part of the key"
            )


@lru_cache(maxsize=1024)
def projection(text: str, names: Names) -> Projection:
    parser = Parser("ProjectionExpression", text, names)
    paths = [parser.path()]
    while parser.sees(","):
        parser.take()
        paths.append(parser.path())
    parser.finish()
    return Projection(tuple(paths), parser.used)

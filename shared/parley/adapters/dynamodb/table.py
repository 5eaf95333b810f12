"""The client's calls as this adapter uses them: expressions, conflicts, refusals, errors."""

import random
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from parley.adapters.dynamodb.codec import Fields, Item, Plain, marshal, unmarshal
from parley.errors import StoreUnavailable

# botocore repeats throttled and broken calls by itself, but no conflict between transactions.
CONFLICT_PAUSES = (0.025, 0.05, 0.1, 0.2, 0.4)  # seconds, before jitter
CONFLICTS = frozenset({"TransactionConflict", "TransactionConflictException"})
CONFLICTS |= {"TransactionInProgressException"}
DEFECTS = frozenset({"ValidationException", "ValidationError", "ItemCollectionSizeLimitExceeded"})

_NAMES = re.compile(r"#(\w+)")
_VALUES = re.compile(r":(\w+)")


class Client(Protocol):
    """What is used of boto3's DynamoDB client."""

    def get_item(self, **request: Any) -> dict[str, Any]: ...

    def put_item(self, **request: Any) -> dict[str, Any]: ...

    def update_item(self, **request: Any) -> dict[str, Any]: ...

    def query(self, **request: Any) -> dict[str, Any]: ...

    def transact_write_items(self, **request: Any) -> dict[str, Any]: ...


class Refused(Exception):
    """Conditions that failed, with the items they failed on: by their place among the writes."""

    def __init__(self, old: Mapping[int, Fields | None]) -> None:
        super().__init__(f"refused: {sorted(old)}")
        self.old = old


@dataclass(frozen=True, slots=True)
class Write:
    """One action on one item. `at` is its key, for a Put the whole item."""

    kind: str
    at: Item
    change: str = ""
    condition: str = ""
    values: Mapping[str, Plain] = field(default_factory=dict)


def put(item: Item, condition: str = "", values: Mapping[str, Plain] | None = None) -> Write:
    return Write("Put", item, condition=condition, values=values or {})


def update(key: Item, change: str, condition: str, values: Mapping[str, Plain]) -> Write:
    return Write("Update", key, change, condition, values)


def delete(key: Item, condition: str, values: Mapping[str, Plain]) -> Write:
    return Write("Delete", key, condition=condition, values=values)


def check(key: Item, condition: str, values: Mapping[str, Plain]) -> Write:
    return Write("ConditionCheck", key, condition=condition, values=values)


class Table:
    def __init__(
        self, client: Client, name: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._name = name
        self._sleep = sleep
        self._jitter = random.SystemRandom()

    def get(self, key: Item) -> Fields | None:
        """Consistently read."""
        request = {"TableName": self._name, "Key": key, "ConsistentRead": True}
        answer = self._call(self._client.get_item, request)
        return unmarshal(answer["Item"]) if "Item" in answer else None

    def put(self, write: Write) -> None:
        self._call(self._client.put_item, self._request(write))

    def update(self, write: Write, returning: str = "NONE") -> Fields:
        request = {**self._request(write), "ReturnValues": returning}
        return unmarshal(self._call(self._client.update_item, request).get("Attributes", {}))

    def transact(self, *writes: Write) -> None:
        """All or nothing. Raises Refused when a condition failed."""
        actions = [{write.kind: self._request(write)} for write in writes]
        self._call(self._client.transact_write_items, {"TransactItems": actions})

    def query(self, condition: str, values: Mapping[str, Plain], **options: Any) -> Iterator[Item]:
        """All pages' items, as far as they are asked for."""
        request = {
            "TableName": self._name,
            "KeyConditionExpression": condition,
            **options,
            **_placeholders(f"{condition} {options.get('FilterExpression', '')}", values),
        }
        while True:
            answer = self._call(self._client.query, request)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _request(self, write: Write) -> dict[str, Any]:
        request: dict[str, Any] = {"TableName": self._name}
        request["Item" if write.kind == "Put" else "Key"] = write.at
        if write.change:
            request["UpdateExpression"] = write.change
        if write.condition:
            request["ConditionExpression"] = write.condition
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        return request | _placeholders(f"{write.change} {write.condition}", write.values)

    def _call(
        self, operation: Callable[..., dict[str, Any]], request: dict[str, Any]
    ) -> dict[str, Any]:
        for pause in CONFLICT_PAUSES:
            try:
                return _translated(operation, request)
            except _Conflict:
                self._sleep(pause * self._jitter.uniform(0.5, 1.0))
        try:
            return _translated(operation, request)
        except _Conflict as conflict:
            raise StoreUnavailable("the item stays contended") from conflict


class _Conflict(Exception):
    """Another transaction was at one of the items: nothing was written, try again."""


def _translated(
    operation: Callable[..., dict[str, Any]], request: dict[str, Any]
) -> dict[str, Any]:
    try:
        return operation(**request)
    except ClientError as error:
        raise _meaning(error) from error
    except ParamValidationError:
        raise
    except BotoCoreError as error:
        raise StoreUnavailable(str(error)) from error


def _meaning(error: Any) -> Exception:
    """What a refusal is to the adapter. A conflict is looked for first: beside one, what the other
    conditions said is not the whole truth. A malformed request is a defect and stays what it is."""
    response = error.response
    code = response["Error"]["Code"]
    if code == "ConditionalCheckFailedException":
        return Refused({0: _old(response)})
    reasons = response.get("CancellationReasons", [])
    codes = {code, *(reason.get("Code") for reason in reasons)}
    if codes & CONFLICTS:
        return _Conflict(code)
    if codes & DEFECTS:
        defect: Exception = error
        return defect
    if codes <= {"TransactionCanceledException", "ConditionalCheckFailed", "None"} and reasons:
        failed = enumerate(reasons)
        return Refused({n: _old(r) for n, r in failed if r["Code"] == "ConditionalCheckFailed"})
    return StoreUnavailable(str(error))


def _old(answer: dict[str, Any]) -> Fields | None:
    return unmarshal(answer["Item"]) if answer.get("Item") else None


def _placeholders(expression: str, values: Mapping[str, Plain]) -> dict[str, Any]:
    """DynamoDB refuses names and values that no expression uses."""
    used = set(_VALUES.findall(expression))
    names = {f"#{name}": name for name in _NAMES.findall(expression)}
    known = {name: value for name, value in values.items() if name in used}
    request: dict[str, Any] = {}
    if names:
        request["ExpressionAttributeNames"] = names
    if known:
        marshalled = marshal(known)
        request["ExpressionAttributeValues"] = {f":{n}": v for n, v in marshalled.items()}
    return request

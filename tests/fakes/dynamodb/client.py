"""The client: one lock per call, hooks around it, all or nothing."""

import json
import threading
from collections.abc import Callable
from typing import Any

from tests.fakes.dynamodb.queries import read_query
from tests.fakes.dynamodb.refusals import EXCEPTIONS, Refusal, Refused, invalid, malformed
from tests.fakes.dynamodb.requests import (
    COMMON,
    Call,
    Expressions,
    Write,
    known,
    projection,
    read_write,
)
from tests.fakes.dynamodb.table import Table, described
from tests.fakes.dynamodb.values import Item, copied, item_size, project

Answer = dict[str, Any]
Hook = Callable[[str, Call], None]

MOST_ACTIONS = 100
LARGEST_TRANSACTION = 4 * 1024 * 1024
READING = COMMON - {"ExpressionAttributeValues"} | {
    "Key",
    "ConsistentRead",
    "ProjectionExpression",
    "ReturnConsumedCapacity",
}
OLD_OR_NONE = ("NONE", "ALL_OLD")
ANY_VALUES = (*OLD_OR_NONE, "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW")


class InMemoryDynamoDB:
    """`before` and `after` see each data call's method name and parameters, outside the lock.

    What `before` raises stops the call before its effect, what `after` raises hides the answer to
    a call that had its effect (or was refused).
    """

    exceptions = EXCEPTIONS

    def __init__(
        self,
        before: Hook | None = None,
        after: Hook | None = None,
        page_bytes: int = 1024 * 1024,
    ) -> None:
        self.before = before
        self.after = after
        self.page_bytes = page_bytes
        self._lock = threading.Lock()
        self._tables: dict[str, Table] = {}
        self._tokens: dict[str, str] = {}

    def create_table(self, **call: Any) -> Answer:
        try:
            with self._lock:
                if call["TableName"] in self._tables:
                    raise Refusal("ResourceInUseException", "Table already exists")
                self._tables[call["TableName"]] = described(call)
        except Refusal as refusal:
            raise refusal.as_client_error("create_table") from None
        return {"TableDescription": {"TableName": call["TableName"], "TableStatus": "ACTIVE"}}

    def get_item(self, **call: Any) -> Answer:
        return self._answer("get_item", call, self._get)

    def put_item(self, **call: Any) -> Answer:
        return self._answer("put_item", call, lambda c: self._write("Put", c, OLD_OR_NONE))

    def delete_item(self, **call: Any) -> Answer:
        return self._answer("delete_item", call, lambda c: self._write("Delete", c, OLD_OR_NONE))

    def update_item(self, **call: Any) -> Answer:
        return self._answer("update_item", call, lambda c: self._write("Update", c, ANY_VALUES))

    def query(self, **call: Any) -> Answer:
        return self._answer(
            "query", call, lambda c: read_query(self._table(c), c).run(self.page_bytes)
        )

    def transact_write_items(self, **call: Any) -> Answer:
        return self._answer("transact_write_items", call, self._transact)

    def items(self, table: str) -> list[Item]:
        """All items of a table, in the order of their keys; not a call, so no hook sees it."""
        with self._lock:
            found = self._tables[table]
            return [copied(item) for item in sorted(found.items(), key=found.keys.address)]

    def snapshot(self) -> Any:
        """The whole state, for `restore`. Items are never changed in place, so it is cheap."""
        with self._lock:
            tables = [
                (table, {key: dict(part) for key, part in table.partitions.items()})
                for table in self._tables.values()
            ]
            return tables, dict(self._tokens)

    def restore(self, snapshot: Any) -> None:
        with self._lock:
            tables, tokens = snapshot
            self._tokens = dict(tokens)
            self._tables = {table.name: table for table, _ in tables}
            for table, partitions in tables:
                table.partitions = {key: dict(part) for key, part in partitions.items()}

    def _answer(self, operation: str, call: Call, work: Callable[[Call], Answer]) -> Answer:
        if self.before:
            self.before(operation, call)
        try:
            with self._lock:
                answer = work(call)
        except Refusal as refusal:
            raise refusal.as_client_error(operation) from None
        finally:
            if self.after:
                self.after(operation, call)
        answer["ResponseMetadata"] = {"HTTPStatusCode": 200, "RetryAttempts": 0}
        return answer

    def _table(self, call: Call) -> Table:
        if "TableName" not in call:
            malformed('Missing required parameter in input: "TableName"')
        table = self._tables.get(call["TableName"])
        if table is None:
            raise Refusal("ResourceNotFoundException", "Requested resource not found")
        return table

    def _get(self, call: Call) -> Answer:
        known(call, READING, {"TableName", "Key"})
        table = self._table(call)
        expressions = Expressions.of(call)
        part = None
        if "ProjectionExpression" in call:
            part = projection(call["ProjectionExpression"], expressions.names)
        expressions.check(part)
        item = table.get(table.keys.address(table.key(call["Key"])))
        if item is None:
            return {}
        return {"Item": copied(project(item, part.paths) if part else item)}

    def _write(self, kind: str, call: Call, allowed: tuple[str, ...]) -> Answer:
        write = read_write(kind, self._table(call), call, alone=True)
        wanted = call.get("ReturnValues", "NONE")
        if wanted not in allowed:
            invalid(f"Return values set to invalid value: {wanted}")
        old = write.table.get(write.address)
        new = write.result()
        write.table.put(write.address, new)
        shown = old if wanted.endswith("OLD") else new
        if wanted == "NONE" or shown is None:
            return {}
        if wanted.startswith("UPDATED"):
            shown = project(shown, write.update.paths() if write.update else [])
        return {"Attributes": copied(shown)} if shown else {}

    def _transact(self, call: Call) -> Answer:
        allowed = {"TransactItems", "ClientRequestToken", "ReturnConsumedCapacity"}
        known(call, allowed, {"TransactItems"})
        actions = call["TransactItems"]
        if not 1 <= len(actions) <= MOST_ACTIONS:
            invalid(
                "1 validation error detected: Value at 'transactItems' failed to satisfy "
                f"constraint: Member must have length between 1 and {MOST_ACTIONS}"
            )
        writes = [self._action(action) for action in actions]
        if len({(write.table.name, write.address) for write in writes}) < len(writes):
            invalid("Transaction request cannot include multiple operations on one item")
        if self._repeated(call):
            return {}
        results = _results(writes)
        if sum(item_size(result) for result in results if result) > LARGEST_TRANSACTION:
            invalid("The total size of items in the transaction exceeds 4 MB")
        for write, result in zip(writes, results, strict=True):
            write.table.put(write.address, result)
        if "ClientRequestToken" in call:
            self._tokens[call["ClientRequestToken"]] = _canonical(actions)
        return {}

    def _action(self, action: Call) -> Write:
        if len(action) != 1:
            invalid("TransactItems can only contain one of Check, Put, Update or Delete")
        ((kind, call),) = action.items()
        if kind not in ("Put", "Update", "Delete", "ConditionCheck"):
            malformed(f'Unknown parameter in TransactItems: "{kind}"')
        return read_write(kind, self._table(call), call, alone=False)

    def _repeated(self, call: Call) -> bool:
        """Whether this very transaction was done before, under the same token."""
        done = self._tokens.get(call.get("ClientRequestToken", ""))
        if done is not None and done != _canonical(call["TransactItems"]):
            raise Refusal(
                "IdempotentParameterMismatchException",
                "The provided client token has been used with a different payload",
            )
        return done is not None


def _canonical(actions: Any) -> str:
    return json.dumps(actions, sort_keys=True, default=repr)


def _results(writes: list[Write]) -> list[Item | None]:
    """What each action makes of its item; raises with a reason for each when any is refused."""
    results: list[Item | None] = []
    reasons: list[dict[str, Any]] = []
    for write in writes:
        try:
            results.append(write.result())
            reasons.append({"Code": "None"})
        except Refusal as refusal:
            code = "ConditionalCheckFailed" if isinstance(refusal, Refused) else "ValidationError"
            reasons.append({"Code": code, "Message": refusal.message, **refusal.body})
    if len(results) < len(writes):
        codes = ", ".join(reason["Code"] for reason in reasons)
        raise Refusal(
            "TransactionCanceledException",
            "Transaction cancelled, please refer cancellation reasons for specific reasons "
            f"[{codes}]",
            CancellationReasons=reasons,
        )
    return results

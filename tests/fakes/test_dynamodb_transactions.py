"""Transactions, queries, hooks and threads of the in-memory DynamoDB."""

import threading
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from tests.fakes.dynamodb import InMemoryDynamoDB
from tests.fakes.dynamodb_cases import ITEM, KEY, TABLE
from tests.fakes.test_dynamodb import message, refusal

Parameters = dict[str, Any]


def key(sk: str, pk: str = "a") -> Parameters:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


@pytest.fixture
def db() -> InMemoryDynamoDB:
    client = InMemoryDynamoDB()
    client.create_table(**TABLE)
    client.put_item(TableName="things", Item=ITEM)
    return client


def put(sk: str, **more: Any) -> Parameters:
    return {"Put": {"TableName": "things", "Item": {**key(sk), **more}}}


def update(sk: str, text: str, **values: Any) -> Parameters:
    given = {f":{name}": value for name, value in values.items()}
    call = {"TableName": "things", "Key": key(sk), "UpdateExpression": text}
    return {"Update": {**call, "ExpressionAttributeValues": given}}


def on(action: Parameters, condition: str) -> Parameters:
    ((kind, call),) = action.items()
    shown = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    return {kind: {**call, "ConditionExpression": condition, **shown}}


def check(sk: str, condition: str) -> Parameters:
    return on({"ConditionCheck": {"TableName": "things", "Key": key(sk)}}, condition)


def transact(db: InMemoryDynamoDB, *actions: Parameters, **more: Any) -> Any:
    return db.transact_write_items(TransactItems=list(actions), **more)


def cancelled(db: InMemoryDynamoDB, *actions: Parameters) -> list[Parameters]:
    before = db.items("things")
    with pytest.raises(db.exceptions.TransactionCanceledException) as caught:
        transact(db, *actions)
    assert db.items("things") == before
    reasons: list[Parameters] = caught.value.response["CancellationReasons"]
    codes = ", ".join(reason["Code"] for reason in reasons)
    assert caught.value.response["Error"]["Message"].endswith(f"[{codes}]")
    return reasons


def test_a_transaction_does_all(db: InMemoryDynamoDB) -> None:
    db.put_item(TableName="things", Item=key("old"))
    transact(
        db,
        put("new"),
        update("1", "ADD n :one", one={"N": "1"}),
        {"Delete": {"TableName": "things", "Key": key("old")}},
        check("none", "attribute_not_exists(pk)"),
    )
    assert db.items("things") == [{**ITEM, "n": {"N": "10"}}, key("new")]


@pytest.mark.parametrize("place", range(4))
def test_a_transaction_with_one_refused_action_does_nothing(
    db: InMemoryDynamoDB, place: int
) -> None:
    actions = [put("x"), update("y", "SET a = :a", a={"S": "a"}), put("z")]
    actions.insert(place, check("1", "attribute_not_exists(pk)"))
    reasons = cancelled(db, *actions)
    assert reasons.pop(place) == {
        "Code": "ConditionalCheckFailed",
        "Message": "The conditional request failed",
        "Item": ITEM,
    }
    assert reasons == [{"Code": "None"}] * 3


def test_every_refused_action_is_told(db: InMemoryDynamoDB) -> None:
    reasons = cancelled(
        db,
        on(put("1"), "attribute_not_exists(pk)"),
        on(put("2"), "attribute_exists(pk)"),
        update("3", "SET a = absent + :one", one={"N": "1"}),
    )
    codes = [reason["Code"] for reason in reasons]
    assert codes == ["ConditionalCheckFailed", "ConditionalCheckFailed", "ValidationError"]
    assert [("Item" in reason) for reason in reasons] == [True, False, False]


def test_conditions_see_the_items_before_the_transaction(db: InMemoryDynamoDB) -> None:
    reasons = cancelled(db, put("new"), check("newer", "attribute_exists(pk)"))
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed"]


@pytest.mark.parametrize(
    ("actions", "why"),
    [
        ([], "length between"),
        ([put(str(n)) for n in range(101)], "length between"),
        ([put("x"), update("x", "SET a = :a", a={"S": ""})], "multiple operations on one item"),
        ([put("x"), check("x", "attribute_exists(pk)")], "multiple operations on one item"),
        ([put("x"), put("")], "empty string"),
        ([put("x"), on(put("y"), "owner = pk")], "reserved"),
        ([{**put("x"), **check("x", "attribute_exists(pk)")}], "only contain one"),
        ([put(str(n), a={"S": "x" * 400_000}) for n in range(11)], "4 MB"),
    ],
    ids=["none", "101", "twice", "check and write", "bad key", "reserved", "two kinds", "4 MB"],
)
def test_bad_transactions_are_refused_whole(
    db: InMemoryDynamoDB, actions: list[Parameters], why: str
) -> None:
    with pytest.raises(ClientError) as caught:
        transact(db, *actions)
    assert why in message(caught.value.response)
    assert db.items("things") == [ITEM]


def test_a_transaction_of_a_hundred_is_taken(db: InMemoryDynamoDB) -> None:
    transact(db, *[put(f"x{n}") for n in range(100)])
    assert len(db.items("things")) == 101


def test_actions_take_only_what_the_service_takes(db: InMemoryDynamoDB) -> None:
    for action in (
        {"Update": {"TableName": "things", "Key": KEY}},
        {"ConditionCheck": {"TableName": "things", "Key": KEY}},
        {"Put": {"TableName": "things", "Item": ITEM, "ReturnValues": "ALL_OLD"}},
        {"Get": {"TableName": "things", "Key": KEY}},
    ):
        with pytest.raises(ParamValidationError):
            transact(db, action)


def test_a_token_makes_a_repeated_transaction_harmless(db: InMemoryDynamoDB) -> None:
    count = update("1", "ADD n :one", one={"N": "1"})
    for _ in range(2):
        transact(db, count, ClientRequestToken="t")
    assert db.items("things")[0]["n"] == {"N": "10"}
    with pytest.raises(ClientError) as caught:
        transact(db, put("other"), ClientRequestToken="t")
    message(caught.value.response, "IdempotentParameterMismatchException")
    transact(db, count, ClientRequestToken="u")
    assert db.items("things")[0]["n"] == {"N": "11"}


def query(text: str, values: Mapping[str, Any], **more: Any) -> Parameters:
    given = {f":{name}": value for name, value in values.items()}
    call = {"KeyConditionExpression": text, "ExpressionAttributeValues": given}
    return {"TableName": "things", **call, **more}


def sort_keys(answer: Parameters) -> str:
    return " ".join(item["sk"]["S"] for item in answer["Items"])


A = {"a": {"S": "a"}}


@pytest.fixture
def filled(db: InMemoryDynamoDB) -> InMemoryDynamoDB:
    for number, sk in enumerate(["M#2", "M#10", "M#1", "T#1", "é", "STATE"]):
        more = {"n": {"N": str(number)}}
        db.put_item(TableName="things", Item={**key(sk), **more})
    db.put_item(TableName="things", Item=key("M#1", "other"))
    db.delete_item(TableName="things", Key=KEY)
    return db


@pytest.mark.parametrize(
    ("text", "values", "more", "expected"),
    [
        ("pk = :a", {}, {}, "M#1 M#10 M#2 STATE T#1 é"),
        ("pk = :a", {}, {"ScanIndexForward": False}, "é T#1 STATE M#2 M#10 M#1"),
        ("pk = :a AND begins_with(sk, :m)", {"m": {"S": "M#"}}, {}, "M#1 M#10 M#2"),
        ("begins_with(sk, :m) AND pk = :a", {"m": {"S": "M#"}}, {"Limit": 2}, "M#1 M#10"),
        ("pk = :a AND sk > :m", {"m": {"S": "M#2"}}, {}, "STATE T#1 é"),
        ("pk = :a AND sk BETWEEN :m AND :t", {"m": {"S": "M#2"}, "t": {"S": "T"}}, {}, "M#2 STATE"),
        ("pk = :a", {"two": {"N": "2"}}, {"FilterExpression": "n < :two"}, "M#10 M#2"),
        ("pk = :a", {"two": {"N": "2"}}, {"FilterExpression": "n < :two", "Limit": 2}, "M#10"),
    ],
)
def test_queries(
    filled: InMemoryDynamoDB, text: str, values: Any, more: Any, expected: str
) -> None:
    assert sort_keys(filled.query(**query(text, {**A, **values}, **more))) == expected


@pytest.mark.parametrize(
    ("text", "more", "why"),
    [
        ("sk = :a", {}, "missed key schema element: pk"),
        ("pk > :a", {}, "not supported"),
        ("pk = :a OR sk = :a", {}, "Invalid operator"),
        ("pk = :a AND sk <> :a", {}, "Invalid operator"),
        ("pk = :a AND n = :a", {}, "missed key schema element"),
        ("pk = :a AND sk > :a AND sk < :a", {}, "one condition per key"),
        ("pk = :a", {"FilterExpression": "begins_with(sk, :a)"}, "non-primary key"),
        ("pk = :a", {"Limit": 0}, "Limit"),
        ("pk = :a", {"ExclusiveStartKey": {"pk": {"S": "a"}}}, "starting key"),
        ("unsettled = :a", {"IndexName": "unsettled", "ConsistentRead": True}, "Consistent"),
    ],
)
def test_bad_queries_are_refused(db: InMemoryDynamoDB, text: str, more: Any, why: str) -> None:
    assert why in message(refusal(db.query, **query(text, A, **more)))


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("more", [{"Limit": 1}, {"Limit": 4}, {}])
def test_pages_join_to_the_whole(filled: InMemoryDynamoDB, more: Any, forward: bool) -> None:
    call = query("pk = :a", A, ScanIndexForward=forward)
    whole = filled.query(**call)["Items"]
    filled.page_bytes = 20
    pages = [filled.query(**call, **more)]
    while "LastEvaluatedKey" in pages[-1]:
        start = pages[-1]["LastEvaluatedKey"]
        pages.append(filled.query(**call, **more, ExclusiveStartKey=start))
    assert len(pages) > 1
    assert [item for page in pages for item in page["Items"]] == whole


def test_the_sparse_index_has_the_keys_of_the_items_that_have_its_keys(
    db: InMemoryDynamoDB,
) -> None:
    for number, sk in enumerate(["c", "b", "d"]):
        mark = {"unsettled": {"S": "1"}, "updated_at": {"N": str(10 - number)}, "n": {"N": "1"}}
        db.put_item(TableName="things", Item={**key(sk), **mark})
    db.put_item(TableName="things", Item={**key("e"), "unsettled": {"S": "1"}})
    call = query("unsettled = :a", {"a": {"S": "1"}}, IndexName="unsettled")
    assert sort_keys(db.query(**call)) == "d b c"
    assert db.query(**call)["Items"][0].keys() == {"pk", "sk", "unsettled", "updated_at"}
    first = db.query(**call, Limit=1)
    assert first["LastEvaluatedKey"] == first["Items"][0]
    rest = db.query(**call, ExclusiveStartKey=first["LastEvaluatedKey"])
    assert sort_keys(rest) == "b c"
    db.update_item(TableName="things", Key=key("b"), UpdateExpression="REMOVE unsettled")
    assert sort_keys(db.query(**call)) == "d c"


def test_projections_and_counts(filled: InMemoryDynamoDB) -> None:
    got = filled.get_item(
        TableName="things",
        Key=key("M#1"),
        ProjectionExpression="#n, absent",
        ExpressionAttributeNames={"#n": "n"},
    )
    assert got["Item"] == {"n": {"N": "2"}}
    counted = filled.query(**query("pk = :a", A, Select="COUNT"))
    assert counted["Count"] == 6
    assert "Items" not in counted


class Stopped(Exception):
    pass


@pytest.mark.parametrize(("hook", "stored"), [("before", False), ("after", True)])
def test_a_hook_can_stop_the_process_on_either_side_of_a_call(hook: str, stored: bool) -> None:
    seen: list[tuple[str, str]] = []

    def stop(operation: str, call: Mapping[str, Any]) -> None:
        seen.append((operation, call["TableName"]))
        raise Stopped

    db = InMemoryDynamoDB()
    setattr(db, hook, stop)
    db.create_table(**TABLE)
    with pytest.raises(Stopped):
        db.put_item(TableName="things", Item=ITEM)
    assert seen == [("put_item", "things")]
    assert bool(db.items("things")) is stored


def test_a_hook_may_call_the_table_itself(db: InMemoryDynamoDB) -> None:
    def overtake(operation: str, call: Mapping[str, Any]) -> None:
        db.before = None
        db.delete_item(TableName="things", Key=KEY)

    db.before = overtake
    message(
        refusal(db.update_item, Key=KEY, ConditionExpression="attribute_exists(pk)"),
        "ConditionalCheckFailedException",
    )


def test_a_snapshot_brings_everything_back(db: InMemoryDynamoDB) -> None:
    snapshot = db.snapshot()
    for _ in range(2):
        transact(db, put("x"), update("1", "ADD n :one", one={"N": "1"}), ClientRequestToken="t")
        assert db.items("things") == [{**ITEM, "n": {"N": "10"}}, key("x")]
        db.restore(snapshot)
        assert db.items("things") == [ITEM]


def test_threads_lose_no_count(db: InMemoryDynamoDB) -> None:
    def count() -> None:
        for _ in range(200):
            transact(db, update("1", "ADD n :one", one={"N": "1"}))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert db.items("things")[0]["n"] == {"N": "809"}

"""The in-memory DynamoDB does what the service does with the expressions that the table needs."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from tests.fakes.dynamodb import InMemoryDynamoDB
from tests.fakes.dynamodb_cases import (
    BAD_UPDATES,
    BAD_VALUES,
    CHANGES,
    HOLDS,
    ITEM,
    KEY,
    REFUSED,
    TABLE,
    UPDATES,
    VALUES,
)


@pytest.fixture
def db() -> InMemoryDynamoDB:
    client = InMemoryDynamoDB()
    client.create_table(**TABLE)
    client.put_item(TableName="things", Item=ITEM)
    return client


def mentioned(values: dict[str, Any], text: str) -> dict[str, Any]:
    words = text.replace(",", " ").replace("(", " ").replace(")", " ").split()
    given = {name: value for name, value in values.items() if name in words}
    return {"ExpressionAttributeValues": given} if given else {}


def refusal(call: Callable[..., Any], **parameters: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as caught:
        call(**{"TableName": "things", **parameters})
    response: dict[str, Any] = caught.value.response
    return response


def message(response: dict[str, Any], code: str = "ValidationException") -> str:
    assert response["Error"]["Code"] == code
    return str(response["Error"]["Message"])


@pytest.mark.parametrize(("text", "expected"), HOLDS.items(), ids=HOLDS)
def test_conditions(db: InMemoryDynamoDB, text: str, expected: bool) -> None:
    call = {"Key": KEY, "ConditionExpression": text, **mentioned(VALUES, text)}
    if expected:
        db.update_item(TableName="things", **call)
    else:
        message(refusal(db.update_item, **call), "ConditionalCheckFailedException")


@pytest.mark.parametrize(("text", "why"), REFUSED.items(), ids=REFUSED)
def test_conditions_that_make_no_sense_are_refused(
    db: InMemoryDynamoDB, text: str, why: str
) -> None:
    call = {"Key": KEY, "ConditionExpression": text, **mentioned(VALUES, text)}
    assert why in message(refusal(db.update_item, **call))


@pytest.mark.parametrize("name", ["owner", "Session", "CURSOR", "text", "position", "role", "ttl"])
def test_reserved_words_need_an_alias(db: InMemoryDynamoDB, name: str) -> None:
    text = f"attribute_not_exists({name})"
    assert "reserved" in message(refusal(db.delete_item, Key=KEY, ConditionExpression=text))
    db.delete_item(
        TableName="things",
        Key=KEY,
        ConditionExpression="attribute_not_exists(#a)",
        ExpressionAttributeNames={"#a": name},
    )


@pytest.mark.parametrize(("text", "changed"), UPDATES.values(), ids=UPDATES)
def test_updates(db: InMemoryDynamoDB, text: str, changed: dict[str, Any]) -> None:
    answer = db.update_item(
        TableName="things",
        Key=KEY,
        UpdateExpression=text,
        ReturnValues="ALL_NEW",
        **mentioned(CHANGES, text),
    )
    expected = {name: value for name, value in {**ITEM, **changed}.items() if value is not None}
    assert answer["Attributes"] == expected
    assert db.get_item(TableName="things", Key=KEY, ConsistentRead=True)["Item"] == expected


@pytest.mark.parametrize(("text", "why"), BAD_UPDATES.items(), ids=BAD_UPDATES)
def test_updates_that_make_no_sense_change_nothing(
    db: InMemoryDynamoDB, text: str, why: str
) -> None:
    call = {"Key": KEY, "UpdateExpression": text, **mentioned(CHANGES, text)}
    assert why in message(refusal(db.update_item, **call))
    assert db.get_item(TableName="things", Key=KEY)["Item"] == ITEM


@pytest.mark.parametrize(("value", "error"), BAD_VALUES.values(), ids=BAD_VALUES)
def test_values_that_are_none_are_refused(
    db: InMemoryDynamoDB, value: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        db.put_item(TableName="things", Item={**KEY, "a": value})
    with pytest.raises(error):
        db.update_item(
            TableName="things",
            Key=KEY,
            UpdateExpression="SET a = :a",
            ExpressionAttributeValues={":a": value},
        )


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("007", "7"),
        ("1.50", "1.5"),
        ("-0", "0"),
        ("1E3", "1000"),
        ("1700000000000", "1700000000000"),
    ],
)
def test_numbers_are_stored_in_one_form(db: InMemoryDynamoDB, text: str, stored: str) -> None:
    db.put_item(TableName="things", Item={**KEY, "a": {"N": text}})
    assert db.get_item(TableName="things", Key=KEY)["Item"]["a"] == {"N": stored}


def test_values_and_names_that_no_expression_uses_are_refused(db: InMemoryDynamoDB) -> None:
    base: dict[str, Any] = {"Key": KEY, "UpdateExpression": "SET a = :a"}
    values = {":a": {"S": "a"}, ":b": {"S": "b"}}
    why = message(refusal(db.update_item, **base, ExpressionAttributeValues=values))
    assert "unused in expressions: keys: {:b}" in why
    del values[":b"]
    names = {"#x": "x"}
    call = {**base, "ExpressionAttributeValues": values, "ExpressionAttributeNames": names}
    assert "unused in expressions: keys: {#x}" in message(refusal(db.update_item, **call))
    assert "must not be empty" in message(
        refusal(db.update_item, **base, ExpressionAttributeValues={})
    )
    call = {"Key": KEY, "ExpressionAttributeValues": values}
    assert "when using expressions" in message(refusal(db.update_item, **call))


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ({"pk": {"S": "a"}}, "does not match the schema"),
        ({**KEY, "n": {"N": "1"}}, "does not match the schema"),
        ({**KEY, "sk": {"N": "1"}}, "does not match the schema"),
        ({**KEY, "sk": {"S": ""}}, "empty string value. Key: sk"),
        ({**KEY, "sk": {"S": "x" * 1025}}, "exceeded"),
        ({**KEY, "pk": {"S": "é" * 1025}}, "exceeded"),
    ],
)
def test_bad_keys_are_refused(db: InMemoryDynamoDB, key: Any, why: str) -> None:
    for call in (db.get_item, db.delete_item, db.update_item):
        assert why in message(refusal(call, Key=key))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"sk": None}, "Missing the key sk"),
        ({"sk": {"N": "1"}}, "Type mismatch for key sk"),
        ({"pk": {"S": ""}}, "empty string value. Key: pk"),
        ({"unsettled": {"N": "1"}}, "Type mismatch for Index Key unsettled"),
        ({"unsettled": {"S": ""}}, "IndexKey: unsettled"),
        ({"a": {"S": "x" * 409_600}}, "maximum allowed size"),
    ],
)
def test_bad_items_are_refused(db: InMemoryDynamoDB, changes: Any, why: str) -> None:
    item = {name: value for name, value in {**ITEM, **changes}.items() if value is not None}
    assert why in message(refusal(db.put_item, Item=item))


def test_an_update_cannot_grow_an_item_over_the_limit(db: InMemoryDynamoDB) -> None:
    half = {":a": {"S": "x" * 205_000}}
    call: dict[str, Any] = {"Key": KEY, "ExpressionAttributeValues": half}
    db.update_item(TableName="things", UpdateExpression="SET a = :a", **call)
    why = message(refusal(db.update_item, UpdateExpression="SET b = :a", **call))
    assert "maximum allowed size" in why


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        ("NONE", None),
        ("ALL_OLD", ITEM),
        ("UPDATED_OLD", {"n": {"N": "9"}}),
        ("ALL_NEW", {**ITEM, "n": {"N": "10"}, "a": {"N": "1"}}),
        ("UPDATED_NEW", {"n": {"N": "10"}, "a": {"N": "1"}}),
    ],
)
def test_return_values(db: InMemoryDynamoDB, returned: str, expected: Any) -> None:
    answer = db.update_item(
        TableName="things",
        Key=KEY,
        UpdateExpression="ADD n :one SET a = :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
        ReturnValues=returned,
    )
    assert answer.get("Attributes") == expected


def test_put_and_delete_return_the_old_item_or_nothing(db: InMemoryDynamoDB) -> None:
    assert "Return values" in message(refusal(db.put_item, Item=KEY, ReturnValues="ALL_NEW"))
    put = db.put_item(TableName="things", Item=KEY, ReturnValues="ALL_OLD")
    assert put["Attributes"] == ITEM
    delete: dict[str, Any] = {"TableName": "things", "Key": KEY, "ReturnValues": "ALL_OLD"}
    assert db.delete_item(**delete)["Attributes"] == KEY
    assert "Attributes" not in db.delete_item(**delete)
    assert "Item" not in db.get_item(TableName="things", Key=KEY)


def test_an_update_creates_the_item_that_is_not_there(db: InMemoryDynamoDB) -> None:
    db.update_item(
        TableName="things",
        Key={**KEY, "sk": {"S": "2"}},
        UpdateExpression="ADD pending :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    found = db.get_item(TableName="things", Key={**KEY, "sk": {"S": "2"}})["Item"]
    assert found == {"pk": {"S": "a"}, "sk": {"S": "2"}, "pending": {"N": "1"}}


def test_a_failed_condition_shows_the_item_only_when_asked(db: InMemoryDynamoDB) -> None:
    call: dict[str, Any] = {"Key": KEY, "ConditionExpression": "attribute_exists(absent)"}
    code = "ConditionalCheckFailedException"
    plain = refusal(db.update_item, **call)
    assert message(plain, code) == "The conditional request failed"
    assert "Item" not in plain
    call["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    assert refusal(db.update_item, **call)["Item"] == ITEM
    call["Key"] = {**KEY, "sk": {"S": "none"}}
    assert "Item" not in refusal(db.update_item, **call)
    with pytest.raises(db.exceptions.ConditionalCheckFailedException):
        db.update_item(TableName="things", **call)


def test_unknown_parameters_tables_and_indexes_are_refused(db: InMemoryDynamoDB) -> None:
    with pytest.raises(ParamValidationError):
        db.get_item(TableName="things", Key=KEY, Consistent=True)
    with pytest.raises(ParamValidationError):
        db.put_item(TableName="things")
    message(refusal(db.get_item, TableName="none", Key=KEY), "ResourceNotFoundException")
    message(refusal(db.create_table, **TABLE), "ResourceInUseException")
    ask = {"KeyConditionExpression": "pk = :a", "ExpressionAttributeValues": {":a": {"S": "a"}}}
    assert "specified index" in message(refusal(db.query, IndexName="none", **ask))


def test_what_is_read_and_what_was_written_can_be_changed_by_the_caller() -> None:
    db = InMemoryDynamoDB()
    db.create_table(**TABLE)
    item: dict[str, Any] = {**KEY, "rows": {"L": [{"S": "x"}]}}
    db.put_item(TableName="things", Item=item)
    item["rows"]["L"].append({"S": "y"})
    db.get_item(TableName="things", Key=KEY)["Item"]["rows"]["L"].clear()
    assert db.get_item(TableName="things", Key=KEY)["Item"]["rows"] == {"L": [{"S": "x"}]}

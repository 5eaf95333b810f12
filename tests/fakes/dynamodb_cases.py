"""A table, an item, and expressions with what the service makes of them."""

from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

TABLE: dict[str, Any] = {
    "TableName": "things",
    "KeySchema": [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "S"},
        {"AttributeName": "unsettled", "AttributeType": "S"},
        {"AttributeName": "updated_at", "AttributeType": "N"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "unsettled",
            "KeySchema": [
                {"AttributeName": "unsettled", "KeyType": "HASH"},
                {"AttributeName": "updated_at", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
    "BillingMode": "PAY_PER_REQUEST",
}
KEY = {"pk": {"S": "a"}, "sk": {"S": "1"}}
ITEM: dict[str, Any] = {
    **KEY,
    "n": {"N": "9"},
    "word": {"S": "héllo"},
    "deep": {"M": {"flag": {"BOOL": True}, "steps": {"L": [{"S": "x"}, {"N": "2"}]}}},
    "tags": {"SS": ["red", "blue"]},
    "nothing": {"NULL": True},
}
VALUES = {
    ":nine": {"N": "9.0"},
    ":ten": {"N": "10"},
    ":two": {"N": "2"},
    ":s": {"S": "h"},
    ":z": {"S": "z"},
    ":red": {"S": "red"},
    ":yes": {"BOOL": True},
    ":list": {"L": [{"S": "x"}, {"N": "2.0"}]},
    ":type": {"S": "M"},
    ":six": {"N": "6"},
}
HOLDS = {
    "n = :nine": True,
    "n <> :nine": False,
    "n < :ten": True,
    "n <= :nine AND n >= :nine": True,
    "n > :ten": False,
    "n < :z": False,
    "n <> :z": True,
    "absent < :ten": False,
    "absent = :ten": False,
    "absent <> :ten": True,
    "NOT absent < :ten": True,
    "attribute_not_exists(absent) OR absent < :ten": True,
    "attribute_exists(deep.flag)": True,
    "attribute_exists(deep.absent)": False,
    "attribute_exists(deep.steps[1])": True,
    "attribute_exists(deep.steps[2])": False,
    "attribute_exists(n.flag)": False,
    "deep.flag = :yes": True,
    "deep.steps = :list": True,
    "deep.steps[1] = :two": True,
    "begins_with(word, :s)": True,
    "begins_with(n, :s)": False,
    "contains(tags, :red)": True,
    "contains(tags, :z)": False,
    "contains(word, :s)": True,
    "contains(deep.steps, :two)": True,
    "size(word) = :six": True,
    "size(tags) = :two": True,
    "size(absent) = :two": False,
    "n BETWEEN :two AND :ten": True,
    "absent BETWEEN :two AND :ten": False,
    "n IN (:two, :nine)": True,
    "n IN (:two, :ten)": False,
    "attribute_type(deep, :type)": True,
    "word > :s AND word < :z": True,
    # AND binds closer than OR, NOT closer than AND
    "n = :nine OR n = :ten AND n = :two": True,
    "(n = :nine OR n = :ten) AND n = :two": False,
    "NOT n = :ten AND n = :two": False,
    "NOT (n = :ten AND n = :two)": True,
    "n = :nine and not n = :ten or n = :two": True,
}
REFUSED = {
    "status = :z": "reserved keyword",
    "n = :nine AND": "Syntax error",
    "n == :nine": "Syntax error",
    "n": "Syntax error",
    "_n = :nine": "Syntax error",
    "((n = :nine))": "redundant parentheses",
    "": "can not be empty",
    "n = n": "must be distinct",
    "n < :yes": "Incorrect operand type",
    "begins_with(word, :two)": "Incorrect operand type",
    "begins_with(word)": "Incorrect number of operands",
    "n BETWEEN :ten AND :two": "upper bound",
    "starts_with(word, :s)": "Invalid function name",
    "n = :unknown": "not defined",
    "#n = :nine": "not defined",
}
UPDATES: dict[str, tuple[str, dict[str, Any]]] = {
    "set": ("SET a = :one, word = :x", {"a": {"N": "1"}, "word": {"S": "x"}}),
    "set from another path": ("SET a = n, n = :one", {"a": {"N": "9"}, "n": {"N": "1"}}),
    "plus": ("SET n = n + :one", {"n": {"N": "10"}}),
    "minus": ("SET n = n - :one", {"n": {"N": "8"}}),
    "if_not_exists of an absent one": ("SET a = if_not_exists(a, :one)", {"a": {"N": "1"}}),
    "if_not_exists of a present one": ("SET n = if_not_exists(n, :one)", {"n": {"N": "9"}}),
    "counting from nothing": ("SET a = if_not_exists(a, :one) + :one", {"a": {"N": "2"}}),
    "list_append": (
        "SET li = list_append(if_not_exists(li, :li), :li)",
        {"li": {"L": [{"S": "y"}] * 2}},
    ),
    "nested set": (
        "SET deep.flag = :x",
        {"deep": {"M": {**ITEM["deep"]["M"], "flag": {"S": "x"}}}},
    ),
    "nested remove": ("REMOVE deep.steps", {"deep": {"M": {"flag": {"BOOL": True}}}}),
    "list elements": (
        "REMOVE deep.steps[0], deep.steps[1]",
        {"deep": {"M": {"flag": {"BOOL": True}, "steps": {"L": []}}}},
    ),
    "add to nothing": ("ADD a :one", {"a": {"N": "1"}}),
    "add a number": ("ADD n :one", {"n": {"N": "10"}}),
    "add to a set": ("ADD tags :set", {"tags": {"SS": ["red", "blue", "green"]}}),
    "delete from a set": ("DELETE tags :set", {"tags": {"SS": ["blue"]}}),
    "delete from no set": ("DELETE a :set", {}),
    "sections in any order": (
        "add n :one remove word set a = :x",
        {"n": {"N": "10"}, "word": None, "a": {"S": "x"}},
    ),
}
CHANGES = {
    ":one": {"N": "1"},
    ":x": {"S": "x"},
    ":li": {"L": [{"S": "y"}]},
    ":set": {"SS": ["red", "green"]},
}
BAD_UPDATES = {
    "SET a = :one SET b = :one": "only be used once",
    "SET a = :one, a = :x": "overlap",
    "SET deep.flag = :one REMOVE deep": "overlap",
    "SET pk = :x": "part of the key",
    "SET a = absent": "does not exist in the item",
    "SET word = word + :one": "incorrect data type",
    "SET n = n + :x": "Incorrect operand type",
    "ADD word :one": "incorrect data type",
    "ADD a :x": "Incorrect operand type",
    "DELETE tags :one": "Incorrect operand type",
    "SET absent.a = :one": "invalid for update",
    "SET n.a = :one": "invalid for update",
    "SET items = :one": "reserved keyword",
    "SET a :one": "Syntax error",
    "ADD n n": "Syntax error",
    "DROP a": "Syntax error",
    "": "can not be empty",
}
BAD_VALUES: dict[str, tuple[Any, type[Exception]]] = {
    "no type": ({}, ClientError),
    "two types": ({"S": "a", "N": "1"}, ClientError),
    "a bare value": ("a", ParamValidationError),
    "a number that is none": ({"N": "x"}, ClientError),
    "infinity": ({"N": "Infinity"}, ClientError),
    "a Python number": ({"N": 1}, ParamValidationError),
    "39 digits": ({"N": "1" * 39}, ClientError),
    "None": ({"S": None}, ParamValidationError),
    "an empty set": ({"SS": []}, ClientError),
    "a set with a repeat": ({"NS": ["1", "1.0"]}, ClientError),
    "NULL false": ({"NULL": False}, ClientError),
    "an unknown type": ({"T": "a"}, ParamValidationError),
    "bad inside": ({"M": {"a": {"L": [{"N": ""}]}}}, ClientError),
}

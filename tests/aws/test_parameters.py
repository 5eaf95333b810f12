"""A plain parameter, as an operator's command writes it."""

from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from parley.adapters.aws.parameters import SsmParameters
from parley.errors import StoreUnavailable


class ParameterStore:
    def __init__(self, refusal: Exception | None = None) -> None:
        self.refusal = refusal
        self.put: list[dict[str, Any]] = []

    def put_parameter(self, **request: Any) -> None:
        if self.refusal:
            raise self.refusal
        self.put.append(request)


def test_a_parameter_is_written_over() -> None:
    store = ParameterStore()
    SsmParameters(lambda _: store).put("/a", "text")
    assert store.put == [
        {
            "Name": "/a",
            "Value": "text",
            "Type": "String",
            "Overwrite": True,
            "Tier": "Intelligent-Tiering",
        }
    ]


@pytest.mark.parametrize(
    "refusal",
    [
        ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "PutParameter"),
        BotoCoreError(),
    ],
)
def test_a_refusal_is_told_with_the_name(refusal: Exception) -> None:
    with pytest.raises(StoreUnavailable, match="/a cannot be written"):
        SsmParameters(lambda _: ParameterStore(refusal)).put("/a", "text")

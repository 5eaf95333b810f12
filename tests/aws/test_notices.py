"""Notices are handed to their function, which says them later."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from parley.adapters.aws.notices import LambdaNotices
from parley.core.reading import Notice
from parley.errors import NoticesUnavailable

NOTICE = Notice("slack", {"channel": "C1", "user": "U1"}, "Grüße 👋")
THROTTLED = ClientError({"Error": {"Code": "TooManyRequestsException", "Message": "no"}}, "Invoke")


@dataclass
class Functions:
    """Lambda, as far as notices need it."""

    error: Exception | None = None
    invoked: list[dict[str, Any]] = field(default_factory=list)
    made: list[str] = field(default_factory=list)

    def client(self, service: str) -> Any:
        self.made.append(service)
        return self

    def invoke(self, **request: Any) -> dict[str, Any]:
        self.invoked.append(request)
        if self.error:
            raise self.error
        return {"StatusCode": 202}


def test_a_notice_is_an_event_that_nobody_waits_for() -> None:
    functions = Functions()
    LambdaNotices(functions.client, "parley-notices").post(NOTICE)
    [request] = functions.invoked
    assert (request["FunctionName"], request["InvocationType"]) == ("parley-notices", "Event")
    assert json.loads(request["Payload"]) == {
        "channel": "slack",
        "place": {"channel": "C1", "user": "U1"},
        "text": "Grüße 👋",
    }


def test_a_client_is_made_with_the_first_notice_and_then_kept() -> None:
    functions = Functions()
    notices = LambdaNotices(functions.client, "parley-notices")
    assert functions.made == []
    for _ in range(3):
        notices.post(NOTICE)
    assert functions.made == ["lambda"]
    assert len(functions.invoked) == 3


@pytest.mark.parametrize("error", [THROTTLED, BotoCoreError()], ids=["refused", "unreachable"])
def test_a_notice_that_lambda_does_not_take_is_unavailable(error: Exception) -> None:
    with pytest.raises(NoticesUnavailable) as caught:
        LambdaNotices(Functions(error).client, "parley-notices").post(NOTICE)
    assert caught.value.retryable


def test_a_client_that_cannot_be_made_is_unavailable_too() -> None:
    def client(service: str) -> Any:
        raise BotoCoreError

    with pytest.raises(NoticesUnavailable):
        LambdaNotices(client, "parley-notices").post(NOTICE)

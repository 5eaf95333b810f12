"""Executions: started under one name, and called back with what to do next."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from parley.adapters.aws.executions import StepFunctionsExecutions
from parley.adapters.aws.machine import NOBODY_WAITS
from parley.core.directive import FOLLOW, Directive, wait
from parley.core.names import execution_name
from parley.errors import ExecutionsUnavailable
from parley.ports import Started

ARN = "arn:aws:states:eu-central-1:1:stateMachine:conversation"


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "StartExecution")


@dataclass
class StepFunctions:
    error: Exception | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def start_execution(self, **request: Any) -> dict[str, Any]:
        return self._answer(request)

    def send_task_success(self, **request: Any) -> dict[str, Any]:
        return self._answer(request)

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(request)
        if self.error:
            raise self.error
        return {}


def executions(error: Exception | None = None) -> tuple[StepFunctions, StepFunctionsExecutions]:
    client = StepFunctions(error)
    return client, StepFunctionsExecutions(client, ARN)


def test_an_execution_is_named_by_its_conversation_and_generation() -> None:
    client, started = executions()
    assert started.start("slack:dm:U1", 7) is Started.RUNNING
    [request] = client.asked
    assert request["stateMachineArn"] == ARN
    assert request["name"] == execution_name("slack:dm:U1", 7)
    assert json.loads(request["input"]) == {"conversation": "slack:dm:U1", "generation": 7}


def test_every_start_has_the_same_input_to_the_letter() -> None:
    client, started = executions()
    for _ in range(2):
        started.start("slack:dm:U1", 7)
    assert client.asked[0] == client.asked[1]


def test_a_name_that_is_used_up_is_burnt() -> None:
    _, started = executions(refused("ExecutionAlreadyExists"))
    assert started.start("k", 1) is Started.BURNT


@pytest.mark.parametrize(
    ("directive", "output"),
    [
        (FOLLOW, {"next": "follow", "seconds": 0}),
        (wait(7), {"next": "wait", "seconds": 7}),
    ],
)
def test_a_call_says_what_comes_next(directive: Directive, output: dict[str, Any]) -> None:
    client, called = executions()
    assert called.call_back("the token", directive)
    [request] = client.asked
    assert request["taskToken"] == "the token"
    assert json.loads(request["output"]) == output


@pytest.mark.parametrize("code", sorted(NOBODY_WAITS))
def test_a_token_that_nobody_waits_with_is_no_fault(code: str) -> None:
    _, called = executions(refused(code))
    assert called.call_back("the token", FOLLOW) is False


@pytest.mark.parametrize(
    "error", [refused("ThrottlingException"), BotoCoreError()], ids=["refused", "unreachable"]
)
def test_what_may_pass_is_unavailable(error: Exception) -> None:
    _, unavailable = executions(error)
    with pytest.raises(ExecutionsUnavailable) as caught:
        unavailable.start("k", 1)
    assert caught.value.retryable
    with pytest.raises(ExecutionsUnavailable):
        unavailable.call_back("the token", FOLLOW)

"""A state machine: starting executions of it, and answering those that wait with a token."""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from parley.core.executions import Started
from parley.errors import ExecutionsUnavailable

# Nobody waits with this token any more: answered before, timed out, or its execution has ended.
NOBODY_WAITS = {"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"}


class Machine:
    """`arn` may be empty where executions are only answered."""

    def __init__(self, client: Any, arn: str) -> None:
        self._client = client
        self._arn = arn

    def start(self, name: str, given: Mapping[str, str | int]) -> Started:
        """Same name and same input, byte for byte: idempotent while the execution runs."""
        try:
            self._client.start_execution(
                stateMachineArn=self._arn, name=name, input=json.dumps(given)
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ExecutionAlreadyExists":
                return Started.BURNT
            raise ExecutionsUnavailable(str(error)) from error
        except BotoCoreError as error:
            raise ExecutionsUnavailable(str(error)) from error
        return Started.RUNNING

    def answer(self, token: str, output: Mapping[str, str | int]) -> bool:
        """False where nobody waits with the token any more."""
        try:
            self._client.send_task_success(taskToken=token, output=json.dumps(output))
        except ClientError as error:
            if error.response["Error"]["Code"] in NOBODY_WAITS:
                return False
            raise ExecutionsUnavailable(str(error)) from error
        except BotoCoreError as error:
            raise ExecutionsUnavailable(str(error)) from error
        return True

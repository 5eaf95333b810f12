"""Step Functions as the port of executions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from parley.core.executions import Started
from parley.core.names import execution_name
from parley.errors import ExecutionsUnavailable

if TYPE_CHECKING:
    from parley.core.directive import Directive

# Nobody waits with this token any more: answered before, timed out, or its execution has ended.
NOBODY_WAITS = {"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"}


class StepFunctionsExecutions:
    def __init__(self, client: Any, machine_arn: str) -> None:
        self._client = client
        self._machine_arn = machine_arn

    def start(self, conversation: str, generation: int) -> Started:
        """Same name and same input, byte for byte: idempotent while the execution runs."""
        try:
            self._client.start_execution(
                stateMachineArn=self._machine_arn,
                name=execution_name(conversation, generation),
                input=json.dumps({"conversation": conversation, "generation": generation}),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ExecutionAlreadyExists":
                return Started.BURNT
            raise ExecutionsUnavailable(str(error)) from error
        except BotoCoreError as error:
            raise ExecutionsUnavailable(str(error)) from error
        return Started.RUNNING

    def call_back(self, token: str, directive: Directive) -> bool:
        output = {"next": str(directive.next), "seconds": directive.seconds}
        try:
            self._client.send_task_success(taskToken=token, output=json.dumps(output))
        except ClientError as error:
            if error.response["Error"]["Code"] in NOBODY_WAITS:
                return False
            raise ExecutionsUnavailable(str(error)) from error
        except BotoCoreError as error:
            raise ExecutionsUnavailable(str(error)) from error
        return True

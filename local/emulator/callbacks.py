"""States that wait for a token, as AWS runs them: two mends to ministack 1.5.33.

- A time limit written as an expression reaches the wait as text, which fails the execution.
- A function that fails is ignored, and the state waits on for a callback that nobody will make.
"""

import threading
from collections.abc import Mapping
from typing import Any

LIMIT = "TimeoutSeconds"
Task = Mapping[str, Any]


def mend_callbacks(stepfunctions: Any) -> None:
    """Put both mends into ministack's module."""
    _mend_limit(stepfunctions)
    _mend_failure(stepfunctions)


def _mend_limit(stepfunctions: Any) -> None:
    execute = stepfunctions._execute_task

    def execute_task(state: Task, given: Any, execution: Any, context: Any) -> Any:
        limit = state.get(LIMIT)
        if isinstance(limit, str) and limit.startswith("{%"):
            expression = limit.removeprefix("{%").removesuffix("%}").strip()
            seconds = stepfunctions._evaluate_jsonata(expression, given, context)
            state = {**state, LIMIT: seconds}
        return execute(state, given, execution, context)

    stepfunctions._execute_task = execute_task


def _mend_failure(stepfunctions: Any) -> None:
    invoke, call = stepfunctions._invoke_with_callback, stepfunctions._call_lambda
    waiting = threading.local()

    def invoke_with_callback(resource: str, given: Any, token: str, state: Task) -> Any:
        waiting.token = token
        try:
            return invoke(resource, given, token, state)
        finally:
            waiting.token = None

    def call_lambda(function: Any, event: Any) -> Any:
        try:
            return call(function, event)
        except stepfunctions._ExecutionError as error:
            if wait := stepfunctions._task_tokens.get(getattr(waiting, "token", None)):
                wait["error"] = {"Error": error.error, "Cause": error.cause}
                wait["event"].set()
            raise

    stepfunctions._invoke_with_callback = invoke_with_callback
    stepfunctions._call_lambda = call_lambda

import contextlib
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from local.emulator.callbacks import mend_callbacks
from local.emulator.process import _roomy_memory


class Failed(Exception):
    error, cause = "States.TaskFailed", "it broke"


def machine(function: Any) -> SimpleNamespace:
    """As much of the emulator's module as the mends touch."""
    made = SimpleNamespace(_ExecutionError=Failed, _task_tokens={})
    made._evaluate_jsonata = lambda expression, given, context: given[expression]
    made._execute_task = lambda state, given, execution, context: state["TimeoutSeconds"]
    made._call_lambda = function

    def invoke(resource: str, given: Any, token: str, state: Any) -> Any:
        made._task_tokens[token] = {"event": threading.Event(), "error": None}
        with contextlib.suppress(Failed):  # as the emulator does
            made._call_lambda("function", given)
        return made._task_tokens[token]

    made._invoke_with_callback = invoke
    mend_callbacks(made)
    return made


@pytest.mark.parametrize(("limit", "seconds"), [("{% seconds %}", 7), (30, 30)])
def test_time_limit_may_be_an_expression(limit: Any, seconds: int) -> None:
    mended = machine(lambda function, event: None)
    assert mended._execute_task({"TimeoutSeconds": limit}, {"seconds": 7}, None, {}) == seconds


def test_function_that_fails_ends_the_wait() -> None:
    def fail(function: Any, event: Any) -> None:
        raise Failed

    wait = machine(fail)._invoke_with_callback("resource", {}, "token", {})
    assert wait["event"].is_set()
    assert wait["error"] == {"Error": "States.TaskFailed", "Cause": "it broke"}


def test_function_that_is_well_leaves_the_wait_to_the_callback() -> None:
    mended = machine(lambda function, event: {"posted": True})
    wait = mended._invoke_with_callback("resource", {}, "token", {})
    assert not wait["event"].is_set()


def test_without_a_file_system_in_memory_the_usual_place_is_taken(tmp_path: Any) -> None:
    assert _roomy_memory(tmp_path / "none") is None

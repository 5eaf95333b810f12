"""Walks the real state machine with Python callables for its tasks, one step at a time.

It knows the part of the Amazon States Language that the machine uses: Task with Arguments, Output,
Retry and Catch, Choice, Wait and Succeed, in JSONata. Whatever else a definition contains is
refused. Retries wait their full back-off, without jitter, on the clock given.
"""

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import yaml
from jsonata import Jsonata

Data = dict[str, Any]
Task = Callable[[Data], Data]

DEFINITION = Path(__file__).resolve().parents[2] / "statemachines" / "conversation.asl.yaml"
PAYLOAD_BYTES = 256 * 1024
UNCATCHABLE = {"States.DataLimitExceeded", "States.Runtime"}
FIELDS = {
    "Task": {"Arguments", "Catch", "Next", "Output", "Resource", "Retry", "TimeoutSeconds"},
    "Choice": {"Choices", "Default"},
    "Wait": {"Next", "Seconds"},
    "Succeed": set[str](),
}


class StatesError(Exception):
    """An error by the name that Step Functions gives it."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(error, cause)
        self.error = error
        self.cause = cause


class ProcessDied(BaseException):
    """Raised in a task: the function's process ends. Past every `except Exception` of the code."""


def service_error(name: str = "Lambda.ServiceException") -> StatesError:
    """Lambda did not answer for the function: it may have run, or not."""
    return StatesError(name, "simulated")


def timed_out() -> StatesError:
    """The task's TimeoutSeconds passed. The function may still be at work."""
    return StatesError("States.Timeout", "simulated")


class Sleeper(Protocol):
    """The clock's part in a machine."""

    def sleep(self, seconds: float) -> None: ...


class Status(StrEnum):
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    ABORTED = "ABORTED"


class Machine:
    """A definition that was checked to be within the subset."""

    def __init__(self, definition: Data) -> None:
        self.start: str = definition["StartAt"]
        self.states: dict[str, Data] = definition["States"]
        if definition.get("QueryLanguage") != "JSONata":
            raise ValueError("only JSONata is interpreted")
        for name, state in self.states.items():
            foreign = set(state) - FIELDS[state["Type"]] - {"Type", "Comment"}
            if foreign:
                raise ValueError(f"{name}: not interpreted: {', '.join(sorted(foreign))}")

    @classmethod
    def load(cls, path: Path = DEFINITION) -> "Machine":
        return cls(yaml.safe_load(path.read_text()))


class Execution:
    """One execution. `step` goes on by one attempt of a task or one other state; not calling it
    again is how an execution dies unnoticed."""

    def __init__(
        self,
        machine: Machine,
        given: Data,
        tasks: Mapping[str, Task],
        clock: Sleeper,
        name: str = "execution",
    ) -> None:
        self.name = name
        self.given = _transported(given)
        self.status = Status.RUNNING
        self.entered: list[str] = []
        self.output: Data | None = None
        self.error = ""
        self.cause = ""
        self.pause = 0.0  # slept at the beginning of the next step
        self._machine = machine
        self._tasks = tasks
        self._clock = clock
        self._retries: dict[int, int] = {}
        self._fresh = True
        self._enter(machine.start, self.given)

    @property
    def ended(self) -> bool:
        return self.status is not Status.RUNNING

    @property
    def retry(self) -> int:
        """Retries of the present state, as the context object counts them."""
        return sum(self._retries.values())

    def step(self) -> bool:
        """One step; false when the execution has ended."""
        if self.ended:
            return False
        pause, self.pause = self.pause, 0.0
        if pause:
            self._clock.sleep(pause)
        if self._fresh:
            self._fresh = False
            self.entered.append(self.state)
        try:
            self._work(self._machine.states[self.state])
        except StatesError as error:
            self._fail(error)
        return not self.ended

    def finish(self, limit: int = 1_000) -> "Execution":
        """Steps to the end."""
        for _ in range(limit):
            if not self.step():
                return self
        raise AssertionError(f"still running after {limit} steps: {self.entered[-10:]}")

    def abort(self) -> None:
        """StopExecution: the end that a failure rule hears of."""
        self.status = Status.ABORTED

    def lose_attempt(self, error: StatesError) -> None:
        """The present task's attempt fails with this error, whatever its function still does."""
        try:
            self._recover(self._machine.states[self.state], error)
        except StatesError as fatal:
            self._fail(fatal)

    def _enter(self, state: str, data: Data) -> None:
        self.state, self.data = state, data
        self._retries = {}
        self._fresh = True

    def _work(self, state: Data) -> None:
        match state["Type"]:
            case "Task":
                self._attempt(state)
            case "Choice":
                chosen = (each["Next"] for each in state["Choices"] if self._is(each["Condition"]))
                self._enter(next(chosen, None) or state["Default"], self.data)
            case "Wait":
                self.pause = float(self._evaluate(state["Seconds"]))
                self._enter(state["Next"], self.data)
            case "Succeed":
                self.status, self.output = Status.SUCCEEDED, self.data

    def _is(self, condition: str) -> bool:
        return self._evaluate(condition) is True

    def _attempt(self, state: Data) -> None:
        try:
            sent = _transported(self._evaluate(state["Arguments"]))
            result = _transported(self._invoke(sent))
            output = _transported(self._evaluate(state["Output"], result=result))
        except StatesError as error:
            self._recover(state, error)
        else:
            self._enter(state["Next"], output)

    def _invoke(self, sent: Data) -> Data:
        try:
            return self._tasks[self.state](sent)
        except StatesError:
            raise
        except ProcessDied as death:
            raise StatesError("Lambda.Unknown", "the function's process ended") from death
        except Exception as error:
            # Lambda reports an unhandled exception by the name of its class.
            raise StatesError(type(error).__name__, str(error)) from error

    def _recover(self, state: Data, error: StatesError) -> None:
        for index, retrier in enumerate(state.get("Retry", [])):
            if _names(retrier["ErrorEquals"], error.error):
                used = self._retries.get(index, 0)
                if used < retrier["MaxAttempts"]:
                    self._retries[index] = used + 1
                    self.pause = backoff(retrier, used)
                    return
                break
        for catcher in state.get("Catch", []):
            if _names(catcher["ErrorEquals"], error.error):
                described = {"Error": error.error, "Cause": error.cause}
                output = _transported(self._evaluate(catcher["Output"], errorOutput=described))
                self._enter(catcher["Next"], output)
                return
        raise error

    def _fail(self, error: StatesError) -> None:
        self.status, self.error, self.cause = Status.FAILED, error.error, error.cause

    def _evaluate(self, template: Any, **more: Any) -> Any:
        """A value of the definition with each JSONata expression in it replaced by what it says."""
        return _filled(template, {"input": self.data, "context": self._context(), **more})

    def _context(self) -> Data:
        return {
            "Execution": {"Id": self.name, "Name": self.name, "Input": self.given},
            "State": {"Name": self.state, "RetryCount": self.retry},
        }


def run(machine: Machine, given: Data, tasks: Mapping[str, Task], clock: Sleeper) -> Execution:
    """A whole execution, from its input to its end."""
    return Execution(machine, given, tasks, clock).finish()


def backoff(retrier: Data, used: int) -> float:
    """The longest pause before a retrier's next attempt, `used` of which are spent."""
    seconds = retrier["IntervalSeconds"] * retrier["BackoffRate"] ** used
    return float(min(seconds, retrier["MaxDelaySeconds"]))


def _names(names: list[str], error: str) -> bool:
    if error in UNCATCHABLE:
        return error in names
    if error in names or "States.ALL" in names:
        return True
    return "States.TaskFailed" in names and error != "States.Timeout"


def _filled(template: Any, states: Data) -> Any:
    if isinstance(template, dict):
        return {key: _filled(value, states) for key, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, states) for value in template]
    if isinstance(template, str) and template.startswith("{%"):
        return _value(template, states)
    return template


def _value(template: str, states: Data) -> Any:
    try:
        value = _compiled(template).evaluate(None, {"states": states})
    except Exception as error:  # the library raises exceptions of many kinds
        raise StatesError("States.QueryEvaluationError", f"{template}: {error}") from error
    if value is None:
        # Undefined. The library shows null as the same, and the machine's data has no null.
        raise StatesError("States.QueryEvaluationError", f"{template}: undefined")
    return value


@cache
def _compiled(template: str) -> Jsonata:
    return Jsonata(template.removeprefix("{%").removesuffix("%}"))


def _transported(data: Any) -> Any:
    """Data as it reaches the other side: copied through JSON, and refused above the limit."""
    encoded = json.dumps(data)
    if len(encoded) > PAYLOAD_BYTES:
        raise StatesError("States.DataLimitExceeded", f"{len(encoded)} bytes")
    return json.loads(encoded)

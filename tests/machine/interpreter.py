"""Walks the real state machine with Python callables for its tasks, one step at a time.

It knows the part of the Amazon States Language that the machine uses: Task with Arguments, Output,
Retry and Catch, Choice, Wait and Succeed, in JSONata. Whatever else a definition contains is
refused. Retries wait their full back-off, without jitter, on the clock given.

A Task that waits for a callback (`.waitForTaskToken`) calls its function with the Payload, drops
what it returns and parks the execution:

    waiting_token, deadline   what it waits with, and until when in the clock's milliseconds; None
                              where it does not wait, or has been answered
    succeed(token, output)    the callback, which may also come from within the function. True: the
                              next step goes on with the output. False: this token's task has ended
    step()                    while it waits: sleeps to the deadline and, unless a callback came
                              meanwhile, fails with States.Timeout
    wake_at                   when the next step is due, parked or not
    tokens                    all that were given out

`tests.machine.callbacks.send_task_success` answers for many executions, as the API does.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Protocol

from tests.machine.callbacks import Waiting, limit_of
from tests.machine.definition import CALLBACK, backoff
from tests.machine.definition import Machine as Machine
from tests.machine.errors import StatesError, named_by
from tests.machine.expressions import Data, filled, transported

Task = Callable[[Data], Any]


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

    def now(self) -> int: ...

    def sleep(self, seconds: float) -> None: ...


class Status(StrEnum):
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    ABORTED = "ABORTED"


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
        self.given = transported(given)
        self.status = Status.RUNNING
        self.entered: list[str] = []
        self.output: Data | None = None
        self.error = ""
        self.cause = ""
        self.pause = 0.0  # slept at the beginning of the next step
        self.tokens: list[str] = []
        self._waiting: Waiting | None = None
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

    @property
    def waiting_token(self) -> str | None:
        return self._open.token if self._open else None

    @property
    def deadline(self) -> int | None:
        return self._open.deadline if self._open else None

    @property
    def wake_at(self) -> int:
        """When the next step is due, in milliseconds: after the pause, or at the deadline."""
        deadline = self.deadline
        return deadline if deadline is not None else self._clock.now() + int(self.pause * 1000)

    def succeed(self, token: str, output: Data) -> bool:
        return not self.ended and self._waiting is not None and self._waiting.succeed(token, output)

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

    @property
    def _open(self) -> Waiting | None:
        """The wait that nothing has ended yet."""
        waits = self._waiting is not None and self._waiting.output is None and not self.ended
        return self._waiting if waits else None

    def _enter(self, state: str, data: Data) -> None:
        self.state, self.data = state, data
        self._retries = {}
        self._waiting = None
        self._fresh = True

    def _work(self, state: Data) -> None:
        match state["Type"]:
            case "Task" if self._waiting is not None:
                self._await_callback(state, self._waiting)
            case "Task" if state["Resource"].endswith(CALLBACK):
                self._ask(state)
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
            result = transported(self._invoke(transported(self._evaluate(state["Arguments"]))))
        except StatesError as error:
            self._recover(state, error)
        else:
            self._hand_on(state, result)

    def _ask(self, state: Data) -> None:
        """Call the function of a state that waits for a callback, which may come meanwhile."""
        try:
            sent, waiting = self._prepare_wait(state)
        except StatesError as error:
            return self._recover(state, error)
        self._waiting = waiting
        try:
            self._invoke(sent["Payload"])
        except StatesError as error:
            if self._open is waiting:
                self._recover(state, error)

    def _prepare_wait(self, state: Data) -> tuple[Data, Waiting]:
        token = f"{self.name}/{len(self.tokens) + 1}"
        sent = transported(self._evaluate(state["Arguments"], token=token))
        limit = limit_of(self._evaluate(state["TimeoutSeconds"]))
        self.tokens.append(token)
        return sent, Waiting(token, self._clock.now() + limit)

    def _await_callback(self, state: Data, waiting: Waiting) -> None:
        if waiting.output is None:
            self._clock.sleep((waiting.deadline - self._clock.now()) / 1000)
        if self._waiting is not waiting or self.ended:
            return  # somebody else has gone on with this execution while the clock moved
        if waiting.output is None:
            self._recover(state, StatesError("States.Timeout", "no callback came"))
        else:
            self._hand_on(state, waiting.output)

    def _hand_on(self, state: Data, result: Any) -> None:
        try:
            output = transported(self._evaluate(state["Output"], result=result))
        except StatesError as error:
            self._recover(state, error)
        else:
            self._enter(state["Next"], output)

    def _invoke(self, sent: Data) -> Any:
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
        self._waiting = None
        for index, retrier in enumerate(state.get("Retry", [])):
            if named_by(retrier["ErrorEquals"], error.error):
                used = self._retries.get(index, 0)
                if used < retrier["MaxAttempts"]:
                    self._retries[index] = used + 1
                    self.pause = backoff(retrier, used)
                    return
                break
        for catcher in state.get("Catch", []):
            if named_by(catcher["ErrorEquals"], error.error):
                described = {"Error": error.error, "Cause": error.cause}
                output = transported(self._evaluate(catcher["Output"], errorOutput=described))
                self._enter(catcher["Next"], output)
                return
        raise error

    def _fail(self, error: StatesError) -> None:
        self.status, self.error, self.cause = Status.FAILED, error.error, error.cause

    def _evaluate(self, template: Any, token: str | None = None, **more: Any) -> Any:
        context = {
            "Execution": {"Id": self.name, "Name": self.name, "Input": self.given},
            "State": {"Name": self.state, "RetryCount": self.retry},
            **({"Task": {"Token": token}} if token else {}),
        }
        return filled(template, {"input": self.data, "context": context, **more})


def run(machine: Machine, given: Data, tasks: Mapping[str, Task], clock: Sleeper) -> Execution:
    """A whole execution, from its input to its end."""
    return Execution(machine, given, tasks, clock).finish()

"""Task tokens: what a state waits for a callback with, and how a callback is answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.machine.errors import StatesError
from tests.machine.expressions import Data, transported

if TYPE_CHECKING:
    from tests.machine.interpreter import Execution

LONGEST_SECONDS = 99_999_999


@dataclass(slots=True)
class Waiting:
    """One attempt's wait, until its deadline in milliseconds."""

    token: str
    deadline: int
    output: Data | None = None  # what the callback brought

    def succeed(self, token: str, output: Data) -> bool:
        """Only the first callback with this very token counts."""
        if token != self.token or self.output is not None:
            return False
        self.output = transported(output)
        return True


def limit_of(seconds: Any) -> int:
    """TimeoutSeconds as evaluated, in milliseconds."""
    if type(seconds) is not int or not 1 <= seconds <= LONGEST_SECONDS:
        raise StatesError("States.QueryEvaluationError", f"TimeoutSeconds is {seconds!r}")
    return seconds * 1000


def send_task_success(executions: Iterable["Execution"], token: str, output: Data) -> None:
    """SendTaskSuccess. Raises StatesError: TaskTimedOut where the task of this token has ended,
    however it did; TaskDoesNotExist where nobody was given it."""
    for execution in executions:
        if token in execution.tokens:
            if execution.succeed(token, output):
                return
            raise StatesError("TaskTimedOut", "the task of this token has ended")
    raise StatesError("TaskDoesNotExist", "nobody was given this token")

"""The task machine as Step Functions runs it: executions by name, on the simulated clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from parley.core.tasks import names
from parley.ports import Started
from tests.fakes.world import FakeClock
from tests.machine.definition import TASK_DEFINITION
from tests.machine.interpreter import Execution, Machine, Status

MACHINE = Machine.load(TASK_DEFINITION)
STEPS = 2_000

Function = Callable[[dict[str, Any]], Any]


@dataclass
class Running:
    execution: Execution
    due: int
    dead: bool = False  # it died, and no event told of it

    @property
    def over(self) -> bool:
        return self.dead or self.execution.ended


@dataclass
class TaskMachine:
    """`start` and `call_back` are a port's TaskExecutions."""

    clock: FakeClock
    functions: dict[str, Function]
    by_name: dict[str, Running] = field(default_factory=dict)
    refuses: Exception | None = None  # what StartExecution raises

    def start(self, task: str, generation: int) -> Started:
        if self.refuses is not None:
            raise self.refuses
        name = names.execution(task, generation)
        known = self.by_name.get(name)
        if known is not None:
            return Started.BURNT if known.over else Started.RUNNING
        given = {"task": task, "generation": generation}
        execution = Execution(MACHINE, given, self.functions, self.clock, name)
        self.by_name[name] = Running(execution, self.clock.now())
        return Started.RUNNING

    def call_back(self, token: str) -> bool:
        for running in self.by_name.values():
            if not running.dead and running.execution.succeed(token, {}):
                running.due = self.clock.now()
                return True
        return False

    def run(self, until: Callable[[], bool] = lambda: False, horizon: int | None = None) -> None:
        """Step whatever is due next, moving the clock, until nothing is, or what is due lies
        behind the horizon (milliseconds from now)."""
        end = None if horizon is None else self.clock.now() + horizon
        for _ in range(STEPS):
            due = min(
                (each for each in self.by_name.values() if not each.over),
                key=lambda each: each.due,
                default=None,
            )
            if due is None or until():
                return
            if end is not None and due.due > end:
                self.clock.advance(end - self.clock.now())
                return
            self.clock.advance(due.due - self.clock.now())
            due.execution.step()
            due.due = due.execution.wake_at
            due.execution.pause = 0.0
        raise AssertionError("the machine does not come to rest")

    def kill_all(self) -> None:
        for each in self.by_name.values():
            each.dead = True

    def entered(self, task: str, generation: int = 1) -> list[str]:
        return self.by_name[names.execution(task, generation)].execution.entered

    @property
    def failed(self) -> list[str]:
        return [n for n, each in self.by_name.items() if each.execution.status is Status.FAILED]

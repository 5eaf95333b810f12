"""Step Functions as the simulation has it: executions by name, stepped on the simulated clock."""

from collections.abc import Callable
from dataclasses import dataclass, field

from parley.core.directive import Directive
from parley.core.names import execution_name
from parley.ports import Started
from tests.fakes.world import FakeClock
from tests.machine.interpreter import Execution, Machine, Status, Task, timed_out

MACHINE = Machine.load()


class ZombieEnded(BaseException):
    """An invocation that its execution had given up came to its end: nobody hears of it."""


@dataclass
class Running:
    execution: Execution
    conversation: str
    generation: int
    due: int
    dead: bool = False  # it died without a failure event


@dataclass
class SimulatedStepFunctions:
    clock: FakeClock
    tasks: dict[str, Task]
    on_failure: Callable[[str, int], None]
    by_name: dict[str, Running] = field(default_factory=dict)
    stepping: Running | None = None

    def start(self, conversation: str, generation: int) -> Started:
        name = execution_name(conversation, generation)
        existing = self.by_name.get(name)
        if existing is not None:
            over = existing.execution.ended or existing.dead
            return Started.BURNT if over else Started.RUNNING
        given = {"conversation": conversation, "generation": generation}
        execution = Execution(MACHINE, given, self.tasks, self.clock, name)
        self.by_name[name] = Running(execution, conversation, generation, self.clock.now())
        return Started.RUNNING

    def call_back(self, token: str, directive: Directive) -> bool:
        """SendTaskSuccess. A dead execution's token is answered as one that has ended."""
        output = {"next": str(directive.next), "seconds": directive.seconds}
        for running in self.by_name.values():
            if not running.dead and running.execution.succeed(token, output):
                running.due = self.clock.now()
                return True
        return False

    def next_due(self) -> Running | None:
        alive = [one for one in self.by_name.values() if not (one.execution.ended or one.dead)]
        return min(alive, key=lambda one: one.due, default=None)

    def step(self, running: Running) -> None:
        """One step of one execution; its pause is kept as the time when it is due again."""
        before, self.stepping = self.stepping, running
        try:
            running.execution.step()
        except ZombieEnded:
            return
        finally:
            self.stepping = before
        self._settle(running)

    def give_up_attempt(self) -> bool:
        """The present task's time is up, while its function is still at work; the machine goes on
        with a retry. False where no task is at work."""
        running = self.stepping
        if running is None:
            return False
        running.execution.lose_attempt(timed_out())
        self.stepping = None
        self._settle(running)
        return True

    def lose_execution(self, *, with_event: bool) -> bool:
        """The execution ends while its function is still at work. False where none is."""
        running = self.stepping
        if running is None:
            return False
        running.dead = True
        self.stepping = None
        if with_event:
            self.on_failure(running.conversation, running.generation)
        return True

    def kill(self, running: Running) -> None:
        """The execution is aborted between two of its steps; the failure rule hears of it."""
        running.execution.abort()
        self.on_failure(running.conversation, running.generation)

    def _settle(self, running: Running) -> None:
        execution = running.execution
        running.due = execution.wake_at
        execution.pause = 0.0
        if execution.status is Status.FAILED:
            self.on_failure(running.conversation, running.generation)

"""The tasks' part of the sweep: what waits is begun, what lost its execution gets another one."""

from dataclasses import dataclass

from parley.core.limits import MINUTE
from parley.core.tasks.change import Change, ChangeState
from parley.core.tasks.steps import Next, next_step
from parley.core.tasks.task import ExecutionPath, Task, TaskState
from parley.errors import ParleyError
from parley.ports import Changes, Clock, Started, Tasks, Telemetry
from parley.ports.work import TaskExecutions
from parley.services.tasks.dispatching import Dispatching
from parley.services.tasks.native import NativeEnding


@dataclass(frozen=True, slots=True)
class TaskSweeping:
    tasks: Tasks
    changes: Changes
    executions: TaskExecutions
    dispatching: Dispatching
    native: NativeEnding
    clock: Clock
    telemetry: Telemetry

    def sweep(self) -> int:
        """Look at every task that waits or is not settled; how many were begun or taken up. One
        that fails does not keep the others from their turn."""
        taken_up = self._begun()
        for id in self.tasks.live():
            try:
                taken_up += self.see_to(id)
            except ParleyError as error:
                self.telemetry.failure("task_not_swept", error, task=id)
        return taken_up

    def _begun(self) -> int:
        try:
            return self.dispatching.dispatch()
        except ParleyError as error:
            self.telemetry.failure("not_dispatched", error)
            return 0

    def see_to(self, id: str) -> bool:
        """Whether the task got a new execution. A living one is only called back, if what it waits
        for has happened: the call that should have told it may be lost."""
        task = self.tasks.get(id)
        if task is None or task.state is TaskState.PENDING:
            return False
        change = self.changes.get(task.change) if task.change else None
        if self._settled(task, change):
            return False
        self._call_back(task, change)
        if self.executions.start(id, task.generation) is Started.RUNNING:
            return False
        successor = self.tasks.advance(task)
        if successor is None:
            return False
        self.telemetry.event("task_taken_up", task=id, generation=successor.generation)
        self.executions.start(id, successor.generation)
        return True

    def _settled(self, task: Task, change: Change | None) -> bool:
        """Counts also what was over a moment ago: who ended it is just telling people."""
        if not task.state.over:
            return False
        now = self.clock.now()
        if next_step(task, change, now).next is Next.DONE:
            self.tasks.settle(task.id)
            return True
        return change is None and now - (task.ended_at or 0) < MINUTE

    def _call_back(self, task: Task, change: Change | None) -> None:
        if task.state is TaskState.RUNNING and task.path is ExecutionPath.NATIVE:
            self.native.look(task)
            if task.outcome is not None and task.token:
                self.executions.call_back(task.token)
        if change is not None and change.state is not ChangeState.PENDING and change.token:
            self.executions.call_back(change.token)

"""Cancelling a task, whatever it is at."""

from dataclasses import dataclass
from typing import Protocol

from parley.core.tasks.task import ExecutionPath, Task, TaskState
from parley.ports import Clock, Tasks, Telemetry
from parley.ports.work import News
from parley.services.tasks.ending import Ending


class NativeStop(Protocol):
    def stop(self, task: Task) -> None: ...


@dataclass(frozen=True, slots=True)
class CancellingTask:
    """A pending task is over at once, and so is one that nobody works on yet. A runner asks every
    second whether its task was cancelled; a native turn is stopped as `stop` does it."""

    tasks: Tasks
    ending: Ending
    native: NativeStop
    news: News
    clock: Clock
    telemetry: Telemetry

    def cancel(self, id: str) -> Task | None:
        """The task as it is then; None where there is none. What is over stays as it is, and a
        repeat changes nothing."""
        task = self.tasks.get(id)
        if task is None or task.state.over:
            return task
        task = self.tasks.cancel(task, self.clock.now())
        self.telemetry.event("task_cancelled", task=id, state=task.state)
        if task.state is TaskState.RUNNING:
            self._stop(task)
        else:
            self.news.spread(id)
        return self.tasks.get(id)

    def _stop(self, task: Task) -> None:
        if task.outcome is None and task.path is ExecutionPath.NATIVE:
            self.native.stop(task)
            task = self.tasks.get(task.id) or task
        if task.outcome is not None and not task.state.over:
            self.ending.end(task)
            self.news.spread(task.id)

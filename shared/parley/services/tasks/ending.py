"""A task's end: the outcome that was left for it becomes its state, and its slots are free."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from parley.core.approval import approver
from parley.core.configuration import Configuration
from parley.core.tasks.change import Change
from parley.core.tasks.task import Snapshot, Task, TaskOutcome, TaskState
from parley.errors import ParleyError
from parley.ports import Clock, Tasks, Telemetry
from parley.services.tasks.dispatching import Dispatching

RUNNER_LOST = "The runner was lost before it could say how the task went"
NO_RUNNER = "No machine could be had to run it on"


@dataclass(frozen=True, slots=True)
class Ending:
    tasks: Tasks
    dispatching: Dispatching
    clock: Clock
    telemetry: Telemetry
    configuration: Callable[[], Configuration]

    def end(self, task: Task) -> None:
        """Record the outcome that the task has, or that its runner is lost. The first one stands;
        a repeat changes nothing."""
        outcome = task.outcome or _lost(task)
        now = self.clock.now()
        change = self._change(task, outcome.snapshot, now) if outcome.snapshot else None
        if self.tasks.end(task, outcome, change, now):
            self.telemetry.event("task_ended", task=task.id, state=outcome.state)
            self.telemetry.count(f"Tasks{outcome.state.capitalize()}")
        self._go_on()

    def _change(self, task: Task, snapshot: Snapshot, now: int) -> Change:
        requester = task.requester
        entitled = self.configuration().entitled(requester.channel, [requester.id])
        return Change(
            id=task.id,
            project=task.project,
            snapshot=snapshot,
            created_at=now,
            expires_at=now + self.configuration().change_expiry,
            delivery=task.delivery,
            approvers=tuple(approver(requester.channel, user) for user in sorted(entitled)),
        )

    def _go_on(self) -> None:
        """A slot is free. What goes wrong here is the sweeper's to repeat."""
        try:
            self.dispatching.dispatch()
        except ParleyError as error:
            self.telemetry.failure("not_dispatched", error)


def _lost(task: Task) -> TaskOutcome:
    """What was saved last is kept as a partial change."""
    saved = replace(task.checkpoint, partial=True) if task.checkpoint else None
    if task.cancel_at is not None:
        return TaskOutcome(TaskState.CANCELLED, "", snapshot=saved)
    return TaskOutcome(TaskState.FAILED, RUNNER_LOST if task.fence else NO_RUNNER, snapshot=saved)

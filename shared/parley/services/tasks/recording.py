"""The machine's states that route and record: what is next, read off the table."""

from dataclasses import dataclass, replace

from parley.core.tasks.change import Change
from parley.core.tasks.frames import TEXT_CAP
from parley.core.tasks.names import file_key
from parley.core.tasks.steps import LOOK_AGAIN, Next, Step, next_step
from parley.core.tasks.task import ExecutionPath, Task, TaskState
from parley.core.tasks.transcript import Transcript
from parley.errors import StoreUnavailable
from parley.ports import Changes, Clock, Tasks, Telemetry
from parley.ports.work import Depot
from parley.services.tasks.ending import Ending
from parley.services.tasks.native import NativeEnding
from parley.services.tasks.reporting import Reporting

GONE = Step(Next.DONE)
RUNNER = (Next.EXTERNAL, Next.FARGATE)


@dataclass(frozen=True, slots=True)
class Advancing:
    """RouteTask and RecordTask. What the functions between them answered is not heard: the agent
    can forge it. A repeat finds what is done, and goes on from there."""

    tasks: Tasks
    changes: Changes
    ending: Ending
    native: NativeEnding
    reporting: Reporting
    depot: Depot
    clock: Clock
    telemetry: Telemetry

    def route(self, id: str) -> Step:
        """What is next. A native turn whose end got lost is noticed here."""
        task = self.tasks.get(id)
        if task is None:
            return GONE
        if task.state is TaskState.RUNNING and task.path is ExecutionPath.NATIVE:
            self.native.look(task)
        return self._next(id)

    def record(self, id: str) -> Step:
        """Make the outcome the state, tell people, and give it up when nothing is left. Where
        there is none, and no runner either, another one is started after a pause: what kept the
        last one from starting may keep the next one from it, too."""
        task = self.tasks.get(id)
        if task is None:
            return GONE
        if task.state is TaskState.RUNNING and self._step(task).next is Next.RECORD:
            self.ending.end(self._with_words(task))
        task = self.tasks.get(id)
        if task is not None and task.state.over and not task.reported:
            pause = self.reporting.report(task)
            if pause is not None:
                return Step(Next.WAIT, pause)
        step = self._next(id)
        return Step(Next.WAIT, LOOK_AGAIN) if step.next in RUNNER else step

    def _with_words(self, task: Task) -> Task:
        """A native task's text is kept as an external one's is, which its runner did."""
        outcome = task.outcome
        if outcome is None or task.path is not ExecutionPath.NATIVE:
            return task
        said = self.native.said(task)
        if not said:
            return task
        cut = len(said) > TEXT_CAP
        transcript = Transcript(text=said[:TEXT_CAP], cost=outcome.cost, text_cut=cut)
        key = file_key(task.id, task.fence, "transcript.json")
        try:
            self.depot.put(key, transcript.written(task.prompt))
        except StoreUnavailable as error:
            self.telemetry.failure("file_not_kept", error, task=task.id, file=key)
            return task
        return replace(task, outcome=replace(outcome, transcript=key))

    def _next(self, id: str) -> Step:
        task = self.tasks.get(id)
        if task is None:
            return GONE
        step = self._step(task)
        if step.next is Next.DONE and task.state.over:
            self.tasks.settle(id)
        return step

    def _step(self, task: Task) -> Step:
        return next_step(task, self._change(task), self.clock.now())

    def _change(self, task: Task) -> Change | None:
        return self.changes.get(task.change) if task.change else None

"""The runner: a task from its claim to its outcome, on a machine of its own.

What it leaves is the outcome in the table, under its fence, and files in the bucket. Dying at any
place is answered by the next claim: before the agent began, it runs the task; after that, it only
saves what is there, since the agent's tools may have acted.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from parley.core.limits import SECOND
from parley.core.tasks.coding_agent import CodingAgent
from parley.core.tasks.finishing import state_of, summary
from parley.core.tasks.frames import Frame, FrameKind
from parley.core.tasks.heard import AgentEnd, Offered, Stop
from parley.core.tasks.project import Project
from parley.core.tasks.reduction import Reduction
from parley.core.tasks.task import Task, TaskOutcome, TaskState
from parley.errors import Fenced, SecretMissing, StoreUnavailable, WorkbenchError
from parley.ports import Clock, Registry, Tasks, Telemetry
from parley.ports.work import AgentRunner, Depot, Heart, Job, Wish, Workbench
from parley.services.tasks.preparing import Preparing
from parley.services.tasks.shipping import Saving, Shipping
from parley.services.tasks.watching import TaskWatch, WatchTools

LEASE = 45 * SECOND
RESERVE = 75.0  # seconds of the machine's time, for the difference and the uploads
PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds between tries to keep the outcome
LOST_AT_WORK = "The runner was lost while the agent was at work; what it had done is kept"
LOST_EMPTY = "The runner was lost while the agent was at work"


@dataclass(frozen=True, slots=True)
class Running:
    tasks: Tasks
    registry: Registry
    workbench: Workbench
    agents: AgentRunner
    preparing: Preparing
    depot: Callable[[Task], Depot]
    heart: Callable[[Task], Heart]
    watching: WatchTools
    clock: Clock
    telemetry: Telemetry

    def run(self, id: str, remaining: Callable[[], float]) -> None:
        """Work on the task, unless somebody does or it is over. `remaining` gives the seconds that
        this machine has left. Raises StoreUnavailable where the outcome could not be kept."""
        now = self.clock.now()
        task = self.tasks.claim(id, now, now + LEASE)
        if task is None:
            self.telemetry.event("task_not_claimed", task=id)
            return
        self.agents.sweep()
        self.workbench.clear(keep=task.id)
        try:
            with self.heart(task) as heart:
                outcome = self._outcome(task, heart, remaining)
                if not heart.lost:
                    self._leave(task, outcome)
        except Fenced as error:
            self.telemetry.failure("runner_fenced", error, task=id)
        finally:
            self.agents.sweep()
        # Not where the outcome could not be kept: the next claim finds the worktree here.
        self.workbench.clear()

    def _leave(self, task: Task, outcome: TaskOutcome) -> None:
        """Once more for a while: without it, work that is done counts as lost."""
        for pause in PAUSES:
            try:
                self.tasks.outcome(task, outcome)
            except StoreUnavailable as error:
                self.telemetry.failure("outcome_not_kept", error, task=task.id)
                self.clock.sleep(pause)
            else:
                return
        self.tasks.outcome(task, outcome)

    def _outcome(self, task: Task, heart: Heart, remaining: Callable[[], float]) -> TaskOutcome:
        if task.agent_started:
            return self._salvaged(task)
        if heart.cancelled:
            return TaskOutcome(TaskState.CANCELLED, "")
        project = self.registry.project(task.project)
        agent = self.registry.agent(task.chosen_agent)
        if project is None or agent is None:
            return TaskOutcome(TaskState.FAILED, "Its project or agent is no longer registered")
        shipping = Shipping(self.depot(task), task)
        try:
            job = self.preparing.job(task, project, agent, shipping.depot)
        except (WorkbenchError, SecretMissing) as error:
            return TaskOutcome(TaskState.FAILED, str(error)[:500])
        return self._at_work(task, project, job, shipping, heart, remaining)

    def _at_work(
        self,
        task: Task,
        project: Project,
        job: Job,
        shipping: Shipping,
        heart: Heart,
        remaining: Callable[[], float],
    ) -> TaskOutcome:
        reduction = Reduction()
        saving = Saving(self.tasks, self.workbench, shipping, job.worktree)
        seconds = min(project.minutes * 60.0, remaining() - RESERVE)
        watch = TaskWatch(
            self.watching,
            task,
            heart,
            reduction,
            saving.save,
            self.clock.monotonic() + seconds,
        )
        self.tasks.agent_starts(task)
        watch.begin(_beginning(job.agent))
        end = self._run(project, job, watch)
        status = str(state_of(end))
        watch.end([*reduction.rest(), Frame(FrameKind.COMPLETE, {"status": status})])
        return self._finished(task, job, end, reduction, saving)

    def _run(self, project: Project, job: Job, watch: TaskWatch) -> AgentEnd:
        if project.setup:
            trouble = self.agents.set_up(job.worktree, project.setup, watch)
            if trouble:
                return _not_set_up(trouble, watch.wish())
        return self.agents.run(job, watch)

    def _finished(
        self, task: Task, job: Job, end: AgentEnd, reduction: Reduction, saving: Saving
    ) -> TaskOutcome:
        """No process of the agent is left: the worktree stays as it is. Where nothing can
        be made of that any more, what was saved last is kept, and the task is not done."""
        shipping, snapshot, only_ignored = saving.shipping, saving.kept, False
        try:
            diff = self.workbench.diff(job.worktree)
        except WorkbenchError as error:
            self.telemetry.failure("worktree_not_read", error, task=task.id)
            if end.stop is Stop.DONE:
                end = replace(end, stop=Stop.FAILED, reason=str(error))
        else:
            partial = end.stop is not Stop.DONE
            snapshot = shipping.diff(job.worktree, diff, "change", partial=partial)
            only_ignored = diff.only_ignored
        transcript = reduction.transcript()
        return TaskOutcome(
            state=state_of(end),
            summary=summary(end, transcript.text),
            cost=transcript.cost,
            snapshot=snapshot,
            transcript=self._kept(shipping, "transcript.json", transcript.written(task.prompt)),
            session_files=self._kept(
                shipping, "session.tar.gz", self.preparing.kept(job.worktree, job.agent)
            ),
            agent_session=end.session,
            only_ignored=only_ignored,
        )

    def _kept(self, shipping: Shipping, name: str, content: bytes) -> str:
        """Its key; empty where it could not be kept: the work is more than the words about it."""
        try:
            return shipping.file(name, content)
        except StoreUnavailable as error:
            self.telemetry.failure("file_not_kept", error, task=shipping.task.id, file=name)
            return ""

    def _salvaged(self, task: Task) -> TaskOutcome:
        """The agent was at work when its runner was lost: here, perhaps, so that its worktree is;
        else what was saved last."""
        snapshot = task.checkpoint
        worktree = self.workbench.left(task.id)
        if worktree is not None:
            shipping = Shipping(self.depot(task), task)
            try:
                diff = self.workbench.diff(worktree)
                snapshot = shipping.diff(worktree, diff, "change", partial=True)
            except WorkbenchError as error:
                self.telemetry.failure("worktree_not_read", error, task=task.id)
        if snapshot is not None:
            snapshot = replace(snapshot, partial=True)
        if task.cancel_at is not None:
            return TaskOutcome(TaskState.CANCELLED, "", snapshot=snapshot)
        reason = LOST_AT_WORK if snapshot is not None else LOST_EMPTY
        return TaskOutcome(TaskState.FAILED, reason, snapshot=snapshot)


def _not_set_up(trouble: str, wish: Wish) -> AgentEnd:
    match wish:
        case Wish.CANCEL:
            return AgentEnd(Stop.CANCELLED)
        case Wish.TIME_UP:
            return AgentEnd(Stop.TIME_UP)
        case Wish.GO_ON:
            return AgentEnd(Stop.FAILED, f"The project's setup failed: {trouble}")


def _beginning(agent: CodingAgent) -> list[Frame]:
    frames = [Frame(FrameKind.STARTED, {"role": "assistant"})]
    if agent.commands:
        frames += Reduction().hear(Offered(agent.commands), 0.0)
    return frames

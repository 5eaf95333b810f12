"""Native tasks: each is one message in a conversation of its session's own, which the conversation
engine answers as any other. The turn that answers it has the task's id."""

from dataclasses import dataclass

from parley.core.tasks import names, native
from parley.core.tasks.task import Task, TaskOutcome, TaskState
from parley.core.turn import Turn
from parley.errors import ExecutionsUnavailable
from parley.ports import Clock, Inbox, Registry, Tasks, Telemetry, Turns
from parley.ports.work import TaskExecutions
from parley.services.stopping import Stopping
from parley.services.tasks.remembering import remembered
from parley.services.waiting import Cause
from parley.services.waking import Waking

CANCELLED = TaskOutcome(TaskState.CANCELLED, "")


@dataclass(frozen=True, slots=True)
class NativeOutcomes:
    """Leaving an outcome for the task machine, and waking it."""

    tasks: Tasks
    executions: TaskExecutions
    telemetry: Telemetry

    def leave(self, task: Task, outcome: TaskOutcome) -> None:
        """The first outcome stands; the machine is woken on repeat too. It is read whom to wake
        after the write: who parks later than that finds the outcome."""
        if task.outcome is None and not task.state.over:
            self.tasks.outcome(task, outcome)
            self.telemetry.event("native_task_ended", task=task.id, state=outcome.state)
        left = self.tasks.get(task.id)
        if left is not None:
            self.call_back(left)

    def call_back(self, task: Task) -> None:
        """A call that does not get through is repeated by the sweeper."""
        if not task.token:
            return
        try:
            self.executions.call_back(task.token)
        except ExecutionsUnavailable as error:
            self.telemetry.failure("task_not_called_back", error, task=task.id)


@dataclass(frozen=True, slots=True)
class RunNative:
    """The machine's state of that name: hand the task over and wait, at no cost."""

    tasks: Tasks
    inbox: Inbox
    waking: Waking
    outcomes: NativeOutcomes
    clock: Clock
    telemetry: Telemetry

    def run(self, task: str, token: str) -> None:
        """Park with this token and queue the task's message, once: a repeat finds it queued, or its
        turn, which stays known for longer than the message. One that was cancelled goes the same
        way, so that its turn says so, without a run; the task does not wait for that, since the
        conversation may still be at an earlier turn. What has an outcome wakes the machine."""
        parked = self.tasks.park(task, token)
        if not parked.reported:
            self._hand_over(parked)
        if parked.outcome is not None or parked.state.over:
            self.outcomes.call_back(parked)

    def _hand_over(self, task: Task) -> None:
        conversation = names.conversation(task.session)
        begun = self.inbox.turn(conversation, task.id) is not None
        if not begun:
            self._queue(task)
        self.waking.wake(conversation)
        if not begun and task.cancel_at is not None:
            self.outcomes.leave(task, CANCELLED)

    def _queue(self, task: Task) -> None:
        message = native.message_of(task, self.clock.now(), self._forgotten(task))
        new = self.inbox.accept(message, task.title, self.clock.now())
        self.telemetry.event(
            "native_task_queued" if new else "native_task_queued_before",
            task=task.id,
            conversation=message.conversation,
        )

    def _forgotten(self, task: Task) -> str:
        """What came before, if that is so long ago that the conversation has expired, and with it
        the agent's session."""
        if not task.continues or self.inbox.read(names.conversation(task.session)) is not None:
            return ""
        session = self.tasks.session(task.session)
        return remembered(self.tasks, session) if session is not None else ""


@dataclass(frozen=True, slots=True)
class NativeStopping:
    """Ending a native task that somebody cancelled. Whoever calls this has noted that before."""

    inbox: Inbox
    stopping: Stopping
    waking: Waking
    outcomes: NativeOutcomes

    def stop(self, task: Task) -> None:
        """Stop its turn where it has begun. Where it has not, StartTurn asks whether it is still
        wanted, as the last thing before a run, and ends it; its task is over now, however long the
        conversation is at an earlier turn. A turn that pauses for an agent that is not there ends
        when it wakes, and has its run cancelled when it gets there; its task is over now. Repeats
        are harmless."""
        conversation = names.conversation(task.session)
        self.stopping.stop(conversation, task.id)
        turn = self.inbox.turn(conversation, task.id)
        if turn is None:
            # Before it is handed over, RunNative does this, having queued what its turn will say.
            if task.token:
                self.outcomes.leave(task, CANCELLED)
            self.waking.wake(conversation)
        elif turn.outcome is None and _waits_for_agent(turn):
            self.outcomes.leave(task, CANCELLED)


@dataclass(frozen=True, slots=True)
class NativeEnding:
    """The turn's end is the task's."""

    tasks: Tasks
    inbox: Inbox
    turns: Turns
    stopping: NativeStopping
    outcomes: NativeOutcomes

    def ended(self, turn: Turn) -> None:
        """The turn has its outcome: leave it for the task and wake the machine. Of a chat's turn
        nothing is asked. A repeat changes nothing."""
        id = native.task_of(turn)
        task = self.tasks.get(id) if id is not None else None
        if task is not None:
            self.outcomes.leave(task, native.outcome_of(turn))

    def said(self, task: Task) -> str:
        """What the agent wrote in the task's turn; empty where it had none, or no end of it."""
        conversation = names.conversation(task.session)
        turn = self.inbox.turn(conversation, task.id)
        if turn is None or turn.outcome is None:
            return ""
        return native.text_of(self.turns.get(conversation, task.id))

    def look(self, task: Task) -> None:
        """Do what got lost: the outcome of a turn that is over, the call to the machine, the stop
        of a task that was cancelled. A task at work is left alone."""
        if task.outcome is not None or task.state.over:
            self.outcomes.call_back(task)
            return
        conversation = names.conversation(task.session)
        turn = self.inbox.turn(conversation, task.id)
        if turn is not None and turn.outcome is not None:
            self.ended(self.turns.get(conversation, task.id))
        elif task.cancel_at is not None:
            self.stopping.stop(task)


@dataclass(frozen=True, slots=True)
class NativeTurns:
    """What the conversation engine asks about a turn that may be a task's. Of a chat's turn nothing
    is read."""

    tasks: Tasks
    registry: Registry

    def wanted(self, turn: Turn) -> bool:
        """Whether it may still run. Consistently read: a cancellation that was noted before is
        seen."""
        id = native.task_of(turn)
        if id is None:
            return True
        task = self.tasks.get(id)
        return task is not None and not _is_settled(task)

    def model(self, turn: Turn) -> str | None:
        """The one that was chosen for the task; None where the channel's counts."""
        task = self._task(turn)
        return (task.chosen_model or None) if task is not None else None

    def folder(self, turn: Turn) -> str:
        """Where on the agent server a new session works; empty for the server's own choice."""
        task = self._task(turn)
        project = self.registry.project(task.project) if task is not None else None
        return project.path if project is not None else ""

    def _task(self, turn: Turn) -> Task | None:
        id = native.task_of(turn)
        return self.tasks.get(id) if id is not None else None


def _waits_for_agent(turn: Turn) -> bool:
    return turn.post is None or Cause.AGENT_UNREACHABLE in turn.waiting


def _is_settled(task: Task) -> bool:
    return task.cancel_at is not None or task.outcome is not None or task.state.over

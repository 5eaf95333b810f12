"""Telling people how a task stands: a post that is edited while it runs and becomes its end."""

from dataclasses import dataclass

from parley.core.delivery import Delivery
from parley.core.limits import HOUR, SEND_TIMEOUT
from parley.core.tasks import telling
from parley.core.tasks.task import ExecutionPath, Task, TaskState
from parley.core.tasks.transcript import Transcript
from parley.errors import ChannelError, ParleyError, RateLimited
from parley.ports import Channels, Clock, Tasks, Telemetry
from parley.ports.work import Depot

PATIENCE = 1 * HOUR  # for a platform that does not take the end of a task
PAUSE = 30  # seconds between tries
TRANSCRIPT_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Reporting:
    """The runner has no way to the chat: it runs programs that nobody vouches for."""

    tasks: Tasks
    depot: Depot
    channels: Channels
    clock: Clock
    telemetry: Telemetry

    def tell(self, id: str) -> None:
        """Show how it goes, or how it ended if nobody has told yet. Best effort: the machine, or
        the sweeper's, tells the end again if this does not get through."""
        task = self.tasks.get(id)
        if task is None or task.delivery is None:
            return
        if task.state is TaskState.RUNNING:
            self._show(task)
        elif not task.reported and _nobody_is_about_to_tell(task):
            self._tell_end(task)

    def _tell_end(self, task: Task) -> None:
        if self.report(task) is None and task.started_at is None:
            self.tasks.settle(task.id)

    def report(self, task: Task) -> int | None:
        """Tell the end, once; seconds to wait where the platform does not take it now. A repeat
        goes on behind the part that was told last; after a crash that one may come twice."""
        pause = self._post(task) if self._has_a_reader(task) else None
        if pause is None:
            self.tasks.reported(task.id)
        return pause

    def _has_a_reader(self, task: Task) -> bool:
        """The conversation engine has told the end of a native task, as of any turn."""
        if task.delivery is None:
            return False
        told_by_engine = task.path is ExecutionPath.NATIVE and task.started_at is not None
        return not told_by_engine or bool(task.note)

    def _post(self, task: Task) -> int | None:
        if task.delivery is None:
            return None
        channel = self.channels[task.delivery.channel]
        parts = channel.split(self._words(task))
        try:
            for number, part in enumerate(parts[task.told_parts :], task.told_parts):
                replacing = task.progress if number == 0 and not part.file else None
                nonce = f"{task.id}-{number}"
                channel.send(task.delivery, part, nonce, SEND_TIMEOUT, replacing)
                if number + 1 < len(parts):
                    self.tasks.note_told(task.id, number + 1)
        except RateLimited as limit:
            return max(1, limit.seconds) if self._patient(task) else None
        except ChannelError as error:
            self.telemetry.failure("task_not_told", error, task=task.id)
            return PAUSE if error.retryable and self._patient(task) else None
        return None

    def _patient(self, task: Task) -> bool:
        return self.clock.now() - (task.ended_at or 0) < PATIENCE

    def _words(self, task: Task) -> str:
        if task.path is ExecutionPath.NATIVE:
            return f"_{task.note}._" if task.note else telling.ended(task, "")
        transcript = self._transcript(task)
        only_ignored = task.outcome is not None and task.outcome.only_ignored
        text = transcript.text if transcript else task.summary
        return telling.ended(task, text, only_ignored=only_ignored)

    def _transcript(self, task: Task) -> Transcript | None:
        """None where there is none, or it cannot be read: the summary is told then."""
        if not task.transcript:
            return None
        try:
            return Transcript.read(self.depot.get(task.transcript, TRANSCRIPT_BYTES))
        except (ParleyError, LookupError, ValueError) as error:
            self.telemetry.failure("transcript_not_read", error, task=task.id)
            return None

    def _show(self, task: Task) -> None:
        if task.delivery is None or task.path is ExecutionPath.NATIVE:
            return
        channel = self.channels[task.delivery.channel]
        words = telling.progress(task, self.clock.now())
        try:
            post = channel.show_progress(task.delivery, words, task.progress, SEND_TIMEOUT)
        except ChannelError as error:
            self.telemetry.failure("progress_not_shown", error, task=task.id)
            return
        if post != task.progress:
            self.tasks.note_progress(task.id, post)
        after = self.tasks.get(task.id)
        if after is not None and after.state.over:
            self._mend(after, task.delivery, post)

    def _mend(self, task: Task, delivery: Delivery, post: str) -> None:
        """It ended while its progress was shown, which may have been written over its end, or
        beside it: the post says the end now, whoever told it first."""
        channel = self.channels[delivery.channel]
        part = channel.split(self._words(task))[0]
        if part.file:
            return
        try:
            channel.send(delivery, part, f"{task.id}-0", SEND_TIMEOUT, post)
        except ChannelError as error:
            self.telemetry.failure("end_not_shown_again", error, task=task.id)


def _nobody_is_about_to_tell(task: Task) -> bool:
    """It has no machine; or its machine waits for a runner that prepares it still, for nothing."""
    given_up = task.state is TaskState.CANCELLED and not task.agent_started
    return task.started_at is None or (task.path is not ExecutionPath.NATIVE and given_up)

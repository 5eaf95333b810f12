"""Commands about tasks: asking for one, how they stand, ending one, ruling on what came of one."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from parley.core import saying
from parley.core.commands import CancelTask, ListTasks, Rule, StartTask, TaskCommand, prefix_of
from parley.core.delivery import Delivery
from parley.core.message import Inbound
from parley.core.reading import Told
from parley.core.tasks import telling
from parley.core.tasks.change import ChangeClick
from parley.core.tasks.listing import listed
from parley.core.tasks.names import task_id
from parley.core.tasks.request import BadRequest, TaskRequest
from parley.core.tasks.task import Requester, Task, TaskState
from parley.ports import Changes, Clock, Tasks
from parley.services.tasks.ruling import Ruling

LOOKED_AT = 50  # tasks of each kind, where they are listed
LONGEST_LINE = 1_000  # tasks that are counted before one


class Submits(Protocol):
    def submit(
        self, request: TaskRequest, id: str, requester: Requester, delivery: Delivery | None
    ) -> Task:
        """Once for one id. Raises BadRequest."""
        ...


class Cancels(Protocol):
    def cancel(self, id: str) -> Task | None: ...


@dataclass(frozen=True, slots=True)
class TaskCommanding:
    submitting: Submits
    cancelling: Cancels
    ruling: Ruling
    tasks: Tasks
    changes: Changes
    clock: Clock

    def carry_out(self, command: TaskCommand, inbound: Inbound) -> Told:
        """Do it, and tell the sender. On repeat: the same task, the same ruling."""
        match command:
            case StartTask(request):
                return self._start(request, inbound)
            case ListTasks():
                return Told(self._list(inbound))
            case CancelTask(task):
                return Told(self._cancel(task))
            case Rule(change, ruling, words):
                channel = inbound.delivery.channel
                return Told(self.ruling.rule(channel, inbound.sender, change, ruling, words).said)

    def click(self, click: ChangeClick) -> Told:
        """A button under a review."""
        ruled = self.ruling.rule(click.delivery.channel, click.actor, click.change, click.ruling)
        return Told(ruled.said)

    def _start(self, request: TaskRequest, inbound: Inbound) -> Told:
        """The message's identity is the task's, so that a repeat asks for the same one. Where a
        word to the sender is all that a platform shows of a command, it is shown to all: the
        task's progress takes its place."""
        said = inbound.id
        id = task_id("message", said.channel, said.installation, said.chat, said.message)
        sender = inbound.sender
        requester = Requester(said.channel, sender.id, sender.name, said.installation)
        try:
            task = self.submitting.submit(request, id, requester, inbound.delivery)
        except BadRequest as error:
            return Told(f"{error}.")
        ahead = self._ahead(id) if task.state is TaskState.PENDING else None
        told = telling.accepted(task, ahead, prefix_of(said.channel))
        if inbound.attachments:
            told += f"\n{saying.NO_FILES}"
        return Told(told, reply_follows=True)

    def _ahead(self, id: str) -> int:
        """The index may not have this one yet: then all the others are before it."""
        ahead = 0
        for each in islice(self.tasks.pending(), LONGEST_LINE):
            if each == id:
                break
            ahead += 1
        return ahead

    def _cancel(self, id: str) -> str:
        before = self.tasks.get(id)
        task = self.cancelling.cancel(id)
        if before is None or task is None:
            return saying.UNKNOWN_TASK
        if before.state.over:
            return saying.task_over(before)
        return saying.task_cancelled(task)

    def _list(self, inbound: Inbound) -> str:
        """Of other people in other chats only how many there are: what somebody asked for in a
        direct message is not for everybody."""
        unsettled = [task for task in map(self.tasks.get, self._unsettled()) if task is not None]
        told = {task.id: task for task in [*unsettled, *self.tasks.recent(LOOKED_AT)]}
        ours = [task for task in told.values() if _concerns(task, inbound)]
        at_work = [task for task in unsettled if not task.state.over]
        elsewhere = sum(1 for task in at_work if not _concerns(task, inbound))
        changes = [self.changes.get(task.change) for task in ours if task.change]
        found = {change.id: change for change in changes if change is not None}
        return listed(ours, found, elsewhere, self.clock.now())

    def _unsettled(self) -> Iterator[str]:
        yield from islice(self.tasks.live(), LOOKED_AT)
        yield from islice(self.tasks.pending(), LOOKED_AT)


def _concerns(task: Task, inbound: Inbound) -> bool:
    """Whether it is of this person, or was asked for here."""
    asked = task.requester
    if (asked.channel, asked.id) == (inbound.delivery.channel, inbound.sender.id):
        return True
    return task.delivery is not None and task.delivery.target == inbound.delivery.target

"""A person rules on a change: by a button, in words, or through the API."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from parley.core import saying
from parley.core.approval import approver
from parley.core.commands import prefix_of
from parley.core.configuration import Configuration
from parley.core.delivery import Delivery
from parley.core.message import Sender
from parley.core.tasks.change import Change, ChangeState
from parley.core.tasks.change import Ruling as Way
from parley.core.tasks.names import task_id
from parley.core.tasks.request import BadRequest
from parley.core.tasks.reviewing import verdict_on
from parley.core.tasks.task import API, Requester, Task
from parley.errors import ExecutionsUnavailable
from parley.ports import Changes, Clock, Tasks, Telemetry
from parley.ports.work import TaskExecutions

LONGEST_WORDS = 10_000  # characters
LONGEST_REASON = 1_000

_BECOMES = {
    Way.APPLY: ChangeState.APPROVED,
    Way.REJECT: ChangeState.REJECTED,
    Way.REVISE: ChangeState.SUPERSEDED,
}


class FollowUps(Protocol):
    def submit_follow_up(
        self, change: Change, words: str, id: str, requester: Requester, delivery: Delivery | None
    ) -> Task:
        """Once for one id. Raises BadRequest."""
        ...


class Came(StrEnum):
    """What came of a ruling."""

    RULED = "ruled"  # as asked, now or by an earlier try of the same
    BEFORE = "before"  # somebody else was faster, or it was ruled otherwise
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    REFUSED = "refused"  # this person may not
    WORDLESS = "wordless"  # a revision needs to be told what is wanted
    CHANGED = "changed"  # the patch is another one than the one that was looked at


@dataclass(frozen=True, slots=True)
class Ruled:
    """`said` is for the person; `task` is the one that goes on from a change that was revised."""

    came: Came
    said: str
    change: Change | None = None
    task: Task | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whoever calls this has made sure that the person may talk to the agent at all, now."""

    tasks: Tasks
    changes: Changes
    follow_ups: FollowUps
    executions: TaskExecutions
    clock: Clock
    telemetry: Telemetry
    configuration: Callable[[], Configuration]

    def rule(
        self,
        channel: str,
        by: Sender,
        change_id: str,
        way: Way,
        words: str = "",
        patch_sha256: str = "",
    ) -> Ruled:
        """Record what this person wants if they are entitled and nobody was faster, and wake the
        machine; what to tell them. `patch_sha256` is that of the patch they looked at, where it is
        known. A repeat of the same by the same person finishes what it began; of anything else it
        tells how the change stands."""
        words = words.strip()
        change = self.changes.get(change_id)
        task = self.tasks.get(change_id)
        if change is None or task is None:
            return Ruled(Came.UNKNOWN, saying.UNKNOWN_CHANGE)
        if not self._entitled(channel, by, change, task):
            self.telemetry.event("ruling_refused", task=change_id)
            return Ruled(Came.REFUSED, saying.not_entitled(change.approvers), change)
        if patch_sha256 and patch_sha256 != change.snapshot.patch_sha256:
            return Ruled(Came.CHANGED, saying.OTHER_PATCH, change)
        if way is Way.REVISE and not words and self._waits(change):
            return Ruled(Came.WORDLESS, saying.how_to_revise(change_id, prefix_of(channel)), change)
        return self._record(change, by, way, words)

    def _waits(self, change: Change) -> bool:
        return change.state is ChangeState.PENDING and self.clock.now() < change.expires_at

    def _record(self, change: Change, by: Sender, way: Way, words: str) -> Ruled:
        most = LONGEST_WORDS if way is Way.REVISE else LONGEST_REASON
        words = words[:most]
        follow_up = task_id("revise", change.id, words) if way is Way.REVISE else ""
        now = self.clock.now()
        if change.state is ChangeState.PENDING:
            change = self.changes.decide(change, _BECOMES[way], by, words, now, follow_up)
        self._wake(change)
        came = _came(change, by, way, follow_up)
        self.telemetry.event("change_ruled", task=change.id, state=change.state, result=came)
        if came is Came.EXPIRED and now < change.expires_at:
            return Ruled(Came.CHANGED, saying.OTHER_PATCH, change)
        task = self.follow_up(change) if came is Came.RULED and follow_up else None
        return Ruled(came, _said(came, change, task), change, task)

    def follow_up(self, change: Change) -> Task | None:
        """Have the task that goes on from a change that was revised; None where it cannot be. A
        repeat changes nothing."""
        earlier = self.tasks.get(change.id)
        if change.state is not ChangeState.SUPERSEDED or earlier is None:
            return None
        requester = self._who_revised(change, earlier)
        try:
            return self.follow_ups.submit_follow_up(
                change, change.reason, change.follow_up, requester, change.delivery
            )
        except BadRequest as error:
            self.telemetry.failure("revision_not_submitted", error, task=change.id)
            return None

    def _who_revised(self, change: Change, earlier: Task) -> Requester:
        """Nobody but the API rules without being among the approvers."""
        named = earlier.requester
        if approver(named.channel, change.by) not in change.approvers:
            return Requester(API, change.by, change.by_name)
        return Requester(named.channel, change.by, change.by_name, named.installation)

    def _entitled(self, channel: str, by: Sender, change: Change, task: Task) -> bool:
        """Frozen when the change was recorded, and still so now. Whoever has the API's token is an
        operator."""
        if channel == API:
            return True
        if approver(channel, by.id) not in change.approvers:
            return False
        requesters = [task.requester.id] if task.requester.channel == channel else []
        return by.id in self.configuration().entitled(channel, requesters)

    def _wake(self, change: Change) -> None:
        """The table has decided: a call that does not get through is repeated by the sweeper."""
        if change.state is ChangeState.PENDING or change.told or not change.token:
            return
        try:
            self.executions.call_back(change.token)
        except ExecutionsUnavailable as error:
            self.telemetry.failure("call_back_failed", error, task=change.id)


def _came(change: Change, by: Sender, way: Way, follow_up: str) -> Came:
    """A change that is still pending after the try is over its time, or not what it was."""
    if change.state is ChangeState.PENDING:
        return Came.EXPIRED
    if change.by != by.id:
        return Came.EXPIRED if change.state is ChangeState.EXPIRED else Came.BEFORE
    if way is Way.APPLY:
        applied = (ChangeState.APPROVED, ChangeState.APPLIED, ChangeState.CONFLICTED)
        return Came.RULED if change.state in applied else Came.BEFORE
    same = change.state is _BECOMES[way] and change.follow_up == follow_up
    return Came.RULED if same else Came.BEFORE


def _said(came: Came, change: Change, task: Task | None) -> str:
    if came is Came.EXPIRED:
        return saying.EXPIRED_CHANGE
    said = saying.recorded(verdict_on(change), ours=came is Came.RULED)
    if came is Came.RULED and change.state is ChangeState.SUPERSEDED and task is None:
        return f"{said} {saying.REVISED_LATER}"
    return said

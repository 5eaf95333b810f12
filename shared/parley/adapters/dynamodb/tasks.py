"""Tasks from their request to the time when nothing is left to do (docs/tasks-protocol.md)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from parley.adapters.dynamodb import (
    items,
    keys,
    outcome_items,
    task_frames,
    task_items,
    task_sessions,
)
from parley.adapters.dynamodb.codec import Fields, Item, Plain, unmarshal
from parley.adapters.dynamodb.conditions import all_of
from parley.adapters.dynamodb.table import Refused, Table, Write, put, update
from parley.adapters.dynamodb.task_conditions import TaskConditions
from parley.adapters.dynamodb.task_prompts import Prompts, piece_keys, placed
from parley.adapters.dynamodb.task_runs import RUNNING, TaskRuns
from parley.adapters.dynamodb.task_slots import TaskSlots
from parley.core.tasks.change import Change
from parley.core.tasks.choosing import Choice
from parley.core.tasks.frames import Frame, FrameKind
from parley.core.tasks.task import (
    ExecutionPath,
    Session,
    Snapshot,
    Task,
    TaskOutcome,
    TaskState,
)
from parley.errors import StoreUnavailable
from parley.ports.tasks import Begun

OVER_UNBEGUN = (
    "SET #state = :state, summary = :summary, ended_at = :now, keep_until = :keep,"
    " generation = :none, unsettled = :live"
)
CANCEL = "SET cancel_at = if_not_exists(cancel_at, :now)"
CANCEL_UNBEGUN = f"{CANCEL}, outcome = :outcome"
CANCEL_PENDING = f"{OVER_UNBEGUN}, cancel_at = :now"
CANCEL_TRIES = 4  # pending, begun, claimed, over: it changes no more often
FRAMES_READ = 300


@dataclass(frozen=True, slots=True)
class TableTasks:
    table: Table
    prompts: Prompts
    conditions: TaskConditions
    slots: TaskSlots
    runs: TaskRuns

    def create(self, task: Task) -> Task:
        prompt, pieces = placed(task.id, task.prompt)
        item = put(task_items.asked_for(task, prompt), self.conditions.new_task)
        try:
            self.table.transact(item, *pieces) if pieces else self.table.put(item)
        except Refused as refused:
            return self._task(refused.old[0], task.id)
        return task

    def get(self, task: str) -> Task | None:
        fields = self.table.get(keys.task(task))
        return task_items.task_of(fields, self.prompts) if fields else None

    def session(self, id: str) -> Session | None:
        return self.slots.session(id)

    def pending(self) -> Iterator[str]:
        return map(keys.task_of, self._indexed(keys.PENDING_TASKS))

    def live(self) -> Iterator[str]:
        return map(keys.task_of, self._indexed(keys.LIVE_TASKS))

    def recent(self, limit: int) -> Sequence[Task]:
        partitions = (keys.PENDING_TASKS, keys.LIVE_TASKS, keys.SETTLED_TASKS)
        newest = [islice(self._indexed(each, newest=limit), limit) for each in partitions]
        # A task that changed its partition between two readings is found in both.
        found = {keys.task_of(item): _asked_at(item) for item in chain(*newest)}
        ids = sorted(found, key=lambda id: (found[id], id), reverse=True)[:limit]
        return [task for task in map(self.get, ids) if task is not None]

    def begin(
        self, task: Task, choice: Choice, stage_limit: int, project_limit: int, now: int
    ) -> Begun:
        return self.slots.begin(task, choice, stage_limit, project_limit, now)

    def fail(self, task: Task, reason: str, now: int) -> bool:
        values = _unbegun(TaskState.FAILED, now, reason)
        condition = self.conditions.failed_pending
        failed = update(keys.task(task.id), OVER_UNBEGUN, condition, values)
        try:
            self.table.transact(failed, task_sessions.listed(task, now))
        except Refused:
            return False
        return True

    def cancel(self, task: Task, now: int) -> Task:
        found = task
        for _ in range(CANCEL_TRIES):
            if found.state.over:
                return found
            try:
                if found.state is TaskState.PENDING:
                    listed = task_sessions.listed(task, now)
                    self.table.transact(self._cancelled(found, now), listed)
                    return self._task(self.table.get(keys.task(task.id)), task.id)
                fields = self.table.update(self._cancelled(found, now), "ALL_NEW")
            except Refused as refused:
                found = self._task(refused.old[0], task.id)
            else:
                return task_items.task_of(fields, self.prompts)
        raise StoreUnavailable(f"{task.id} changes all the time")

    def advance(self, task: Task) -> Task | None:
        values = {"g": task.generation, "next": task.generation + 1}
        change, condition = "SET generation = :next", self.conditions.dead_generation
        try:
            fields = self.table.update(
                update(keys.task(task.id), change, condition, values), "ALL_NEW"
            )
        except Refused:
            return None
        return task_items.task_of(fields, self.prompts)

    def claim(self, task: str, now: int, lease_until: int) -> Task | None:
        return self.runs.claim(task, now, lease_until)

    def renew(self, task: Task, now: int, lease_until: int) -> Task:
        return self.runs.renew(task, lease_until)

    def agent_starts(self, task: Task) -> None:
        self.runs.agent_starts(task)

    def checkpoint(self, task: Task, snapshot: Snapshot) -> None:
        self.runs.checkpoint(task, snapshot)

    def doing(self, task: str, words: str) -> None:
        self.runs.doing(task, words)

    def append(self, task: Task, frames: Sequence[Frame]) -> int:
        return self.runs.append(task, frames)

    def frames(self, task: str, after: int) -> Sequence[tuple[int, Frame]]:
        found: list[tuple[int, Frame]] = []
        for fields in self._frames_from(task, after + 1):
            if len(found) >= FRAMES_READ:
                break
            found += [each for each in task_frames.frames_of(fields) if each[0] > after]
        state = self.table.get(keys.task(task)) or {}
        if "ended_at" not in state:
            return found
        return [each for each in found if each[1].kind is not FrameKind.COMMANDS]

    def outcome(self, task: Task, outcome: TaskOutcome) -> None:
        self.runs.outcome(task, outcome)

    def park(self, task: str, token: str) -> Task:
        parked = update(
            keys.task(task), "SET #token = :token", self.conditions.parked_task, {"token": token}
        )
        try:
            return task_items.task_of(self.table.update(parked, "ALL_NEW"), self.prompts)
        except Refused as refused:
            raise LookupError(f"there is no task {task}") from refused

    def end(self, task: Task, outcome: TaskOutcome, change: Change | None, now: int) -> bool:
        return self.slots.end(task, outcome, change, now)

    def note_progress(self, task: str, post: str) -> None:
        condition = all_of(self.conditions.progress_of_task, self.conditions.first_progress)
        self._noted(task, "SET progress = :post", condition, post=post)

    def note_told(self, task: str, parts: int) -> None:
        condition = self.conditions.reported_task
        self._noted(task, "SET told_parts = :parts", condition, parts=parts)

    def reported(self, task: str) -> None:
        self._noted(task, "SET reported = :yes", self.conditions.reported_task, yes=True)

    def settle(self, task: str) -> None:
        """The item goes last: what it leads to would else be kept for ever after a crash."""
        fields = self.table.get(keys.task(task)) or {}
        if "keep_until" in fields:
            for piece in piece_keys(fields):
                until = {"until": fields["keep_until"]}
                self.table.update(update(piece, "SET expires_at = :until", "", until))
        change = "SET unsettled = :settled, expires_at = keep_until"
        self._noted(task, change, self.conditions.settled_over, settled=keys.SETTLED_TASKS)

    def _cancelled(self, task: Task, now: int) -> Write:
        """As it was read; refused where it is something else by now."""
        if task.state is TaskState.PENDING:
            values = _unbegun(TaskState.CANCELLED, now)
            condition = self.conditions.cancelled_pending
            return update(keys.task(task.id), CANCEL_PENDING, condition, values)
        running: dict[str, Plain] = {"now": now, "running": RUNNING}
        condition = self.conditions.cancelled_running
        if task.path is ExecutionPath.NATIVE or task.agent_started or task.outcome is not None:
            return update(keys.task(task.id), CANCEL, condition, running)
        unbegun = all_of(
            condition, self.conditions.cancelled_unbegun, self.conditions.first_outcome
        )
        ended = outcome_items.outcome_fields(TaskOutcome(TaskState.CANCELLED, ""))
        values = {**running, "outcome": ended}
        return update(keys.task(task.id), CANCEL_UNBEGUN, unbegun, values)

    def _indexed(self, partition: str, newest: int = 0) -> Iterator[Item]:
        """In the order in which they were asked for, or the newest ones first."""
        order: dict[str, object] = {"ScanIndexForward": False, "Limit": newest} if newest else {}
        return self.table.query(
            "unsettled = :in", {"in": partition}, IndexName=keys.UNSETTLED_INDEX, **order
        )

    def _frames_from(self, task: str, number: int) -> Iterator[Fields]:
        places = {
            "pk": keys.task_partition(task),
            "first": keys.frames_sk(number),
            "last": keys.LAST_FRAMES,
        }
        found = self.table.query(
            "pk = :pk AND sk BETWEEN :first AND :last", places, ConsistentRead=True
        )
        return map(unmarshal, found)

    def _noted(self, task: str, change: str, condition: str, **values: Plain) -> None:
        """A fact; refused where it is known already, or there is no such task."""
        try:
            self.table.update(update(keys.task(task), change, condition, values))
        except Refused:
            return

    def _task(self, fields: Fields | None, task: str) -> Task:
        if fields is None:
            raise LookupError(f"there is no task {task}")
        return task_items.task_of(fields, self.prompts)


def _unbegun(state: TaskState, now: int, summary: str = "") -> dict[str, Plain]:
    return {
        "pending": str(TaskState.PENDING),
        "state": str(state),
        "summary": outcome_items.proper(summary),
        "now": now,
        "none": 0,
        "keep": items.seconds(now + task_items.KEPT),
        "live": keys.LIVE_TASKS,
    }


def _asked_at(item: Item) -> int:
    return int(item["updated_at"]["N"])

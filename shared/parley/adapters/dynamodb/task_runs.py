"""A runner's side of its task (T6 to T9): under its fence, and nowhere but under `TASK#`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from secrets import token_hex

from parley.adapters.dynamodb import keys, task_frames, task_items
from parley.adapters.dynamodb.codec import Fields, Plain
from parley.adapters.dynamodb.conditions import all_of
from parley.adapters.dynamodb.outcome_items import outcome_fields, proper, snapshot_fields
from parley.adapters.dynamodb.table import Refused, Table, put, update
from parley.adapters.dynamodb.task_conditions import TaskConditions
from parley.adapters.dynamodb.task_prompts import Prompts
from parley.core.tasks.frames import Frame
from parley.core.tasks.task import ExecutionPath, Snapshot, Task, TaskOutcome, TaskState
from parley.errors import Fenced

RUNNING = str(TaskState.RUNNING)


@dataclass(frozen=True, slots=True)
class TaskRuns:
    table: Table
    prompts: Prompts
    conditions: TaskConditions
    now: Callable[[], int]

    def claim(self, task: str, now: int, lease_until: int) -> Task | None:
        condition = all_of(
            self.conditions.claimed_running,
            self.conditions.claimed_external,
            self.conditions.claimed_unfinished,
            self.conditions.lease_lapsed,
        )
        # The client repeats a call whose answer was lost: this tells our own claim from another's.
        mine = token_hex(8)
        change = "SET lease_until = :until, claimed_by = :mine ADD fence :one"
        values: dict[str, Plain] = {
            "running": RUNNING,
            "native": str(ExecutionPath.NATIVE),
            "now": now,
            "until": lease_until,
            "mine": mine,
            "one": 1,
        }
        try:
            fields = self.table.update(
                update(keys.task(task), change, condition, values), "ALL_NEW"
            )
        except Refused as refused:
            fields = refused.old[0] or {}
            if fields.get("claimed_by") != mine:
                return None
        return task_items.task_of(fields, self.prompts)

    def renew(self, task: Task, lease_until: int) -> Task:
        """Also a lease that has lapsed, as long as nobody else claimed the task."""
        fields = self._fenced(task, "SET lease_until = :until", "ALL_NEW", until=lease_until)
        return task_items.task_of(fields, task_items.Known(task.prompt))

    def agent_starts(self, task: Task) -> None:
        wanted = self.conditions.started_wanted
        self._fenced(task, "SET agent_started = :yes", "NONE", wanted, yes=True)

    def checkpoint(self, task: Task, snapshot: Snapshot) -> None:
        self._fenced(task, "SET checkpoint = :saved", saved=snapshot_fields(snapshot))

    def doing(self, task: str, words: str) -> None:
        values = {"words": proper(words)[: task_frames.GLANCE], "running": RUNNING}
        change, condition = "SET doing = :words", self.conditions.doing_running
        try:
            self.table.update(update(keys.task(task), change, condition, values))
        except Refused:
            return

    def append(self, task: Task, frames: Sequence[Frame]) -> int:
        """First the count, under the fence; so no two runners write frames of one number."""
        kept = task_frames.bounded(frames)
        commands = task_frames.commands_of(kept)
        offered = "" if commands is None else "SET commands = :commands"
        counted = f"{offered} ADD frames :count"
        values: dict[str, Plain] = {"count": len(kept), "commands": commands or ""}
        last: int = self._fenced(task, counted, "UPDATED_NEW", **values)["frames"]
        for item in task_frames.frame_items(task.id, last, kept, self.now()):
            self.table.put(put(item))
        return last

    def outcome(self, task: Task, outcome: TaskOutcome) -> None:
        clauses = [self.conditions.outcome_running, self.conditions.first_outcome]
        if task.path is not ExecutionPath.NATIVE:
            clauses.append(self.conditions.own_fence)
        values: dict[str, Plain] = {
            "running": RUNNING,
            "fence": task.fence,
            "outcome": outcome_fields(outcome),
        }
        left = update(keys.task(task.id), "SET outcome = :outcome", all_of(*clauses), values)
        try:
            self.table.update(left)
        except Refused as refused:
            found = refused.old[0]
            if found is None or _anothers(found, task):
                raise Fenced(f"{task.id} is not {task.fence}'s") from refused

    def _fenced(
        self,
        task: Task,
        change: str,
        returning: str = "NONE",
        condition: str = "",
        /,
        **values: Plain,
    ) -> Fields:
        clauses = [self.conditions.own_fence, self.conditions.fenced_running]
        condition = all_of(*clauses, *([condition] if condition else []))
        mine: dict[str, Plain] = {"fence": task.fence, "running": RUNNING, **values}
        try:
            return self.table.update(update(keys.task(task.id), change, condition, mine), returning)
        except Refused as refused:
            raise Fenced(f"{task.id} is over, or not {task.fence}'s") from refused


def _anothers(found: Fields, task: Task) -> bool:
    """It runs, and in other hands."""
    return bool(found["state"] == RUNNING and found.get("fence", 0) != task.fence)

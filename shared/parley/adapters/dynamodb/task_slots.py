"""Beginning and ending a task, with the slots and the session that it holds meanwhile (T2, T11).

Two counters, of the stage and of the project, change only in the transactions that change a task's
state: they are the numbers of tasks that run, whatever crashed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from parley.adapters.dynamodb import items, keys, outcome_items, task_sessions
from parley.adapters.dynamodb.change_items import change_item
from parley.adapters.dynamodb.codec import Plain
from parley.adapters.dynamodb.table import Refused, Table, Write, put, update
from parley.adapters.dynamodb.task_conditions import TaskConditions
from parley.adapters.dynamodb.task_items import KEPT
from parley.core.tasks.change import Change
from parley.core.tasks.choosing import Choice
from parley.core.tasks.task import Session, Task, TaskOutcome, TaskState
from parley.errors import Fenced
from parley.ports.tasks import Begun

BEGIN = (
    "SET #state = :running, #path = :path, compute = :compute, chosen_agent = :agent,"
    " chosen_model = :model, note = :note, generation = :one, started_at = :now, unsettled = :live"
)
END = (
    "SET #state = :state, outcome = :outcome, summary = :summary, transcript = :transcript,"
    " ended_at = :now, keep_until = :keep, change = :change"
)
TIDY = " REMOVE commands, doing, checkpoint"
COUNT = "ADD taken :count"

# What each write of a beginning is refused for, by its place among them: the first one is told.
REFUSALS = (Begun.NOT_PENDING, Begun.STAGE_FULL, Begun.PROJECT_FULL, Begun.SESSION_BUSY)
TASK = 0


@dataclass(frozen=True, slots=True)
class TaskSlots:
    table: Table
    conditions: TaskConditions

    def session(self, id: str) -> Session | None:
        fields = self.table.get(keys.task_session(id))
        return task_sessions.session_of(fields) if fields else None

    def begin(
        self, task: Task, choice: Choice, stage_limit: int, project_limit: int, now: int
    ) -> Begun:
        begun = update(
            keys.task(task.id), BEGIN, self.conditions.begun_pending, _chosen(choice, now)
        )
        stage = {"count": 1, "limit": stage_limit}
        project = {"count": 1, "limit": project_limit}
        try:
            self.table.transact(
                begun,
                update(keys.stage_slots(), COUNT, self.conditions.stage_free, stage),
                update(
                    keys.project_slots(task.project), COUNT, self.conditions.project_free, project
                ),
                task_sessions.held(task, choice, self.conditions.session_free),
            )
        except Refused as refused:
            return REFUSALS[min(refused.old)]
        return Begun.BEGUN

    def end(self, task: Task, outcome: TaskOutcome, change: Change | None, now: int) -> bool:
        if change is not None and not change.snapshot.count:
            change = None
        made = [put(change_item(change))] if change else []
        free: Mapping[str, Plain] = {"count": -1}
        try:
            self.table.transact(
                self._ended(task, outcome, change, now),
                update(keys.stage_slots(), COUNT, "", free),
                update(keys.project_slots(task.project), COUNT, "", free),
                task_sessions.released(task, self._held(task), outcome, now),
                *made,
            )
        except Refused as refused:
            found = refused.old[TASK]
            if found is not None and found["state"] == TaskState.RUNNING:
                raise Fenced(f"{task.id} has got an outcome meanwhile") from refused
            return False
        return True

    def _ended(self, task: Task, outcome: TaskOutcome, change: Change | None, now: int) -> Write:
        condition = self.conditions.ended_running
        if task.outcome is None:
            condition += f" AND {self.conditions.no_outcome_since}"
        values: dict[str, Plain] = {
            "running": str(TaskState.RUNNING),
            "state": str(outcome.state),
            "outcome": outcome_items.outcome_fields(outcome),
            "summary": outcome_items.proper(outcome.summary),
            "transcript": outcome.transcript,
            "change": change.id if change else "",
            "now": now,
            "keep": items.seconds(now + KEPT),
        }
        if outcome.cost is None:
            return update(keys.task(task.id), END + TIDY, condition, values)
        values["cost"] = outcome_items.cost_fields(outcome.cost)
        return update(keys.task(task.id), f"{END}, cost = :cost{TIDY}", condition, values)

    def _held(self, task: Task) -> Session:
        """Nobody else changes it while this task holds it."""
        known = self.session(task.session)
        return known or Session(task.session, task.project, task.chosen_agent, task.path)


def _chosen(choice: Choice, now: int) -> dict[str, Plain]:
    return {
        "pending": str(TaskState.PENDING),
        "running": str(TaskState.RUNNING),
        "path": str(choice.path),
        "compute": str(choice.compute),
        "agent": choice.agent,
        "model": choice.model,
        "note": choice.note,
        "one": 1,
        "now": now,
        "live": keys.LIVE_TASKS,
    }

"""What coding tasks need of the table, as one."""

from collections.abc import Callable

from parley.adapters.dynamodb.changes import TableChanges
from parley.adapters.dynamodb.inbox import wall_clock
from parley.adapters.dynamodb.registry import TableRegistry
from parley.adapters.dynamodb.table import Client, Table
from parley.adapters.dynamodb.task_conditions import TASKS, TaskConditions
from parley.adapters.dynamodb.task_prompts import Prompts
from parley.adapters.dynamodb.task_runs import TaskRuns
from parley.adapters.dynamodb.task_slots import TaskSlots
from parley.adapters.dynamodb.tasks import TableTasks
from parley.ports.tasks import TaskStore


def open_task_store(
    client: Client,
    table: str,
    conditions: TaskConditions = TASKS,
    now: Callable[[], int] = wall_clock,
) -> TaskStore:
    """`now` only tells when frames and settled changes go; every other time comes with the call."""
    rows = Table(client, table)
    prompts = Prompts(rows)
    slots = TaskSlots(rows, conditions)
    runs = TaskRuns(rows, prompts, conditions, now)
    return TaskStore(
        registry=TableRegistry(rows, conditions),
        tasks=TableTasks(rows, prompts, conditions, slots, runs),
        changes=TableChanges(rows, conditions, now),
    )

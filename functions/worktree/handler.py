"""A coding task's runner, invoked by the task machine with the task's id. Neither its answer nor
its failure counts: what became of the task is what the runner wrote to the table."""

from collections.abc import Mapping
from typing import Any

from functions.worktree.invocation import Context
from parley.composition.sealing import seal
from parley.composition.worktree import run_task


def handler(event: Mapping[str, Any], context: Context) -> dict[str, str]:
    seal()  # the container's entry point did so before; the local runtime has no other
    task = str(event["task"])
    run_task(task, context.get_remaining_time_in_millis() / 1000)
    return {"task": task}

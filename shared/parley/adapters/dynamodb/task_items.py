"""Tasks as items and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from parley.adapters.dynamodb import keys
from parley.adapters.dynamodb.codec import Fields, Item, Plain, marshal
from parley.adapters.dynamodb.items import delivery_fields, delivery_of
from parley.adapters.dynamodb.outcome_items import cost_of, outcome_of, snapshot_of
from parley.core.limits import DAY
from parley.core.tasks.coding_agent import ChatCommand
from parley.core.tasks.project import Compute
from parley.core.tasks.task import ExecutionPath, Requester, Task, TaskState

KEPT = 90 * DAY  # a task after its end, its change, a session after its last use
FRAMES_KEPT = 7 * DAY


class Fetching(Protocol):
    def fetch(self, stored: str | Mapping[str, int | str]) -> str: ...


@dataclass(frozen=True, slots=True)
class Known:
    """For whoever has read the prompt already: it never changes."""

    prompt: str

    def fetch(self, stored: str | Mapping[str, int | str]) -> str:
        return self.prompt


def asked_for(task: Task, prompt: Plain) -> Item:
    """A task that waits: nothing has come of it yet. `prompt` as it is placed."""
    return keys.task(task.id) | marshal(
        {
            "project": task.project,
            "prompt": prompt,
            "session": task.session,
            "requester": _requester_fields(task.requester),
            "delivery": delivery_fields(task.delivery) if task.delivery else None,
            "created_at": task.created_at,
            "agent": task.agent,
            "model": task.model,
            "mode": task.mode,
            "thinking": task.thinking,
            "on_top": task.on_top,
            "state": str(TaskState.PENDING),
            "unsettled": keys.PENDING_TASKS,
            "updated_at": task.created_at,
        }
    )


def _requester_fields(requester: Requester) -> dict[str, Plain]:
    return {
        "channel": requester.channel,
        "id": requester.id,
        "name": requester.name,
        "installation": requester.installation,
    }


def task_of(fields: Fields, prompts: Fetching) -> Task:
    return Task(
        id=fields["pk"].removeprefix("TASK#"),
        project=fields["project"],
        prompt=prompts.fetch(fields["prompt"]),
        session=fields["session"],
        requester=Requester(**fields["requester"]),
        delivery=delivery_of(fields["delivery"]) if "delivery" in fields else None,
        created_at=fields["created_at"],
        agent=fields["agent"],
        model=fields["model"],
        mode=fields["mode"],
        thinking=fields["thinking"],
        on_top=fields["on_top"],
        state=TaskState(fields["state"]),
        path=ExecutionPath(fields["path"]) if "path" in fields else None,
        compute=Compute(fields.get("compute", Compute.LAMBDA)),
        chosen_agent=fields.get("chosen_agent", ""),
        chosen_model=fields.get("chosen_model", ""),
        note=fields.get("note", ""),
        generation=fields.get("generation", 0),
        fence=fields.get("fence", 0),
        lease_until=fields.get("lease_until", 0),
        agent_started=fields.get("agent_started", False),
        token=fields.get("token", ""),
        cancel_at=fields.get("cancel_at"),
        started_at=fields.get("started_at"),
        ended_at=fields.get("ended_at"),
        outcome=outcome_of(fields["outcome"]) if "outcome" in fields else None,
        checkpoint=snapshot_of(fields["checkpoint"]) if "checkpoint" in fields else None,
        summary=fields.get("summary", ""),
        cost=cost_of(fields["cost"]) if "cost" in fields else None,
        transcript=fields.get("transcript", ""),
        change=fields.get("change", ""),
        doing=fields.get("doing", ""),
        commands=tuple(ChatCommand(*each) for each in json.loads(fields.get("commands", "[]"))),
        progress=fields.get("progress"),
        told_parts=fields.get("told_parts", 0),
        reported=fields.get("reported", False),
        frames=fields.get("frames", 0),
    )

"""Tasks of the API's office, brought as far as a test needs them."""

import hashlib
import json
from typing import Any

from parley.core.tasks.change import Change
from parley.core.tasks.coding_agent import ChatCommand
from parley.core.tasks.frames import Frame, FrameKind
from parley.core.tasks.task import (
    Cost,
    FileStat,
    Flag,
    FlagKind,
    Snapshot,
    Task,
    TaskOutcome,
    TaskState,
)
from tests.gateway.office import Office

PATCH = b"diff --git a/a.txt b/a.txt\n\xff\r\n"
MINUTE = 60_000


def register(office: Office) -> None:
    """A project with a repository and an agent, and one without."""
    agent = {"command": ["opencode", "acp"], "commands": [{"name": "init", "description": "Go"}]}
    project = {
        "repository": "https://example.com/o/demo.git",
        "agents": ["opencode"],
        "default_agent": "opencode",
    }
    office.call("PUT", "/v1/agents/opencode", agent)
    office.call("PUT", "/v1/projects/demo", project)
    office.call("PUT", "/v1/projects/docs", {})


def asked(office: Office, key: str = "k-1", **fields: Any) -> dict[str, Any]:
    body = {"project": "demo", "prompt": "Fix the test", **fields}
    answer = office.call("POST", "/v1/tasks", body, key=key)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def at_work(office: Office, id: str) -> Task:
    """A runner has the task, and the agent has said something."""
    tasks = office.gateway.store.tasks
    task = tasks.claim(id, office.clock.now(), office.clock.now() + MINUTE)
    assert task is not None
    tasks.agent_starts(task)
    tasks.append(
        task,
        [
            Frame(FrameKind.STARTED, {"role": "assistant"}),
            Frame(FrameKind.COMMANDS, {"commands": [{"name": "init", "description": "Go"}]}),
            Frame(FrameKind.DELTA, {"text": "I look"}),
        ],
    )
    tasks.doing(id, "Reading a.txt")
    found = tasks.get(id)
    assert found is not None
    assert found.commands == (ChatCommand("init", "Go"),)
    return found


def snapshot(patch: bytes = PATCH) -> Snapshot:
    return Snapshot(
        base="a" * 40,
        base_ref="main",
        tree="b" * 40,
        commit="c" * 40,
        patch_key="tasks/t/1/patch",
        patch_sha256=hashlib.sha256(patch).hexdigest(),
        patch_bytes=len(patch),
        bundle_key="tasks/t/1/bundle",
        files=(FileStat("a.txt", "M", 1, 2), FileStat("b.bin", "A", None, None)),
        count=2,
        flags=(Flag(FlagKind.BINARY, "b.bin"),),
    )


def ended(office: Office, id: str, patch: bytes | None = PATCH) -> Task:
    """The task is over, with a change if there is a patch."""
    task = at_work(office, id)
    now = office.clock.now()
    outcome = TaskOutcome(
        TaskState.COMPLETED,
        "Done",
        Cost(450, 0.25, "USD"),
        snapshot(patch) if patch is not None else None,
        f"tasks/{id}/1/transcript",
    )
    change = None
    if outcome.snapshot is not None and patch is not None:
        change = Change(
            id, task.project, outcome.snapshot, now, now + 60 * MINUTE, None, ("slack:U1",)
        )
        office.bucket.files[outcome.snapshot.patch_key] = patch
    office.bucket.files[outcome.transcript] = json.dumps({"text": "Déjà"}).encode()
    office.clock.advance(MINUTE)
    assert office.gateway.store.tasks.end(task, outcome, change, office.clock.now())
    found = office.gateway.store.tasks.get(id)
    assert found is not None
    return found

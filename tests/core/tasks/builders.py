"""Tasks, projects and changes as tests need them."""

from dataclasses import replace
from typing import Any

from parley.core.delivery import Chat, Delivery
from parley.core.tasks.change import Change
from parley.core.tasks.coding_agent import CodingAgent
from parley.core.tasks.project import Project
from parley.core.tasks.task import FileStat, Requester, Snapshot, Task

NOW = 1_700_000_000_000
SHA = "a" * 40
DELIVERY = Delivery("slack", "U1", Chat.direct(), "slack:dm:U1", {"channel": "D1"})

# Marks that could end a fence, call people, or take more room than they seem to.
HOSTILE_PATCH = "\n".join(["+``` ~~~ <!channel> <@U1> @everyone 🙂 [x](https://a.example)"] * 60)

PROJECT = Project(
    id="demo",
    name="Demo",
    repository="https://forge.test/o/demo.git",
    agents=("stub",),
)
STUB = CodingAgent("stub", supports_acp=True, command=("stub",))


def task(**changes: Any) -> Task:
    made = Task(
        id="t1",
        project="demo",
        prompt="fix the test",
        session="t1",
        requester=Requester("slack", "U1", "Ada", "T1"),
        delivery=DELIVERY,
        created_at=NOW,
    )
    return replace(made, **changes)


def snapshot(**changes: Any) -> Snapshot:
    made = Snapshot(
        base=SHA,
        base_ref="main",
        tree="b" * 40,
        commit="c" * 40,
        patch_key="tasks/t1/1/change.patch",
        patch_sha256="d" * 64,
        patch_bytes=100,
        bundle_key="tasks/t1/1/change.bundle",
        files=(FileStat("a.txt", "M", 1, 1),),
        count=1,
    )
    return replace(made, **changes)


def change(**changes: Any) -> Change:
    made = Change(
        id="t1",
        project="demo",
        snapshot=snapshot(),
        created_at=NOW,
        expires_at=NOW + 7 * 86_400_000,
        delivery=DELIVERY,
        approvers=("slack:U1",),
    )
    return replace(made, **changes)

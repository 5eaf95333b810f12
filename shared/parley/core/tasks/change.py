"""A change: a task's diff, pending until somebody applies, rejects or revises it."""

import re
from dataclasses import dataclass
from enum import StrEnum

from parley.core.delivery import Delivery
from parley.core.message import Sender
from parley.core.tasks.rulings import Ruling as Ruling
from parley.core.tasks.task import Snapshot

_PAYLOAD = re.compile(r"c:([a-z0-9]{1,32}):(apply|reject|revise)", re.ASCII)


class ChangeState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"  # somebody wants it applied; it is being published
    APPLIED = "applied"
    CONFLICTED = "conflicted"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"  # a follow-up task went on from it
    EXPIRED = "expired"

    @property
    def settled(self) -> bool:
        return self not in (ChangeState.PENDING, ChangeState.APPROVED)


@dataclass(frozen=True, slots=True)
class ChangeClick:
    """A button under a change that somebody pressed. `delivery` is the chat it stands in."""

    change: str
    ruling: Ruling
    actor: Sender
    installation: str
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Change:
    """A change as the table has it; its id is its task's. `approvers` ("channel:id") are those who
    were entitled when it was recorded. A decision is bound to `snapshot.patch_sha256`. `prompt` is
    the post that asks, `filed` that the whole patch was posted as a file, `token` what the machine
    waits with. `branch` and `url` are where it was published, `conflicts` the files that did not
    merge; `trouble` why the last try to publish it failed, after which it is pending again."""

    id: str
    project: str
    snapshot: Snapshot
    created_at: int
    expires_at: int
    delivery: Delivery | None
    approvers: tuple[str, ...] = ()
    state: ChangeState = ChangeState.PENDING
    by: str = ""
    by_name: str = ""
    at: int | None = None
    reason: str = ""
    prompt: str | None = None
    filed: bool = False
    token: str = ""
    branch: str = ""
    url: str = ""
    commit: str = ""
    conflicts: tuple[str, ...] = ()
    trouble: str = ""
    follow_up: str = ""
    told: bool = False


def payload(change: str, ruling: Ruling) -> str:
    """At most 41 bytes: Telegram takes 64."""
    return f"c:{change}:{ruling}"


def parse_payload(text: str) -> tuple[str, Ruling] | None:
    found = _PAYLOAD.fullmatch(text)
    return (found[1], Ruling(found[2])) if found else None

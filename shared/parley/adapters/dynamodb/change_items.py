"""Changes as items and back."""

import json

from parley.adapters.dynamodb import keys
from parley.adapters.dynamodb.codec import Fields, Item, marshal
from parley.adapters.dynamodb.items import delivery_fields, delivery_of
from parley.adapters.dynamodb.outcome_items import snapshot_fields, snapshot_of
from parley.core.tasks.change import Change, ChangeState


def change_item(change: Change) -> Item:
    """A change as its task's end makes it: nobody has decided yet."""
    return keys.change(change.id) | marshal(
        {
            "project": change.project,
            "snapshot": snapshot_fields(change.snapshot),
            "created_at": change.created_at,
            "open_until": change.expires_at,
            "delivery": delivery_fields(change.delivery) if change.delivery else None,
            "approvers": list(change.approvers),
            "state": str(ChangeState.PENDING),
        }
    )


def change_of(fields: Fields) -> Change:
    return Change(
        id=fields["pk"].removeprefix("CHANGE#"),
        project=fields["project"],
        snapshot=snapshot_of(fields["snapshot"]),
        created_at=fields["created_at"],
        expires_at=fields["open_until"],
        delivery=delivery_of(fields["delivery"]) if "delivery" in fields else None,
        approvers=tuple(fields["approvers"]),
        state=ChangeState(fields["state"]),
        by=fields.get("by", ""),
        by_name=fields.get("by_name", ""),
        at=fields.get("at"),
        reason=fields.get("reason", ""),
        prompt=fields.get("prompt"),
        filed=fields.get("filed", False),
        token=fields.get("token", ""),
        branch=fields.get("branch", ""),
        url=fields.get("url", ""),
        commit=fields.get("commit", ""),
        conflicts=tuple(json.loads(fields.get("conflicts", "[]"))),
        trouble=fields.get("trouble", ""),
        follow_up=fields.get("follow_up", ""),
        told=fields.get("told", False),
    )

"""What came of a task's work, as a part of an item and back.

An agent decides how many files a diff has and how long their names are, and an item has 400 KB: of
what does not fit the first ones are kept. Lists of files and flags are kept as JSON, which also
takes names that are no proper text.
"""

import json
from collections.abc import Iterable, Sequence

from parley.adapters.dynamodb.codec import Fields, Plain
from parley.core.tasks.task import Cost, FileStat, Flag, FlagKind, Snapshot, TaskOutcome, TaskState

LIST_BYTES = 48_000  # of JSON: two lists of two snapshots lie in a task's item


def proper(text: str) -> str:
    """Without halves of characters, which the table does not take; an agent can write them."""
    return text.encode(errors="replace").decode()


def fitting(rows: Iterable[object], most: int = LIST_BYTES) -> str:
    """The first ones that fit, as JSON."""
    kept: list[str] = []
    for row in rows:
        written = json.dumps(row)
        most -= len(written) + 1
        if most < 0:
            break
        kept.append(written)
    return f"[{','.join(kept)}]"


def snapshot_fields(snapshot: Snapshot) -> dict[str, Plain]:
    files = [[each.path, each.status, each.added, each.deleted] for each in snapshot.files]
    flags = [[each.kind, each.path] for each in _each_kind_first(snapshot.flags)]
    return {
        "base": snapshot.base,
        "base_ref": snapshot.base_ref,
        "tree": snapshot.tree,
        "commit": snapshot.commit,
        "patch_key": snapshot.patch_key,
        "patch_sha256": snapshot.patch_sha256,
        "patch_bytes": snapshot.patch_bytes,
        "bundle_key": snapshot.bundle_key,
        "files": fitting(files),
        "count": snapshot.count,
        "flags": fitting(flags),
        "partial": snapshot.partial,
    }


def _each_kind_first(flags: Sequence[Flag]) -> list[Flag]:
    """However many there are of one kind, a reviewer hears of the others too."""
    firsts = {flag.kind: flag for flag in reversed(flags)}
    leading = [flag for flag in flags if firsts[flag.kind] is flag]
    return leading + [flag for flag in flags if firsts[flag.kind] is not flag]


def snapshot_of(fields: Fields) -> Snapshot:
    files = (FileStat(*row) for row in json.loads(fields["files"]))
    flags = (Flag(FlagKind(kind), path) for kind, path in json.loads(fields["flags"]))
    return Snapshot(**{**fields, "files": tuple(files), "flags": tuple(flags)})


def cost_fields(cost: Cost) -> dict[str, Plain]:
    """What is unknown is absent. Money is kept in the digits that make the same number again."""
    known: dict[str, Plain] = {"currency": cost.currency}
    if cost.tokens is not None:
        known["tokens"] = cost.tokens
    if cost.amount is not None:
        known["amount"] = repr(cost.amount)
    return known


def cost_of(fields: Fields) -> Cost:
    amount = float(fields["amount"]) if "amount" in fields else None
    return Cost(fields.get("tokens"), amount, fields["currency"])


def outcome_fields(outcome: TaskOutcome) -> dict[str, Plain]:
    fields: dict[str, Plain] = {
        "state": str(outcome.state),
        "summary": proper(outcome.summary),
        "transcript": outcome.transcript,
        "session_files": outcome.session_files,
        "agent_session": proper(outcome.agent_session),
        "only_ignored": outcome.only_ignored,
    }
    if outcome.cost is not None:
        fields["cost"] = cost_fields(outcome.cost)
    if outcome.snapshot is not None:
        fields["snapshot"] = snapshot_fields(outcome.snapshot)
    return fields


def outcome_of(fields: Fields) -> TaskOutcome:
    return TaskOutcome(
        state=TaskState(fields["state"]),
        summary=fields["summary"],
        cost=cost_of(fields["cost"]) if "cost" in fields else None,
        snapshot=snapshot_of(fields["snapshot"]) if "snapshot" in fields else None,
        transcript=fields["transcript"],
        session_files=fields["session_files"],
        agent_session=fields["agent_session"],
        only_ignored=fields["only_ignored"],
    )

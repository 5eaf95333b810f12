"""The webhook's side of the table alone: the rest of the store is not on its cold start."""

from collections.abc import Callable
from dataclasses import dataclass

from parley.adapters.dynamodb.approvals import TableApprovals
from parley.adapters.dynamodb.conditions import PROTOCOL, Conditions
from parley.adapters.dynamodb.controls import TableControls
from parley.adapters.dynamodb.inbox import TableInbox, wall_clock
from parley.adapters.dynamodb.large_texts import LargeTexts
from parley.adapters.dynamodb.pairings import TablePairings
from parley.adapters.dynamodb.table import Client, Table
from parley.ports import Texts


@dataclass(frozen=True, slots=True)
class Front:
    inbox: TableInbox
    controls: TableControls
    approvals: TableApprovals
    pairings: TablePairings


def open_front(
    client: Client,
    table: str,
    texts: Texts,
    conditions: Conditions = PROTOCOL,
    now: Callable[[], int] = wall_clock,
) -> Front:
    """`now` only tells what has expired; every other time comes with the call."""
    rows = Table(client, table)
    large = LargeTexts(texts)
    return Front(
        inbox=TableInbox(rows, large, conditions, now),
        controls=TableControls(rows, conditions),
        approvals=TableApprovals(rows, large, conditions, now),
        pairings=TablePairings(rows, conditions),
    )

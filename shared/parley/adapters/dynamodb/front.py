"""The webhook's side of the table alone: the rest of the store is not on its cold start, and what
only commands and clicks need is imported when one comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from parley.adapters.dynamodb.conditions import PROTOCOL, Conditions
from parley.adapters.dynamodb.inbox import TableInbox, wall_clock
from parley.adapters.dynamodb.large_texts import LargeTexts
from parley.adapters.dynamodb.table import Client, Table

if TYPE_CHECKING:
    from parley.adapters.dynamodb.approvals import TableApprovals
    from parley.adapters.dynamodb.controls import TableControls
    from parley.adapters.dynamodb.moves import TableMoves
    from parley.adapters.dynamodb.pairings import TablePairings
    from parley.ports import Texts


@dataclass(frozen=True)
class Front:
    rows: Table
    texts: LargeTexts
    conditions: Conditions
    now: Callable[[], int]

    @cached_property
    def inbox(self) -> TableInbox:
        return TableInbox(self.rows, self.texts, self.conditions, self.now)

    @cached_property
    def controls(self) -> TableControls:
        from parley.adapters.dynamodb.controls import TableControls

        return TableControls(self.rows, self.conditions)

    @cached_property
    def approvals(self) -> TableApprovals:
        from parley.adapters.dynamodb.approvals import TableApprovals

        return TableApprovals(self.rows, self.texts, self.conditions, self.now)

    @cached_property
    def pairings(self) -> TablePairings:
        from parley.adapters.dynamodb.pairings import TablePairings

        return TablePairings(self.rows, self.conditions)

    @cached_property
    def moves(self) -> TableMoves:
        from parley.adapters.dynamodb.moves import TableMoves

        return TableMoves(self.rows, self.conditions)


def open_front(
    client: Client,
    table: str,
    texts: Texts,
    conditions: Conditions = PROTOCOL,
    now: Callable[[], int] = wall_clock,
) -> Front:
    """`now` only tells what has expired; every other time comes with the call."""
    return Front(Table(client, table), LargeTexts(texts), conditions, now)

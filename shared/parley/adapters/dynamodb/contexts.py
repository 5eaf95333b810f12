"""Leaving a delivery context at a target, for the first reply to it."""

from dataclasses import dataclass

from parley.adapters.dynamodb import items
from parley.adapters.dynamodb.table import Client, Table, put
from parley.core.context import DeliveryContext


def open_contexts(client: Client, table: str) -> "Contexts":
    return Contexts(Table(client, table))


@dataclass(frozen=True, slots=True)
class Contexts:
    table: Table

    def put(self, context: DeliveryContext) -> None:
        """The newest notification at a target is the one that a reply is taken to answer."""
        self.table.put(put(items.context_item(context)))

"""A store on a fresh table, with the means to look behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from parley.adapters.dynamodb import keys
from parley.adapters.dynamodb.codec import Fields, Item, Plain, marshal, unmarshal
from parley.adapters.dynamodb.conditions import PROTOCOL, Conditions
from parley.adapters.dynamodb.contexts import Contexts, open_contexts
from parley.adapters.dynamodb.store import open_store
from parley.ports import Store
from tests.fakes.world import FakeClock, InMemoryTexts
from tests.store.endpoints import create_table


@dataclass(frozen=True, slots=True)
class Bench:
    client: Any
    table: str
    texts: InMemoryTexts
    clock: FakeClock
    store: Store
    contexts: Contexts

    @classmethod
    def on(cls, client: Any, table: str, conditions: Conditions = PROTOCOL) -> "Bench":
        create_table(client, table)
        texts, clock = InMemoryTexts(), FakeClock()
        store = open_store(client, table, texts, conditions, clock.now)
        return cls(client, table, texts, clock, store, open_contexts(client, table))

    def fields(self, key: Item) -> Fields:
        """An item as it is stored; empty where there is none."""
        answer = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True)
        return unmarshal(answer.get("Item", {}))

    def state(self, conversation: str) -> Fields:
        return self.fields(keys.state(conversation))

    def alter(self, key: Item, changes: Mapping[str, Plain | None]) -> None:
        """Write past the store, where it has no method for what a test needs to be so."""
        item = {**self.fields(key), **changes}
        self.client.put_item(TableName=self.table, Item=marshal(item))

    def everything_of(self, conversation: str) -> list[Fields]:
        """All items of a conversation, to see that a refused write wrote nothing."""
        answer = self.client.query(
            TableName=self.table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": keys.partition(conversation)}},
            ConsistentRead=True,
        )
        assert "LastEvaluatedKey" not in answer, "more than a page: look at less"
        return [unmarshal(item) for item in answer["Items"]]

"""The whole store over one table and one bucket."""

from collections.abc import Callable

from parley.adapters.dynamodb.batches import TableBatches
from parley.adapters.dynamodb.claims import Claims
from parley.adapters.dynamodb.conditions import PROTOCOL, Conditions
from parley.adapters.dynamodb.endings import Endings
from parley.adapters.dynamodb.front import open_front
from parley.adapters.dynamodb.holding import Holding
from parley.adapters.dynamodb.inbox import wall_clock
from parley.adapters.dynamodb.large_texts import LargeTexts
from parley.adapters.dynamodb.leases import TableLeases
from parley.adapters.dynamodb.outbox import TableOutbox
from parley.adapters.dynamodb.repairs import TableRepairs
from parley.adapters.dynamodb.steering import TableSteering
from parley.adapters.dynamodb.table import Client, Table
from parley.adapters.dynamodb.turns import TableTurns
from parley.ports import Store, Texts


def open_store(
    client: Client,
    table: str,
    texts: Texts,
    conditions: Conditions = PROTOCOL,
    now: Callable[[], int] = wall_clock,
) -> Store:
    """`now` only tells what has expired; every other time comes with the call."""
    rows = Table(client, table)
    large = LargeTexts(texts)
    holding = Holding(rows, conditions)
    front = open_front(client, table, texts, conditions, now)
    claims = Claims(holding, rows, large, conditions)
    endings = Endings(holding, large, conditions)
    return Store(
        inbox=front.inbox,
        controls=front.controls,
        approvals=front.approvals,
        pairings=front.pairings,
        moves=front.moves,
        leases=TableLeases(holding, conditions),
        turns=TableTurns(holding, rows, large, conditions, claims, endings),
        steering=TableSteering(holding, rows, large, conditions),
        outbox=TableOutbox(holding, rows, conditions),
        batches=TableBatches(holding, rows, large, front.approvals, conditions),
        repairs=TableRepairs(rows, large, conditions),
    )

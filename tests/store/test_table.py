"""Conflicts, throttling, lost answers: what becomes of a call that the service did not take."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    ParamValidationError,
    ReadTimeoutError,
)

from parley.adapters.dynamodb.codec import Plain, marshal, unmarshal
from parley.adapters.dynamodb.conditions import PROTOCOL, Conditions
from parley.adapters.dynamodb.keys import message, seen, state
from parley.adapters.dynamodb.table import Refused, Table, put, update
from parley.errors import Fenced, StoreUnavailable
from tests.fakes.dynamodb import InMemoryDynamoDB
from tests.fakes.dynamodb.refusals import injected
from tests.store import builders
from tests.store.bench import Bench
from tests.store.builders import CONVERSATION, NOW, accept, acquire
from tests.store.endpoints import client_of, create_table

TABLE = "conversations"
CONFLICT = injected(
    "TransactionCanceledException",
    "transact_write_items",
    CancellationReasons=[{"Code": "ConditionalCheckFailed"}, {"Code": "TransactionConflict"}],
)
UNREACHABLE = EndpointConnectionError(endpoint_url="http://127.0.0.1:9")
TIMED_OUT = ReadTimeoutError(endpoint_url="http://127.0.0.1:9")
OUTAGES: dict[str, Exception] = {
    **{
        code: injected(code)
        for code in (
            "ProvisionedThroughputExceededException",
            "ThrottlingException",
            "InternalServerError",
            "RequestLimitExceeded",
            "ResourceNotFoundException",
            "AccessDeniedException",
        )
    },
    "throttled in a transaction": injected(
        "TransactionCanceledException",
        CancellationReasons=[{"Code": "ThrottlingError"}, {"Code": "None"}],
    ),
    "cancelled without a reason": injected("TransactionCanceledException"),
    "unreachable": UNREACHABLE,
    "timed out": TIMED_OUT,
}


class Failing:
    """Fails the next calls, one error each."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)

    def __call__(self, _operation: str, _request: Any) -> None:
        if self.errors:
            raise self.errors.pop(0)


@pytest.fixture
def dynamodb() -> InMemoryDynamoDB:
    client = InMemoryDynamoDB()
    create_table(client, TABLE)
    return client


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def table(dynamodb: InMemoryDynamoDB, slept: list[float]) -> Table:
    return Table(dynamodb, TABLE, sleep=slept.append)


def write(table: Table) -> None:
    table.transact(put({**state("a"), "n": {"N": "1"}}), put(state("b")))


def test_a_conflict_between_transactions_is_tried_again(
    table: Table, dynamodb: InMemoryDynamoDB, slept: list[float]
) -> None:
    dynamodb.before = Failing(CONFLICT, CONFLICT, injected("TransactionConflictException"))
    write(table)
    assert table.get(state("a")) == {"pk": "C#a", "sk": "STATE", "n": 1}
    assert len(slept) == 3


def test_pauses_between_conflicts_stay_short_and_grow(
    table: Table, dynamodb: InMemoryDynamoDB, slept: list[float]
) -> None:
    dynamodb.before = Failing(*[CONFLICT] * 100)
    with pytest.raises(StoreUnavailable):
        write(table)
    assert slept[-1] > slept[0]
    assert sum(slept) < 1


@pytest.mark.parametrize("error", OUTAGES.values(), ids=OUTAGES.keys())
def test_a_store_that_does_not_serve_is_unavailable(
    table: Table, dynamodb: InMemoryDynamoDB, error: Exception
) -> None:
    calls: list[Callable[[], object]] = [
        lambda: write(table),
        lambda: table.get(state("a")),
        lambda: table.update(update(state("a"), "SET n = :n", "", {"n": 1})),
        lambda: table.put(put(state("a"))),
        lambda: list(table.query("pk = :pk", {"pk": "C#a"})),
    ]
    for call in calls:
        dynamodb.before = Failing(error)
        with pytest.raises(StoreUnavailable):
            call()


def test_a_malformed_request_is_a_defect_not_an_outage(table: Table) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        table.update(update(state("a"), "SET status = :s", "", {"s": "a reserved word"}))


def test_a_request_that_botocore_refuses_is_a_defect_too(
    table: Table, dynamodb: InMemoryDynamoDB
) -> None:
    dynamodb.before = Failing(ParamValidationError(report="a value of an unknown type"))
    with pytest.raises(ParamValidationError):
        write(table)


def test_a_refused_transaction_tells_which_conditions_failed_on_what(table: Table) -> None:
    table.put(put({**state("a"), "n": {"N": "1"}}))
    with pytest.raises(Refused) as refused:
        table.transact(
            update(state("a"), "SET n = :n", "n = :other", {"n": 2, "other": 7}),
            put(state("b"), "attribute_not_exists(pk)"),
            update(state("c"), "SET n = :n", "attribute_exists(pk)", {"n": 2}),
        )
    assert refused.value.old == {0: {"pk": "C#a", "sk": "STATE", "n": 1}, 2: None}


def test_a_webhook_whose_answer_was_lost_is_a_duplicate_when_it_comes_again() -> None:
    client = InMemoryDynamoDB()
    bench = Bench.on(client, TABLE)
    client.after = Failing(TIMED_OUT)
    with pytest.raises(StoreUnavailable):
        bench.store.inbox.accept(builders.message(1), "slack / U1", NOW)
    client.after = None
    assert not bench.store.inbox.accept(builders.message(1), "slack / U1", NOW)
    assert bench.state(CONVERSATION)["pending"] == 1


def test_a_notice_for_a_turn_that_was_closed_meanwhile_is_fenced() -> None:
    """The open turn is read before the write; the write holds it to what was read."""
    client = InMemoryDynamoDB()
    bench = Bench.on(client, TABLE)
    at = builders.opened(bench.store).ended()
    stored = at.stored()

    def complete_first(operation: str, _request: Any) -> None:
        if operation == "transact_write_items":
            client.before = None
            assert bench.store.turns.complete(at.holder, stored)

    client.before = complete_first
    with pytest.raises(Fenced):
        bench.store.turns.record_session(at.holder, None, "The session was gone.")
    assert at.stored().notice == ""


def test_what_is_pending_may_change_between_two_tries_of_a_bump() -> None:
    """The sweeper finds a message pending; before its write the message is done."""
    client = InMemoryDynamoDB()
    bench = Bench.on(client, TABLE)
    accept(bench.store, builders.message(1))
    holder = acquire(bench.store)
    at = builders.claim(bench.store, holder).ended()
    stored = at.stored()

    def complete_first(operation: str, _request: Any) -> None:
        if operation == "update_item":
            client.before = None
            assert bench.store.turns.complete(holder, stored)

    client.before = complete_first
    state = bench.store.repairs.bump(CONVERSATION, holder.generation, NOW, heed_lease=False)
    assert state is not None
    assert (state.pending, state.generation) == (0, holder.generation + 1)
    assert list(bench.store.repairs.unsettled()) == []


def find_a_message_that_comes_between_two_tries_of_a_bump(
    conditions: Conditions = PROTOCOL,
) -> None:
    """The sweeper finds nothing pending; before its second write a message comes in."""
    client = InMemoryDynamoDB()
    bench = Bench.on(client, TABLE, conditions)
    accept(bench.store, builders.message(1))
    at = builders.claim(bench.store, acquire(bench.store)).ended()
    assert bench.store.turns.complete(at.holder, at.stored())

    def accept_after(operation: str, _request: Any) -> None:
        if operation == "update_item":
            client.after = None
            accept(bench.store, builders.message(2))

    client.after = accept_after
    state = bench.store.repairs.bump(CONVERSATION, at.holder.generation, NOW, heed_lease=False)
    assert state is not None
    assert (state.pending, state.generation) == (1, at.holder.generation + 1)
    assert list(bench.store.repairs.unsettled()) == [CONVERSATION]
    assert "expires_at" not in bench.state(CONVERSATION)


def test_a_message_that_comes_in_between_two_tries_of_a_bump_is_found_by_the_next_sweep() -> None:
    find_a_message_that_comes_between_two_tries_of_a_bump()


def test_a_bump_that_never_finds_rest_is_left_to_the_next_sweep() -> None:
    client = InMemoryDynamoDB()
    bench = Bench.on(client, TABLE)
    accept(bench.store, builders.message(1))
    generation = acquire(bench.store).generation
    settled = dict(bench.state(CONVERSATION))
    flips = iter(range(100))

    def flip(operation: str, _request: Any) -> None:
        if operation == "update_item":
            pending = 0 if next(flips) % 2 == 0 else 1
            client.before = None
            bench.alter(state(CONVERSATION), {**settled, "pending": pending})
            client.before = flip

    client.before = flip
    bumped = bench.store.repairs.bump(CONVERSATION, generation, NOW, heed_lease=False)
    client.before = None
    assert bumped is None
    assert list(bench.store.repairs.unsettled()) == [CONVERSATION]


def test_an_unreachable_server_is_unavailable_over_a_real_socket() -> None:
    client = client_of("dynamodb", "http://127.0.0.1:9")
    try:
        with pytest.raises(StoreUnavailable):
            Table(client, TABLE).get(state("a"))
    finally:
        client.close()


def test_values_come_back_as_they_were() -> None:
    fields: dict[str, Plain] = {
        "text": "ü",
        "empty": "",
        "whole": -7,
        "yes": True,
        "list": ["a", 1, [False]],
        "map": {"deep": {"er": 1}, "none": {}},
    }
    assert unmarshal(marshal(fields)) == fields


def test_an_absent_value_is_no_attribute() -> None:
    assert marshal({"here": 1, "absent": None}) == {"here": {"N": "1"}}


def test_the_table_refuses_types_that_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="SS"):
        unmarshal({"tags": {"SS": ["a"]}})


def test_keys_of_different_items_are_different() -> None:
    one = builders.message(1)
    found = [state("c"), message(one), seen(one.id)]
    assert len({str(key) for key in found}) == len(found)

"""People decide: the first one to come, and nobody after the time (protocol 26, 27, 36)."""

from dataclasses import replace

import pytest

from parley.adapters.dynamodb import keys
from parley.core.approval import Choice
from parley.core.batch import Batch, BatchStatus, Ruling
from parley.core.limits import DAY, SECOND
from parley.ports import Store
from tests.store.bench import Bench
from tests.store.builders import (
    CONVERSATION,
    NOW,
    asked,
    decision,
    opened,
    with_asked,
    with_batch,
)

LATE = asked().expires_at


def stored(store: Store) -> Batch:
    return store.approvals.get(CONVERSATION, asked().key)


def decide(
    store: Store, choice: Choice = Choice.ALLOW, by: str = "U1", reason: str = "", now: int = NOW
) -> Batch:
    made = decision(choice, by, reason)
    return store.approvals.decide(CONVERSATION, stored(store), made, now)


def test_the_id_in_a_button_leads_to_the_batch(store: Store) -> None:
    with_asked(store)
    assert store.approvals.find(asked().approval) == (CONVERSATION, asked())


def test_an_unknown_id_leads_nowhere(store: Store) -> None:
    with_asked(store)
    assert store.approvals.find("unknown") is None


def test_a_batch_that_asks_nobody_is_not_found(store: Store) -> None:
    with_batch(store)
    assert store.approvals.find("") is None


def test_an_id_that_is_past_its_time_leads_nowhere(bench: Bench) -> None:
    with_asked(bench.store)
    bench.clock.advance(30 * DAY)
    assert bench.fields(keys.approval(asked().approval))
    assert bench.store.approvals.find(asked().approval) is None


def test_an_id_leads_nowhere_when_its_batch_is_gone(bench: Bench) -> None:
    with_asked(bench.store)
    bench.client.delete_item(TableName=bench.table, Key=keys.batch(CONVERSATION, asked().key))
    assert bench.store.approvals.find(asked().approval) is None


def test_an_unknown_batch_is_an_error(store: Store) -> None:
    with pytest.raises(LookupError):
        store.approvals.get(CONVERSATION, asked().key)
    with pytest.raises(LookupError):
        store.approvals.decide(CONVERSATION, asked(), decision(), NOW)


@pytest.mark.parametrize(
    ("choice", "status"),
    [
        (Choice.ALLOW, BatchStatus.ALLOWED),
        (Choice.ALWAYS, BatchStatus.ALLOWED),
        (Choice.DENY, BatchStatus.DENIED),
    ],
)
def test_a_decision_is_kept_with_who_and_when(
    store: Store, choice: Choice, status: BatchStatus
) -> None:
    with_asked(store)
    decided = decide(store, choice, "U2", "too risky", NOW + SECOND)
    expected = replace(
        asked(), status=status, by="U2", by_name="Ada", at=NOW + SECOND, reason="too risky"
    )
    assert decided == stored(store) == expected


@pytest.mark.parametrize("second", Choice)
def test_whoever_decided_first_decided(bench: Bench, second: Choice) -> None:
    with_asked(bench.store)
    first = decide(bench.store, Choice.DENY)
    before = bench.everything_of(CONVERSATION)
    assert decide(bench.store, second, "U2", now=NOW + SECOND) == first
    assert bench.everything_of(CONVERSATION) == before


def test_a_click_past_the_time_expires_the_batch(store: Store) -> None:
    with_asked(store)
    late = decide(store, now=LATE)
    assert late == stored(store) == replace(asked(), status=BatchStatus.EXPIRED, at=LATE)
    assert list(store.repairs.closed()) == [(CONVERSATION, late)]


def test_a_click_in_the_last_moment_counts(store: Store) -> None:
    with_asked(store)
    assert decide(store, now=LATE - 1).status is BatchStatus.ALLOWED


def test_an_always_past_the_time_makes_no_rule(store: Store) -> None:
    with_asked(store)
    assert decide(store, Choice.ALWAYS, now=LATE).status is BatchStatus.EXPIRED
    assert store.batches.rules(CONVERSATION, 0) == frozenset()


def test_a_late_click_on_what_was_decided_tells_the_decision(store: Store) -> None:
    with_asked(store)
    first = decide(store)
    assert decide(store, Choice.DENY, now=LATE) == first


def test_a_decision_finds_the_token_that_wakes_the_machine(store: Store) -> None:
    at = with_asked(store)
    store.batches.park(at.holder, asked(), "token1", NOW + DAY)
    assert decide(store, Choice.ALWAYS).token == "token1"


def test_a_decision_is_found_until_the_machine_has_seen_it(store: Store) -> None:
    with_asked(store)
    decided = decide(store)
    assert list(store.repairs.closed()) == [(CONVERSATION, decided)]


def test_a_long_reason_comes_back_whole(bench: Bench) -> None:
    with_asked(bench.store)
    reason = "because " * 10_000
    assert decide(bench.store, Choice.DENY, reason=reason).reason == reason
    assert stored(bench.store).reason == reason


# Always


def test_always_makes_a_rule_for_the_tool_that_was_asked_about(store: Store) -> None:
    with_asked(store)
    assert store.batches.rules(CONVERSATION, 0) == frozenset()
    decide(store, Choice.ALWAYS)
    assert store.batches.rules(CONVERSATION, 0) == {"bash"}


@pytest.mark.parametrize("choice", [Choice.ALLOW, Choice.DENY])
def test_a_single_decision_makes_no_rule(store: Store, choice: Choice) -> None:
    with_asked(store)
    decide(store, choice)
    assert store.batches.rules(CONVERSATION, 0) == frozenset()


def test_an_always_that_came_second_makes_no_rule(store: Store) -> None:
    with_asked(store)
    decide(store, Choice.DENY)
    decide(store, Choice.ALWAYS)
    assert store.batches.rules(CONVERSATION, 0) == frozenset()


def test_always_about_several_tools_means_this_time_only(store: Store) -> None:
    at = opened(store)
    both = tuple(replace(verdict, ruling=Ruling.ASK) for verdict in asked().verdicts)
    several = replace(asked(), verdicts=both)
    store.batches.record(at.holder, several, 5, "so far", NOW)
    assert decide(store, Choice.ALWAYS).status is BatchStatus.ALLOWED
    assert store.batches.rules(CONVERSATION, 0) == frozenset()


def test_rules_count_from_the_last_renewal_on(store: Store) -> None:
    with_asked(store)
    decide(store, Choice.ALWAYS, now=NOW + SECOND)
    assert store.batches.rules(CONVERSATION, NOW + SECOND) == {"bash"}
    assert store.batches.rules(CONVERSATION, NOW + SECOND + 1) == frozenset()


def test_a_rule_ends_after_a_month(bench: Bench) -> None:
    with_asked(bench.store)
    decide(bench.store, Choice.ALWAYS)
    bench.clock.advance(30 * DAY - SECOND)
    assert bench.store.batches.rules(CONVERSATION, 0) == {"bash"}
    bench.clock.advance(SECOND)
    assert bench.fields(keys.rule(CONVERSATION, "bash"))
    assert bench.store.batches.rules(CONVERSATION, 0) == frozenset()


def test_rules_are_each_conversations_own(store: Store) -> None:
    with_asked(store)
    decide(store, Choice.ALWAYS)
    assert store.batches.rules("slack:group:C8", 0) == frozenset()

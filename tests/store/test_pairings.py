"""Codes: offered sparingly, used once, hard to guess."""

from typing import Any

import pytest

from parley.adapters.dynamodb import keys
from parley.adapters.dynamodb.conditions import PROTOCOL, Conditions
from parley.core.limits import DAY, HOUR, MINUTE
from parley.core.pairing import Paired, PairingResult, Person
from parley.ports import Store
from tests.fakes.dynamodb import InMemoryDynamoDB
from tests.store.bench import Bench
from tests.store.builders import NOW

GUEST = Person("telegram", "bot1", "4711", "Grace")
OTHER = Person("telegram", "bot1", "4712", "Alan")
CODE = "ABCD2345"
UNKNOWN = Paired(PairingResult.UNKNOWN)
LOCKED = Paired(PairingResult.LOCKED)
AN_HOUR_LATER = (NOW // HOUR + 1) * HOUR


def test_an_accepted_code_lets_its_person_in(store: Store) -> None:
    assert not store.pairings.paired(GUEST)
    assert store.pairings.offer(GUEST, CODE, NOW)
    assert store.pairings.accept(CODE, "U1", NOW) == Paired(PairingResult.PAIRED, GUEST)
    assert store.pairings.paired(GUEST)


@pytest.mark.parametrize(
    "other",
    [OTHER, Person("slack", "bot1", "4711"), Person("telegram", "bot2", "4711")],
    ids=["person", "channel", "installation"],
)
def test_nobody_else_is_let_in_by_it(store: Store, other: Person) -> None:
    store.pairings.offer(GUEST, CODE, NOW)
    store.pairings.accept(CODE, "U1", NOW)
    assert not store.pairings.paired(other)


def test_a_person_stays_in_by_another_name(store: Store) -> None:
    store.pairings.offer(GUEST, CODE, NOW)
    store.pairings.accept(CODE, "U1", NOW)
    assert store.pairings.paired(Person("telegram", "bot1", "4711", "Admiral"))


def test_a_code_that_nobody_was_offered_is_unknown(store: Store) -> None:
    assert store.pairings.accept(CODE, "U1", NOW) == UNKNOWN


def test_a_code_lives_an_hour(store: Store) -> None:
    store.pairings.offer(GUEST, CODE, NOW)
    assert store.pairings.accept(CODE, "U1", NOW + HOUR) == UNKNOWN
    assert not store.pairings.paired(GUEST)


def test_a_code_is_taken_until_its_last_moment(store: Store) -> None:
    store.pairings.offer(GUEST, CODE, NOW)
    assert store.pairings.accept(CODE, "U1", NOW + HOUR - 1).person == GUEST


def test_a_code_is_used_once(store: Store) -> None:
    store.pairings.offer(GUEST, CODE, NOW)
    store.pairings.accept(CODE, "U1", NOW)
    assert store.pairings.accept(CODE, "U2", NOW) == UNKNOWN


def test_an_operator_whose_answer_was_lost_gets_it_again(store: Store) -> None:
    store.pairings.offer(GUEST, CODE, NOW)
    first = store.pairings.accept(CODE, "U1", NOW)
    assert store.pairings.accept(CODE, "U1", NOW + MINUTE) == first


def test_a_living_code_is_answer_enough(store: Store) -> None:
    store.pairings.offer(GUEST, CODE, NOW)
    assert not store.pairings.offer(GUEST, "EFGH2345", NOW + HOUR - 1)
    assert store.pairings.accept("EFGH2345", "U1", NOW) == UNKNOWN
    assert store.pairings.accept(CODE, "U1", NOW).person == GUEST


def test_a_new_code_is_offered_when_the_old_one_is_dead(store: Store) -> None:
    store.pairings.offer(GUEST, CODE, NOW)
    assert store.pairings.offer(GUEST, "EFGH2345", NOW + HOUR)


def test_three_codes_a_day_are_offered(store: Store) -> None:
    given = [store.pairings.offer(GUEST, f"CODE{n}", NOW + n * 2 * HOUR) for n in range(5)]
    assert given == [True, True, True, False, False]
    assert store.pairings.offer(GUEST, CODE, NOW + DAY)
    assert not store.pairings.offer(GUEST, "MORE", NOW + DAY + HOUR)


def test_offers_are_counted_for_each_person(store: Store) -> None:
    store.pairings.offer(GUEST, CODE, NOW)
    assert store.pairings.offer(OTHER, "EFGH2345", NOW)


def test_a_code_that_somebody_else_holds_is_not_offered(store: Store) -> None:
    store.pairings.offer(GUEST, CODE, NOW)
    assert not store.pairings.offer(OTHER, CODE, NOW)
    assert store.pairings.accept(CODE, "U1", NOW).person == GUEST


def test_a_code_whose_time_is_over_may_come_again(store: Store) -> None:
    store.pairings.offer(GUEST, CODE, NOW)
    assert store.pairings.offer(OTHER, CODE, NOW + HOUR)
    assert store.pairings.accept(CODE, "U1", NOW + HOUR).person == OTHER


def guess(store: Store, times: int, now: int = NOW) -> list[PairingResult]:
    return [store.pairings.accept(f"WRONG{n}", "U1", now).result for n in range(times)]


def test_after_ten_wrong_codes_none_is_taken_for_the_hour(store: Store) -> None:
    store.pairings.offer(GUEST, CODE, NOW)
    assert guess(store, 11) == [PairingResult.UNKNOWN] * 10 + [PairingResult.LOCKED]
    assert store.pairings.accept(CODE, "U2", NOW) == LOCKED
    assert not store.pairings.paired(GUEST)


def test_nine_wrong_codes_lock_nobody_out(store: Store) -> None:
    store.pairings.offer(GUEST, CODE, NOW)
    guess(store, 9)
    assert store.pairings.accept(CODE, "U2", NOW).person == GUEST


def test_the_next_hour_counts_anew(store: Store) -> None:
    guess(store, 11)
    store.pairings.offer(GUEST, CODE, AN_HOUR_LATER)
    assert store.pairings.accept(CODE, "U2", AN_HOUR_LATER).person == GUEST


def test_codes_that_are_dead_or_used_count_as_wrong(store: Store) -> None:
    store.pairings.offer(GUEST, CODE, NOW)
    store.pairings.accept(CODE, "U1", NOW)
    for _ in range(10):
        store.pairings.accept(CODE, "U2", NOW)
    assert store.pairings.accept(CODE, "U2", NOW) == LOCKED


def test_what_only_served_the_pairing_expires(bench: Bench) -> None:
    bench.store.pairings.offer(GUEST, CODE, NOW)
    guess(bench.store, 1)
    bench.store.pairings.accept(CODE, "U1", NOW)
    passing = (keys.code(CODE), keys.offers(GUEST), keys.wrong_codes(NOW // HOUR))
    assert all("expires_at" in bench.fields(key) for key in passing)
    assert "expires_at" not in bench.fields(keys.paired(GUEST))


def make_two_offers_at_once(conditions: Conditions = PROTOCOL) -> None:
    """Two webhooks read that the person has no code; each then offers one."""
    client = InMemoryDynamoDB()
    bench = Bench.on(client, "conversations", conditions)

    def offer_first(operation: str, _request: Any) -> None:
        if operation == "transact_write_items":
            client.before = None
            assert bench.store.pairings.offer(GUEST, "FIRST234", NOW)

    client.before = offer_first
    assert not bench.store.pairings.offer(GUEST, CODE, NOW)
    assert bench.store.pairings.accept(CODE, "U1", NOW) == UNKNOWN


def test_of_two_offers_at_once_one_is_kept() -> None:
    make_two_offers_at_once()

"""What a notification leaves at a target for the first reply to it."""

from parley.adapters.dynamodb import keys
from parley.core.limits import MINUTE, SECOND
from tests.store.bench import Bench
from tests.store.builders import NOW, context


def test_a_context_is_found_at_its_target(bench: Bench) -> None:
    bench.contexts.put(context())
    assert bench.store.turns.context(context().target) == context()


def test_no_context_is_found_at_another_target(bench: Bench) -> None:
    bench.contexts.put(context())
    assert bench.store.turns.context("slack:dm:U1") is None


def test_the_newest_context_at_a_target_counts(bench: Bench) -> None:
    bench.contexts.put(context())
    bench.contexts.put(context(NOW + MINUTE))
    assert bench.store.turns.context(context().target) == context(NOW + MINUTE)


def test_an_expired_context_is_shown_for_the_caller_to_judge(bench: Bench) -> None:
    bench.contexts.put(context())
    bench.clock.advance(1_000 * MINUTE)
    assert bench.store.turns.context(context().target) == context()


def test_a_context_is_never_removed_before_it_expires(bench: Bench) -> None:
    odd = context(NOW + 1)
    bench.contexts.put(odd)
    assert bench.fields(keys.context(odd.target))["expires_at"] * SECOND >= odd.expires_at

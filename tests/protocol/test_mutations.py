"""Each condition of the protocol is removed once, and a check notices.

Every clause that the table judges is replaced by one that always holds. A check is a test of the
store's contract, or a play of the whole path. What the use cases themselves owe to the protocol is
removed in wrong variants of the world around them.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest

from parley.adapters.dynamodb.conditions import PROTOCOL, Conditions
from parley.core.session import RunOptions
from tests.protocol.detectors import detectors, keeps_contract, maker
from tests.protocol.simulation import Simulation
from tests.protocol.test_crashes import SCENARIOS, check, stop
from tests.store.test_pairings import make_two_offers_at_once
from tests.store.test_table import find_a_message_that_comes_between_two_tries_of_a_bump

NOTHING = "attribute_not_exists(nothing)"

CONTRACT = {
    "unclaimed_identity": "test_inbox: test_a_repeated_delivery_is_refused",
    "current_generation": "test_leases: test_another_generation_is_superseded",
    "later_fence": "test_leases: test_of_two_invocations_with_one_fence_the_second_is_fenced",
    "own_generation": "test_leases: test_a_hand_over_ends_the_giver",
    "newest_fence": "test_fencing: test_a_claim_of_an_earlier_invocation_leaves_the_queue_alone",
    "no_open_turn": "test_claim: test_a_second_claim_is_refused_while_a_turn_is_open",
    "new_turn": "test_claim: test_a_turns_id_is_used_once",
    "no_renewal": "test_claim: test_a_claim_that_did_not_see_the_renewal_is_refused",
    "still_queued": "test_claim: test_a_message_enters_one_turn_only",
    "same_context": "test_claim: "
    "test_a_claim_with_a_context_that_is_no_longer_there_is_false_and_writes_nothing",
    "unfinished": "test_turns: test_progress_is_refused_once_an_outcome_stands",
    "open_turn": "test_turns: test_a_turn_that_is_not_the_open_one_gets_no_outcome",
    "no_outcome": "test_turns: test_the_first_outcome_stands",
    "chunk_is_next": "test_outbox: test_no_intent_for_a_chunk_that_is_counted",
    "intent_lapsed": "test_outbox: test_no_intent_while_another_is_alive",
    "chunk_not_counted": "test_outbox: test_a_repeated_confirmation_changes_nothing",
    "own_intent": "test_outbox: test_another_senders_chunk_is_not_confirmed",
    "retracted_intent": "test_outbox: test_anothers_intent_is_not_retracted",
    "same_turn": "test_claim: test_a_second_completion_is_false_and_counts_nothing",
    "same_messages": "test_claim: "
    "test_a_turn_that_got_more_messages_since_it_was_read_is_not_completed",
    "claimed_by_turn": "test_claim: test_a_message_of_another_turn_is_never_done_with_this_one",
    "nothing_pending": "test_leases: test_release_is_refused_while_a_message_is_queued",
    "no_turn_left": "test_leases: test_release_is_refused_while_a_turn_is_open",
    "dead_generation": "test_repairs: test_of_two_sweepers_one_bumps",
    "lease_lapsed_or_absent": "test_repairs: "
    "test_a_living_owner_of_nothing_is_left_alone_by_the_sweeper",
    "bumped_busy": "test_repairs: test_a_dead_owner_of_nothing_is_settled",
    "batch_turn": "test_batches: "
    "test_no_batch_for_a_turn_without_an_outcome_that_another_one_replaced",
    "batch_decided": "test_batches: test_no_slot_for_a_batch_that_is_not_decided",
    "reported_batch": "test_batches: test_a_late_report_leaves_the_next_batch_alone",
    "not_told": "test_turns: test_the_chat_is_told_of_the_waiting_once",
    "not_stopped": "test_batches: test_no_batch_for_a_stopped_turn",
    "no_ending": "test_batches: test_no_batch_for_a_turn_that_is_being_ended",
    "batch_unfinished": "test_batches: test_no_batch_after_the_outcome",
    "new_batch": "test_batches: test_a_repeat_gets_the_first_verdicts_and_changes_nothing",
    "slot_free": "test_batches: test_one_at_a_time_posts_decisions",
    "waiting_batch": "test_batches: test_no_slot_for_a_batch_that_is_not_the_one_that_waits",
    "none_steering": "test_endings: test_no_outcome_while_a_message_is_on_its_way_into_the_run",
    "first_prompt": "test_asking: test_the_first_prompt_stands",
    "still_open": "test_approvals: test_whoever_decided_first_decided",
    "unexpired": "test_approvals: test_a_click_past_the_time_expires_the_batch",
    "consumed_batch": "test_asking: test_a_batch_that_is_consumed_late_leaves_the_next_one_alone",
    "ending_turn": "test_endings: test_a_turn_that_is_not_the_open_one_is_not_ended",
    "ending_unfinished": "test_endings: test_a_turn_with_an_outcome_is_not_ended_once_more",
    "first_ending": "test_endings: test_the_first_ending_stands",
    "stopped_turn": "test_controls: test_a_stop_of_a_turn_that_is_over_leaves_the_next_one_alone",
    "stopped_batch": "test_controls: test_a_stop_that_saw_a_batch_which_was_posted_reads_again",
    "stopped_unasked": "test_controls: test_a_stop_that_did_not_see_the_batch_reads_again",
    "interrupting_queued": "test_controls: "
    "test_an_interrupting_message_never_stops_the_turn_that_it_became",
    "steered_turn": "test_steering: test_no_text_for_a_turn_that_is_not_the_open_one",
    "steering_unfinished": "test_steering: test_no_text_for_a_turn_with_an_outcome",
    "steered_queued": "test_steering: test_only_what_is_queued_is_taken",
    "none_passing": "test_steering: test_no_second_text_before_the_first_one_is_answered",
    "same_passing": "test_steering: test_an_answered_text_is_not_posted_again",
    "room_left": "test_steering: test_ninety_messages_are_claimed_and_steered_together",
    "passed_slot": "test_steering: test_a_repeated_report_counts_once",
    "all_resolved": "test_steering: test_a_resolution_that_misses_a_text_is_refused",
    "steering_in_turn": "test_steering: test_only_what_is_on_its_way_is_resolved",
    "superseding_queued": "test_controls: "
    "test_a_message_that_is_claimed_already_supersedes_nothing",
    "idle_or_new": "test_controls: test_a_mode_never_makes_a_busy_conversation_expire",
    "known_conversation": "test_controls: "
    "test_there_is_nothing_to_renew_where_there_is_no_conversation",
    "new_conversation": "test_moves: test_a_conversation_that_has_begun_is_left_alone",
    "first_verdict": "test_verdicts: test_the_first_verdict_stands",
    "new_code": "test_pairings: test_a_code_that_somebody_else_holds_is_not_offered",
    "living_code": "test_pairings: test_a_code_lives_an_hour",
    "unused_code": "test_pairings: test_a_code_is_used_once",
    "not_locked": "test_pairings: test_after_ten_wrong_codes_none_is_taken_for_the_hour",
}

PLAYS = {
    "unclaimed_identity": "race: two deliveries of one message",
    "chunk_is_next": "race: a zombie DeliverReply against its retry",
    "intent_lapsed": "race: a zombie DeliverReply against its retry",
    "nothing_pending": "race: two webhooks against a release",
}

# What comes in between a reading and its write: the tests bring their own tables.
RACED = {
    "bumped_idle": find_a_message_that_comes_between_two_tries_of_a_bump,
    "offers_as_read": make_two_offers_at_once,
}

BY_NAME = {detector.name: detector for detector in detectors()}


def without(clause: str) -> Conditions:
    return replace(PROTOCOL, **{clause: NOTHING})


def noticed(run: Callable[[], object]) -> bool:
    """Whether the check fails: pytest's own failures are no Exceptions."""
    try:
        run()
    except (Exception, pytest.fail.Exception):
        return True
    return False


@pytest.mark.parametrize("clause", sorted(CONTRACT))
def test_the_contract_notices_a_missing_clause(clause: str) -> None:
    name = CONTRACT[clause]
    keeps_contract(name, PROTOCOL)
    assert noticed(lambda: keeps_contract(name, without(clause))), name


def test_every_clause_is_removed_once() -> None:
    assert {field.name for field in fields(PROTOCOL)} == set(CONTRACT) | set(RACED)


@pytest.mark.parametrize("clause", RACED)
def test_a_race_notices_a_missing_clause(clause: str) -> None:
    RACED[clause](PROTOCOL)
    assert noticed(lambda: RACED[clause](without(clause)))


@pytest.mark.parametrize("clause", PLAYS)
def test_the_whole_path_notices_a_missing_clause(clause: str) -> None:
    detector = BY_NAME[PLAYS[clause]]
    assert noticed(lambda: detector.run(maker(without(clause))))


class ForgetfulAgent:
    """(6) An agent that is called without the turn's key: each attempt is a new run."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._attempts = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def start_run(self, session: str, prompt: str, options: RunOptions, key: str) -> str:
        self._attempts += 1
        started: str = self._inner.start_run(session, prompt, options, f"{key}-{self._attempts}")
        return started


class AmnesicAgent(ForgetfulAgent):
    """(6) An agent that seems never to restart: the history is not asked."""

    def booted_at(self) -> int:
        return 0

    def start_run(self, session: str, prompt: str, options: RunOptions, key: str) -> str:
        started: str = self._inner.start_run(session, prompt, options, key)
        return started


class DeafExecutions:
    """(1, 14) Executions that never start: neither the webhook nor the sweep wakes anybody."""

    def start(self, conversation: str, generation: int) -> None:
        return None


def plain() -> Simulation:
    simulation = Simulation()
    SCENARIOS[0].play(simulation)
    return simulation


def stopped_at(place: str, make: Callable[[], Simulation]) -> Simulation:
    """A play that is stopped where it comes to this place for the first time."""
    undisturbed = make()
    undisturbed.settle()
    simulation = make()
    simulation.points.actions[undisturbed.points.reached.index(place)] = stop
    return simulation


def with_agent(wrap: Callable[[Any], Any]) -> Simulation:
    simulation = plain()
    simulation.agent = wrap(simulation.agent)
    simulation.with_store()
    return simulation


def test_a_key_per_attempt_runs_a_message_twice() -> None:
    right = stopped_at("after agent.start_run", plain)
    right.settle()
    check(right, SCENARIOS[0], repeats=0)
    wrong = stopped_at("after agent.start_run", lambda: with_agent(ForgetfulAgent))
    wrong.settle()
    assert noticed(lambda: check(wrong, SCENARIOS[0], repeats=0))


def test_without_the_boot_time_a_restart_runs_a_message_twice() -> None:
    def restart_and_stop(simulation: Simulation) -> None:
        simulation.clock.advance(10_000)
        simulation.agent.restart()
        stop()

    def play(make: Callable[[], Simulation]) -> int:
        undisturbed = make()
        undisturbed.settle()
        at = undisturbed.points.reached.index("after agent.start_run")
        simulation = make()
        simulation.points.actions[at] = lambda: restart_and_stop(simulation)
        simulation.settle()
        return simulation.agent.runs_of("hello")

    assert play(plain) == 1
    assert play(lambda: with_agent(AmnesicAgent)) == 2


def test_without_the_failure_rule_and_the_sweep_a_lost_wake_up_is_noticed() -> None:
    simulation = plain()
    simulation.executions = DeafExecutions()
    simulation.with_store()
    assert noticed(simulation.settle)


def test_a_sweep_that_never_comes_leaves_a_lost_execution() -> None:
    simulation = plain()
    simulation.turn_the_world()
    running = simulation.stepfunctions.next_due()
    assert running is not None
    running.dead = True
    simulation.sweep = lambda: None  # type: ignore[method-assign]
    assert noticed(simulation.settle)

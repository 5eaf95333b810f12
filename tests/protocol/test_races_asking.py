"""Every interleaving of people and the machine around decisions, stops and messages in between.

After each: what must hold after every play of asking_plays, and what the race itself demands. Where
there are too many orders, actors are left for another at most so often before their end.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest

from parley.core.approval import Choice
from parley.core.limits import MINUTE, SECOND
from parley.core.turn import Outcome
from tests.fakes.agent_runs import Answer
from tests.protocol import staging_asking as staging
from tests.protocol import staging_next_turn as next_turn
from tests.protocol.asking_plays import AskingPlay
from tests.protocol.interleaving import all_interleavings
from tests.protocol.notes import noting
from tests.protocol.race_demands import (
    as_decided,
    at_once,
    decided_once,
    nothing_after_the_stop,
    ran_once,
    the_other_is_answered,
)
from tests.protocol.simulation import Simulation
from tests.protocol.staging_asking import Make
from tests.protocol.staging_next_turn import NEXT, STOP, Staged
from tests.protocol.test_approvals import COMMAND

COMPLETED, CANCELLED, EXPIRED = Outcome.COMPLETED, Outcome.CANCELLED, Outcome.EXPIRED


@dataclass(frozen=True)
class Race:
    """`outcomes` are the ends that the first turn may come to; `also` is what the race demands."""

    stage: Callable[[Make], Staged]
    also: Callable[[Simulation], None]
    outcomes: tuple[Outcome, ...] = (COMPLETED,)
    texts: tuple[str, ...] = ("deploy",)
    switches: int | None = None

    def check(self, simulation: Simulation) -> None:
        play = AskingPlay("", lambda _simulation: None, self.texts, self.outcomes)
        play.check(simulation)
        self.also(simulation)


# Who meets whom.


def two_approvers(make: Make) -> Staged:
    simulation = staging.parked(make, slack={"approvers": ["U1", "U2"]})
    return simulation, [
        staging.presses(simulation, Choice.ALLOW, "U1"),
        staging.presses(simulation, Choice.DENY, "U2"),
    ]


def click_against_expiry(make: Make) -> Staged:
    """The machine wakes by itself, a minute past the time."""
    simulation = staging.parked(make)
    return simulation, [
        staging.presses(simulation, Choice.ALLOW),
        staging.goes_on(simulation, "AskApproval", "Route", "FollowRun"),
    ]


def two_clicks_past_the_time(make: Make) -> Staged:
    simulation = staging.parked(make)
    simulation.clock.advance(31 * MINUTE - 30 * SECOND)
    return simulation, [
        staging.presses(simulation, Choice.ALLOW),
        staging.presses(simulation, Choice.DENY),
    ]


def stop_before_the_token(make: Make) -> Staged:
    simulation = staging.about_to_ask(make)
    return simulation, [staging.steps_once(simulation), staging.says(simulation, STOP)]


def click_before_the_token(make: Make, choice: Choice = Choice.ALLOW) -> Staged:
    """The prompt is from before a takeover, the successor is about to park."""
    simulation = staging.parked(make)
    staging.takes_over(simulation)()
    staging.up_to(simulation, "AskApproval")
    return simulation, [
        staging.steps_once(simulation),
        staging.presses(simulation, choice),
    ]


def steering_before_the_token(make: Make) -> Staged:
    simulation = staging.about_to_ask(make, busy_mode="steer")
    return simulation, [staging.steps_once(simulation), staging.says(simulation, NEXT)]


def stop_against_the_posting(make: Make) -> Staged:
    simulation = noting(staging.about_to_post(make))
    return simulation, [
        staging.goes_on(simulation, "FollowRun"),
        staging.says(simulation, STOP),
    ]


def stop_against_the_record(make: Make) -> Staged:
    simulation = noting(staging.up_to(staging.begun(make), "FollowRun"))
    return simulation, [
        staging.steps_once(simulation),
        staging.says(simulation, STOP),
    ]


def stop_against_a_click(make: Make) -> Staged:
    simulation = noting(staging.parked(make))
    return simulation, [
        staging.presses(simulation, Choice.ALLOW),
        staging.says(simulation, STOP),
    ]


def takeover_against_a_click(make: Make) -> Staged:
    """The parked execution has died, and the failure rule hears of it."""
    simulation = staging.parked(make)
    successor = staging.takes_over(simulation, "StartTurn", "Route", "FollowRun")
    return simulation, [successor, staging.presses(simulation, Choice.ALLOW)]


def sweep_against_a_click(make: Make) -> Staged:
    """It has died silently, and its long lease has lapsed: the sweep, the rule, and a person."""
    simulation = staging.parked(make)
    rule = staging.takes_over(simulation)
    simulation.clock.advance(29 * MINUTE)
    return simulation, [simulation.sweep, staging.presses(simulation, Choice.ALLOW), rule]


def steering_against_a_click(make: Make) -> Staged:
    simulation = staging.parked(make, busy_mode="steer")
    return simulation, [
        staging.says(simulation, NEXT),
        staging.presses(simulation, Choice.ALLOW),
    ]


def steering_against_the_posting(make: Make) -> Staged:
    simulation = staging.about_to_post(make, busy_mode="steer")
    return simulation, [
        staging.goes_on(simulation, "FollowRun"),
        staging.says(simulation, NEXT),
    ]


def two_post_one_batch(make: Make) -> Staged:
    simulation = staging.about_to_post(make)
    late = staging.zombie(simulation)
    return simulation, [staging.goes_on(simulation, "FollowRun"), late]


def two_generations_post_one_batch(make: Make) -> Staged:
    """The execution is over for Step Functions, while its FollowRun is still at work."""
    simulation = staging.about_to_post(make)
    late = staging.zombie(simulation)
    successor = staging.takes_over(simulation, "StartTurn", "Route", "FollowRun")
    return simulation, [successor, late]


def repeated_ids_against_a_click(make: Make) -> Staged:
    """The run proposes the same id once more; the first click is delivered again meanwhile."""
    steps = (Answer("", (COMMAND,)), Answer("", (COMMAND,)), Answer("Done."))
    simulation = staging.about_to_post(make, *steps)
    return simulation, [
        staging.goes_on(simulation, "FollowRun"),
        staging.presses(simulation, Choice.ALLOW),
    ]


BOTH = ("deploy", "the other one")
RACES: dict[str, Race] = {
    "two approvers": Race(two_approvers, as_decided),
    "click against expiry": Race(
        click_against_expiry, as_decided, (COMPLETED, EXPIRED), switches=2
    ),
    "two clicks past the time": Race(two_clicks_past_the_time, as_decided, (EXPIRED,), switches=3),
    "stop before the token": Race(stop_before_the_token, at_once, (CANCELLED,), switches=3),
    "click before the token": Race(click_before_the_token, at_once, switches=3),
    "steering before the token": Race(steering_before_the_token, at_once, texts=BOTH, switches=3),
    "stop against the posting": Race(
        stop_against_the_posting, nothing_after_the_stop, (COMPLETED, CANCELLED), switches=2
    ),
    "stop against the record": Race(
        stop_against_the_record, nothing_after_the_stop, (CANCELLED,), switches=3
    ),
    "stop against a click": Race(
        stop_against_a_click, nothing_after_the_stop, (COMPLETED, CANCELLED), switches=3
    ),
    "takeover against a click": Race(takeover_against_a_click, as_decided, switches=3),
    "sweep against a click": Race(sweep_against_a_click, as_decided, switches=2),
    "steering against a click": Race(steering_against_a_click, as_decided, texts=BOTH, switches=3),
    "steering against the posting": Race(
        steering_against_the_posting, as_decided, texts=BOTH, switches=2
    ),
    "steering at the last inference": Race(
        partial(next_turn.steering_a_run_that_ends, reads=False),
        the_other_is_answered,
        texts=BOTH,
        switches=2,
    ),
    "steering a run that reads it": Race(
        partial(next_turn.steering_a_run_that_ends, reads=True),
        the_other_is_answered,
        texts=BOTH,
        switches=2,
    ),
    "interrupting against the completion": Race(
        next_turn.interrupting_a_completion, the_other_is_answered, texts=BOTH, switches=2
    ),
    "an interrupting message again": Race(
        partial(next_turn.redelivery_against_the_next_turn, mode="interrupt"),
        the_other_is_answered,
        (CANCELLED,),
        BOTH,
        2,
    ),
    "a steering message again": Race(
        partial(next_turn.redelivery_against_the_next_turn, mode="steer"),
        as_decided,
        texts=BOTH,
        switches=2,
    ),
    "a stop again": Race(
        next_turn.stop_again_against_the_next_turn, the_other_is_answered, (CANCELLED,), BOTH, 2
    ),
    "a zombie takes what the next turn claims": Race(
        next_turn.zombie_takes_what_the_next_turn_claims,
        the_other_is_answered,
        texts=BOTH,
        switches=2,
    ),
    "two post one batch": Race(two_post_one_batch, decided_once, switches=2),
    "two generations post one batch": Race(
        two_generations_post_one_batch, decided_once, switches=2
    ),
    "repeated ids": Race(repeated_ids_against_a_click, ran_once, (Outcome.FAILED,), switches=2),
}


def enumerated(name: str, make: Make) -> int:
    race = RACES[name]
    return all_interleavings(lambda: race.stage(make), race.check, race.switches)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", RACES)
def test_no_interleaving_runs_what_nobody_decided_or_loses_what_was_said(
    name: str, record_count: Callable[[str, int], None]
) -> None:
    record_count(f"race: {name}", enumerated(name, Simulation))

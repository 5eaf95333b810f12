"""Every interleaving of people and the machine around decisions, stops and messages in between.

After each: what must hold after every play of asking_plays, and what the race itself demands. Where
there are too many orders, actors are left for another at most so often before their end.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import pytest

from parley.core.approval import Choice
from parley.core.batch import BatchStatus, ToolCall
from parley.core.limits import MINUTE, SECOND
from parley.core.turn import Outcome
from tests.fakes.agent_runs import Answer, Hold
from tests.protocol import staging_asking as staging
from tests.protocol.asking_plays import AskingPlay
from tests.protocol.checks import require
from tests.protocol.interleaving import Actor, all_interleavings
from tests.protocol.notes import noted, noting
from tests.protocol.simulation import Simulation, inbound
from tests.protocol.staging_asking import Make
from tests.protocol.test_approvals import COMMAND, ran

Staged = tuple[Simulation, Sequence[Actor]]
MACHINE = ("StartTurn", "Route", "FollowRun", "DeliverReply", "Done")
STOP = inbound(2, "/stop")
NEXT = inbound(2, "the other one")
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


# What a race demands.


def as_decided(simulation: Simulation) -> None:
    """What the item says is what happened, and nobody was told otherwise."""
    status = next((batch.status for batch in simulation.batches()), None)
    outcome = simulation.turns()[0].outcome
    if outcome is COMPLETED:
        allowed = status is BatchStatus.ALLOWED
        require((COMMAND in executed(simulation)) is allowed, "26", f"{status}, but {outcome}")
    else:
        require(not executed(simulation), "29", f"{executed(simulation)} ran, yet {outcome}")
    told = [each.text for delivered in simulation.webhooks for each in delivered.told]
    firsts = sum(text.startswith("Recorded.") for text in told)
    require(firsts <= 1, "26", f"{firsts} people were told that theirs is the decision")


def executed(simulation: Simulation) -> list[ToolCall]:
    return [call for run in simulation.agent.runs for call in run.ran]


def at_once(simulation: Simulation) -> None:
    """Nobody waited for the sweep, or for the machine to wake by itself."""
    as_decided(simulation)
    begun = simulation.turns()[0].created_at
    took = simulation.channel.posts[0].at - begun
    require(took < 20 * SECOND, "25", f"it took {took / SECOND} s")


def nothing_after_the_stop(simulation: Simulation) -> None:
    """(21, 30) Once a stop is asked for, nobody gets the slot to post decisions."""
    notes = noted(simulation)
    if "stop" in notes:
        require("intend" not in notes[notes.index("stop") :], "30", notes)
    as_decided(simulation)


def decided_once(simulation: Simulation) -> None:
    as_decided(simulation)
    keys = {batch.key for batch in simulation.batches()}
    require(set(simulation.agent.decisions) <= keys, "22", simulation.agent.decisions)


def the_other_is_answered(simulation: Simulation) -> None:
    """(34) A message never stops the turn that it became."""
    turn = simulation.turns()[-1]
    require(turn.outcome is COMPLETED, "34", f"the last turn ended as {turn.outcome}")


def ran_once(simulation: Simulation) -> None:
    require(len(ran(simulation)) == 1, "20", ran(simulation))


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


def holding(make: Make, *, reads: bool, mode: str) -> Simulation:
    """FollowRun is about to follow a run that ends in a few seconds, and reads what it was passed
    on before, or not."""
    simulation = staging.begun(make, Hold(), Answer("Done."), busy_mode=mode)
    staging.up_to(simulation, "FollowRun")

    def end() -> None:
        run = simulation.agent.sessions["session-1"].active()
        if run is None or run.holding is None:
            return
        if not reads:
            run.texts.clear()
            run.in_turn = True  # the last inference: what comes now is not read either
        simulation.agent.finish("session-1")

    simulation.clock.after(5, end)
    return simulation


def steering_a_run_that_ends(make: Make, *, reads: bool) -> Staged:
    simulation = holding(make, reads=reads, mode="steer")
    return simulation, [
        staging.goes_on(simulation, "FollowRun", "Route", "DeliverReply"),
        staging.says(simulation, NEXT),
    ]


def interrupting_a_completion(make: Make) -> Staged:
    simulation = staging.begun(make, Answer("Done."), busy_mode="interrupt")
    staging.up_to(simulation, "DeliverReply")
    return simulation, [
        staging.goes_on(simulation, *MACHINE),
        staging.says(simulation, NEXT),
    ]


def redelivery_against_the_next_turn(make: Make, mode: str) -> Staged:
    """What disturbed the first turn is delivered once more while the next one begins."""
    simulation = staging.parked(make, busy_mode=mode)
    again = staging.said_before(simulation, NEXT)
    staging.up_to(simulation, "DeliverReply")
    return simulation, [staging.goes_on(simulation, *MACHINE), again]


def stop_again_against_the_next_turn(make: Make) -> Staged:
    simulation = staging.parked(make)
    staging.says(simulation, inbound(3, "the other one"))()
    again = staging.said_before(simulation, STOP)
    staging.up_to(simulation, "DeliverReply")
    return simulation, [staging.goes_on(simulation, *MACHINE), again]


def zombie_takes_what_the_next_turn_claims(make: Make) -> Staged:
    """Two invocations follow the run, and a message waits to be passed on to it."""
    simulation = holding(make, reads=False, mode="steer")
    staging.says(simulation, NEXT)()
    late = staging.zombie(simulation)
    return simulation, [staging.goes_on(simulation, *MACHINE), late]


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
        partial(steering_a_run_that_ends, reads=False),
        the_other_is_answered,
        texts=BOTH,
        switches=2,
    ),
    "steering a run that reads it": Race(
        partial(steering_a_run_that_ends, reads=True), the_other_is_answered, texts=BOTH, switches=2
    ),
    "interrupting against the completion": Race(
        interrupting_a_completion, the_other_is_answered, texts=BOTH, switches=2
    ),
    "an interrupting message again": Race(
        partial(redelivery_against_the_next_turn, mode="interrupt"),
        the_other_is_answered,
        (CANCELLED,),
        BOTH,
        2,
    ),
    "a steering message again": Race(
        partial(redelivery_against_the_next_turn, mode="steer"), as_decided, texts=BOTH, switches=2
    ),
    "a stop again": Race(
        stop_again_against_the_next_turn, the_other_is_answered, (CANCELLED,), BOTH, 2
    ),
    "a zombie takes what the next turn claims": Race(
        zombie_takes_what_the_next_turn_claims, the_other_is_answered, texts=BOTH, switches=2
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


@pytest.mark.parametrize("name", RACES)
def test_no_interleaving_runs_what_nobody_decided_or_loses_what_was_said(
    name: str, record_count: Callable[[str, int], None]
) -> None:
    record_count(f"race: {name}", enumerated(name, Simulation))

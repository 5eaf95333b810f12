"""What the use cases owe to part two of the protocol is got wrong once, and a check notices.

The clauses that the table judges are in test_mutations.
"""

from collections.abc import Callable
from functools import partial

import pytest

from parley.core.approval import Choice
from parley.core.limits import SECOND
from parley.core.policy import ApprovalMode, ToolPolicy
from parley.core.turn import Outcome
from tests.fakes.agent_runs import Answer, Hold
from tests.protocol import asking_plays as plays
from tests.protocol import test_races_asking as races
from tests.protocol import wrong_asking as wrong
from tests.protocol.asking_plays import AskingPlay
from tests.protocol.checks import require
from tests.protocol.parts import configured
from tests.protocol.simulation import Simulation, inbound
from tests.protocol.staging_asking import Make
from tests.protocol.test_approvals import COMMAND
from tests.protocol.test_mutations import noticed, without

Check = Callable[[Make], object]


def play(found: AskingPlay, also: Callable[[Simulation], None] = lambda _: None) -> Check:
    def run(make: Make) -> None:
        simulation = found.make(simulated=make)
        simulation.settle()
        found.check(simulation)
        also(simulation)

    return run


def of(name: str) -> AskingPlay:
    return next(each for each in plays.PLAYS if each.name == name)


def race(name: str) -> Check:
    return partial(races.enumerated, name)


# Plays that only a wrong variant makes interesting.


def the_same_ids_in_the_next_turn(simulation: Simulation) -> None:
    simulation.agent.script(Answer("", (COMMAND,)), Answer("Done."))
    simulation.agent.script(Answer("", (COMMAND,)), Answer("Done again."))
    simulation.send(inbound(1, "deploy"))
    simulation.send(inbound(2, "again"), delay=60_000)
    plays.deciding(simulation, Choice.ALLOW)


def policy_changes_while_asked(simulation: Simulation) -> None:
    """It would allow everything now; the person denies."""
    plays.one_call(simulation)

    def change() -> None:
        lax = ToolPolicy(ApprovalMode.ALLOW_ALL, frozenset())
        simulation.configuration = configured(lax)
        simulation.with_store()

    simulation.clock.after(1, change)
    plays.deciding(simulation, Choice.DENY, seconds=5)


def struck_off_while_asked(simulation: Simulation) -> None:
    plays.one_call(simulation)

    def change() -> None:
        simulation.configuration = configured(slack={"approvers": ["U9"]})

    simulation.clock.after(1, change)
    plays.deciding(simulation, Choice.ALLOW, seconds=5)


def steered_while_asked_and_then_long_at_work(simulation: Simulation) -> None:
    simulation.agent.script(Answer("", (COMMAND,)), Hold(), Answer("As you say."))
    simulation.send(inbound(1, "deploy"))
    plays.when(simulation, plays.is_asked, inbound(2, "the other one"))
    plays.finishing(simulation, 400)


def steered_where_the_history_lags(simulation: Simulation) -> None:
    """Its last state is saved before the session turns idle, and long after the last event."""
    simulation.agent.history_lag = simulation.agent.idle_lag = 3_000
    plays.steered_while_it_runs(simulation)


SAME_IDS = AskingPlay("the same ids again", the_same_ids_in_the_next_turn, ("deploy", "again"))
OTHER_POLICY = AskingPlay("another policy", policy_changes_while_asked, ("deploy",))
STRUCK_OFF = AskingPlay("struck off", struck_off_while_asked, ("deploy",), (Outcome.EXPIRED,))
LONG = AskingPlay(
    "long at work",
    steered_while_asked_and_then_long_at_work,
    ("deploy", "the other one"),
    setting={"busy_mode": "steer"},
)
LAGGING = AskingPlay(
    "the history lags",
    steered_where_the_history_lags,
    ("deploy", "the other one"),
    setting={"busy_mode": "steer"},
)


def soon(simulation: Simulation) -> None:
    """Nobody waited for the prompt's time to run out."""
    took = simulation.channel.posts[0].at - simulation.turns()[0].created_at
    require(took < 120 * SECOND, "27", f"it took {took / SECOND} s")


def left_alone(simulation: Simulation) -> None:
    """A healthy execution is never taken for dead."""
    taken_over = simulation.telemetry.told("conversation_taken_over")
    require(not taken_over, "27", taken_over)


def session_is_free(simulation: Simulation) -> None:
    left = [session.active() for session in simulation.agent.sessions.values()]
    require(left == [None], "19", f"{left} is left behind")


MUTATIONS: dict[str, tuple[Make, Check]] = {
    "(20) policy's decisions are posted first": (
        wrong.with_tasks(_deciding=wrong.PolicyFirst),
        play(of("some of many are denied")),
    ),
    "(20) the key is made of call ids": (
        wrong.with_tasks(_deciding=wrong.KeyedByCalls),
        play(SAME_IDS),
    ),
    "(20) verdicts are computed again": (
        wrong.with_tasks(_deciding=wrong.DecidedAnew),
        play(OTHER_POLICY),
    ),
    "(25) the token is stored without a look: a stop": (
        wrong.with_store(batches=wrong.BlindPark),
        race("stop before the token"),
    ),
    "(25) the token is stored without a look: a click": (
        wrong.with_store(batches=wrong.BlindPark),
        race("click before the token"),
    ),
    "(26) approvers are not looked at again": (
        wrong.with_front(approving=wrong.EntitledForEver),
        play(STRUCK_OFF),
    ),
    "(27) consumed is never written": (
        wrong.with_store(batches=wrong.NeverConsumed),
        play(LONG, left_alone),
    ),
    "(27) the sweeper does not call back": (
        wrong.UnwokenUnswept,
        play(of("somebody allows"), soon),
    ),
    "(28) what expires is allowed": (
        wrong.with_store(batches=wrong.ApprovingExpiry),
        play(of("nobody decides")),
    ),
    "(29) what waits is not rejected": (
        wrong.with_tasks(_cancelling=wrong.CancelOnly),
        play(of("stopped while asked"), session_is_free),
    ),
    "(31) the agent's 200 means that it was read": (
        wrong.with_tasks(_resolving=wrong.AcceptedIsRead),
        race("steering at the last inference"),
    ),
    "(32) the history is read before the session is idle": (
        wrong.with_tasks(_resolving=wrong.Hasty),
        play(LAGGING),
    ),
    "(34) whatever runs is stopped": (
        wrong.with_front(stopping=wrong.StopsWhatRuns),
        race("an interrupting message again"),
    ),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_what_is_got_wrong_is_noticed(name: str) -> None:
    make, check = MUTATIONS[name]
    assert noticed(lambda: check(make))


RIGHT = {
    "the same ids in the next turn": play(SAME_IDS),
    "another policy while somebody is asked": play(OTHER_POLICY),
    "an approver who is struck off": play(STRUCK_OFF),
    "a history that lags": play(LAGGING),
    "long at work after a prompt was overtaken": play(LONG, left_alone),
    "woken by the sweeper": play(of("somebody allows"), soon),
    "a session that is free after a stop": play(of("stopped while asked"), session_is_free),
}


@pytest.mark.parametrize("name", RIGHT)
def test_the_protocol_itself_passes_the_check(name: str) -> None:
    RIGHT[name](Simulation)


def test_a_call_back_that_is_lost_is_repeated_by_the_sweeper() -> None:
    play(of("somebody allows"), soon)(wrong.Unwoken)


def test_of_the_two_guards_of_an_interruption_either_is_enough() -> None:
    """(34) :t is read before accepting, and the message must still be queued. The race notices only
    when both are missing."""
    unguarded = without("interrupting_queued")
    check = race("interrupting against the completion")
    read_after = wrong.with_front(intake=wrong.ReadAfter)
    check(partial(Simulation, conditions=unguarded))
    check(read_after)
    assert noticed(lambda: check(partial(read_after, conditions=unguarded)))


# Of the table's clauses, those that a race of the whole path notices by itself. Each of the others
# that were tried is noticed by the contract only: what it guards against is met twice on the path,
# or not in these races.
CLAUSES = {
    "still_open": "two approvers",
    "unexpired": "two clicks past the time",
    "not_stopped": "stop against the posting",
    "interrupting_queued": "an interrupting message again",
}


@pytest.mark.parametrize("clause", CLAUSES)
def test_a_race_notices_a_missing_clause(clause: str) -> None:
    make = partial(Simulation, conditions=without(clause))
    assert noticed(lambda: race(CLAUSES[clause])(make))

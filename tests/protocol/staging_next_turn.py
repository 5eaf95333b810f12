"""Races between what people say to a run and its end, or the turn that comes next."""

from collections.abc import Sequence

from tests.fakes.agent_runs import Answer, Hold
from tests.protocol import staging_asking as staging
from tests.protocol.asking_plays import finishing
from tests.protocol.interleaving import Actor
from tests.protocol.simulation import Simulation, inbound
from tests.protocol.staging_asking import Make

Staged = tuple[Simulation, Sequence[Actor]]
STOP = inbound(2, "/stop")
NEXT = inbound(2, "the other one")
MACHINE = ("StartTurn", "Route", "FollowRun", "DeliverReply", "Done")


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


def begins_the_next(simulation: Simulation) -> Actor:
    """The execution up to the next turn, whose run is at work for a while."""
    simulation.agent.script(Hold(), Answer("Done, too."))
    staging.up_to(simulation, "DeliverReply")
    finishing(simulation, 15)
    return staging.goes_on(simulation, "DeliverReply", "Route", "StartTurn")


def interrupting_a_completion(make: Make) -> Staged:
    """The message may become the next turn."""
    simulation = staging.begun(make, Answer("Done."), busy_mode="interrupt")
    machine = begins_the_next(simulation)
    return simulation, [machine, staging.says(simulation, NEXT)]


def redelivery_against_the_next_turn(make: Make, mode: str) -> Staged:
    """What disturbed the first turn is delivered once more while the next one begins."""
    simulation = staging.parked(make, busy_mode=mode)
    again = staging.said_before(simulation, NEXT)
    return simulation, [begins_the_next(simulation), again]


def stop_again_against_the_next_turn(make: Make) -> Staged:
    simulation = staging.parked(make)
    staging.says(simulation, inbound(3, "the other one"))()
    again = staging.said_before(simulation, STOP)
    return simulation, [begins_the_next(simulation), again]


def zombie_takes_what_the_next_turn_claims(make: Make) -> Staged:
    """Two invocations follow the run, and a message waits to be passed on to it."""
    simulation = holding(make, reads=False, mode="steer")
    staging.says(simulation, NEXT)()
    late = staging.zombie(simulation)
    return simulation, [staging.goes_on(simulation, *MACHINE), late]

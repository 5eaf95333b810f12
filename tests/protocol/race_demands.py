"""What a race around a decision demands, beside what must hold after every play."""

from parley.core.batch import BatchStatus, ToolCall
from parley.core.limits import SECOND
from parley.core.turn import Outcome
from tests.protocol.checks import require
from tests.protocol.notes import noted
from tests.protocol.simulation import Simulation
from tests.protocol.test_approvals import COMMAND, ran

COMPLETED = Outcome.COMPLETED


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

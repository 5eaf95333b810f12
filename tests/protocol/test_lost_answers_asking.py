"""The answer to each outside call gets lost, in the plays of part two: the write, the POST or the
post was done, and nobody knows. The places are enumerated by an undisturbed play."""

from collections.abc import Callable

import pytest
from botocore.exceptions import ReadTimeoutError

from parley.core.turn import Outcome
from parley.errors import AgentUnreachable, ExecutionsUnavailable, SendUncertain, StoreUnavailable
from tests.protocol.asking_plays import PLAYS, AskingPlay
from tests.protocol.points import Action

# Who is asked by a prompt that nobody knows of, or woken by nobody, may be asked in vain.
MAY_EXPIRE = (Outcome.EXPIRED,)

ERRORS: dict[str, Callable[[], Exception]] = {
    "agent": lambda: AgentUnreachable("no answer"),
    "channel": lambda: SendUncertain("no answer"),
    "executions": lambda: ExecutionsUnavailable("no answer"),
    "texts": lambda: StoreUnavailable("no answer"),
}


def losing(place: str) -> Action | None:
    """What happens after this place; None where it is no answer of an outside call."""
    when, _, call = place.partition(" ")
    port, _, method = call.partition(".")
    if when != "after" or method == "events":  # opening a stream is no call yet
        return None

    def lose() -> None:
        raise ERRORS[port]() if method else ReadTimeoutError(endpoint_url="loopback")

    return lose


def lost_everywhere(play: AskingPlay) -> int:
    undisturbed = play.make()
    undisturbed.settle()
    places = [(at, place) for at, place in enumerate(undisturbed.points.reached) if losing(place)]
    for at, place in places:
        lose = losing(place)
        assert lose is not None
        simulation = play.make({at: lose})
        try:
            simulation.settle()
            simulation.clock.advance(2_000)  # whoever waited for a moment that is past speaks now
            simulation.settle()
            play.check(simulation, *MAY_EXPIRE)
        except Exception as error:
            raise AssertionError(f"{play.name}, at {at} ({place}): {error}") from error
    return len(places)


@pytest.mark.exhaustive
@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.name)
def test_a_lost_answer_loses_doubles_or_runs_nothing(
    play: AskingPlay, record_count: Callable[[str, int], None]
) -> None:
    record_count(f"lost answer: {play.name}", lost_everywhere(play))

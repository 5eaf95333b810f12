"""How soon a platform's message is acknowledged, beside the floor of its moment."""

from dataclasses import dataclass
from statistics import median

import httpx

from local.floor.deployment import Floor, floor_ms
from local.scenarios.play import Play

WARM_UPS = 1
SAMPLES = 5


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Milliseconds, medians. `over_floor`: each message less the floor measured beside it."""

    ms: float
    over_floor: float


def time_acknowledgements(play: Play, floor: Floor) -> Acknowledgement:
    """One message at a time, each answered before the next is written."""
    with httpx.Client(timeout=20) as client:
        taken = [_sample(play, floor, client) for _ in range(WARM_UPS + SAMPLES)][WARM_UPS:]
    return Acknowledgement(
        round(median(ms for ms, _ in taken), 1),
        round(median(ms - floor for ms, floor in taken), 1),
    )


def _sample(play: Play, floor: Floor, client: httpx.Client) -> tuple[float, float]:
    least = floor_ms(client, floor.url)
    cleo = play.cast.cleo
    asked = play.ask(play.venue.direct(cleo), cleo, "How fast?")
    play.reply(asked)
    play.stage.settle()
    return asked.told.delivered[0].ms, least

"""The timed messages: warm, one at a time, each beside its two floors."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import httpx

from local.floor.deployment import Floor, floor_ms
from local.scenarios.cold import cold_acknowledgement_ms
from local.scenarios.ledger import Asked
from local.scenarios.stage import Run, Stage
from local.scenarios.talking import CLEO

WARM_UPS = 2
SAMPLES = 30


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds, medians. `over_floor`: each message less the floor measured beside it."""

    samples: int
    transitions_per_message: float
    ack: float
    ack_over_floor: float
    reply: float
    reply_over_floor: float
    cold_ack: float


@dataclass(frozen=True, slots=True)
class _Sample:
    asked: Asked
    ack_ms: float
    ack_floor_ms: float
    executions: tuple[str, ...]
    hop: str


def take_timings(stage: Stage, floor: Floor, samples: int = SAMPLES) -> Timings:
    with httpx.Client(timeout=20) as client:
        for number in range(WARM_UPS):
            _sample(stage, floor, client, f"warm-up {number}")
        taken = [_sample(stage, floor, client, f"timed {n}") for n in range(samples)]
    hops = floor.hop_times_ms()
    runs = list(stage.runs().values())
    delivered = [_delivery_ms(stage, each, runs) for each in taken]
    states = [_states_entered(stage, each) for each in taken]
    return Timings(
        samples=len(taken),
        transitions_per_message=round(sum(states) / len(states), 2),
        ack=_median([each.ack_ms for each in taken]),
        ack_over_floor=_median([each.ack_ms - each.ack_floor_ms for each in taken]),
        reply=_median(delivered),
        reply_over_floor=_median(
            [ms - hops[each.hop] for ms, each in zip(delivered, taken, strict=True)]
        ),
        cold_ack=cold_acknowledgement_ms(stage),
    )


def _sample(stage: Stage, floor: Floor, client: httpx.Client, words: str) -> _Sample:
    room = stage.runtime.slack.workspace.direct(CLEO).id
    before = set(stage.runtime.executions.arns())
    ack_floor_ms = floor_ms(client, floor.url)
    asked, post = stage.write(room, CLEO, words)
    [body] = stage.events(post)
    [acknowledged] = stage.deliver(body)
    stage.reply(asked)
    begun = set(stage.runtime.executions.arns()) - before
    # Others' may have begun meanwhile, and more than one for this: the sweep wakes whom it finds.
    executions = stage.runtime.executions.of(f"slack:dm:{CLEO}", begun)
    return _Sample(asked, acknowledged.ms, ack_floor_ms, tuple(executions), floor.hop())


def _states_entered(stage: Stage, sample: _Sample) -> int:
    return sum(len(stage.runtime.executions.states_entered(each)) for each in sample.executions)


def _delivery_ms(stage: Stage, sample: _Sample, runs: Sequence[Run]) -> float:
    """From the agent's writing of run_completed to the reply's arrival."""
    [written] = [run["written_ns"] for run in runs if sample.asked.mark in run["text"]]
    arrived = [
        call.at_ns
        for call in stage.runtime.slack.api.calls("chat.postMessage")
        if call.ok and sample.asked.reply in str(call.arguments)
    ]
    return (arrived[0] - int(written[-1])) / 1e6


def _median(values: list[float]) -> float:
    return round(median(values), 1)

"""The process is stopped before and after every write and every outside call, one place at a time.

Then everything that would follow does follow: the platform's retries, the machine's, the failure
rule, the sweep. The places are enumerated by a run without a stop, not sampled.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from parley.core.batch import ToolCall
from parley.errors import RateLimited
from tests.fakes.agent_runs import Answer, Hold
from tests.machine.interpreter import ProcessDied
from tests.protocol import checks
from tests.protocol.simulation import Simulation, inbound

Play = Callable[[Simulation], None]


@dataclass(frozen=True)
class Scenario:
    """`play` sets the stage and sends messages; `replies` are what the chat must read."""

    name: str
    play: Play
    prompts: tuple[str, ...]
    replies: tuple[tuple[str, ...], ...]


def one_message(simulation: Simulation) -> None:
    simulation.send(inbound(1, "hello"))


def reply_in_three_chunks(simulation: Simulation) -> None:
    simulation.channel.limit = 10
    simulation.agent.script(Answer("first part..second..third"))
    simulation.send(inbound(1, "hello"))


def delivered_twice(simulation: Simulation) -> None:
    simulation.send(inbound(1, "hello"))
    simulation.send(inbound(1, "hello"))


def finish_what_runs(simulation: Simulation, seconds: int) -> None:
    """End each run that holds, after so many seconds and again and again: a disturbed play may
    start it later."""

    def finish() -> None:
        for name, session in simulation.agent.sessions.items():
            if session.active() is not None:
                simulation.agent.finish(name)
        simulation.clock.after(seconds, finish)

    simulation.clock.after(seconds, finish)


def second_message_while_the_run_is_active(simulation: Simulation) -> None:
    simulation.agent.script(Answer("answer one"), Hold())
    finish_what_runs(simulation, 40)
    simulation.send(inbound(1, "first"))
    simulation.send(inbound(2, "second"), delay=5_000)


def two_places_of_one_conversation(simulation: Simulation) -> None:
    simulation.send(inbound(1, "here"))
    simulation.send(inbound(2, "there", target="D1:thread:9"))


def tool_calls_allowed_by_policy(simulation: Simulation) -> None:
    calls = (ToolCall("c1", "view", {"path": "a"}), ToolCall("c2", "view", {"path": "b"}))
    simulation.agent.script(Answer("Let me see.", calls), Answer("Seen."))
    simulation.send(inbound(1, "look"))


def events_fell_out_of_the_ring(simulation: Simulation) -> None:
    simulation.agent.script(Answer("one"), Answer("two"), Hold())

    def lose() -> None:
        simulation.agent.lose_events("session-1", up_to=4)

    simulation.clock.after(39, lose)
    finish_what_runs(simulation, 40)
    simulation.agent.swallow(2)
    simulation.send(inbound(1, "hello"))


def platform_asks_to_slow_down(simulation: Simulation) -> None:
    simulation.channel.fail(1, RateLimited(7))
    simulation.send(inbound(1, "hello"))


def session_is_busy_with_a_foreign_run(simulation: Simulation) -> None:
    simulation.agent.script(Answer("answer one"))
    simulation.send(inbound(1, "first"))
    simulation.settle()
    simulation.agent.start_foreign_run("session-1", "not ours", Hold())
    simulation.clock.after(12, lambda: simulation.agent.finish("session-1"))
    simulation.send(inbound(2, "second"))


def answer(text: str) -> tuple[str, ...]:
    return (f"answer to: {text}",)


SCENARIOS = [
    Scenario("one message", one_message, ("hello",), (answer("hello"),)),
    Scenario(
        "a reply in three chunks",
        reply_in_three_chunks,
        ("hello",),
        (("first part", "..second..", "third"),),
    ),
    Scenario("delivered twice", delivered_twice, ("hello",), (answer("hello"),)),
    Scenario(
        "a second message while the run is active",
        second_message_while_the_run_is_active,
        ("first", "second"),
        (("answer one",), answer("second")),
    ),
    Scenario(
        "two places of one conversation",
        two_places_of_one_conversation,
        ("here", "there"),
        (answer("here"), answer("there")),
    ),
    Scenario(
        "tool calls allowed by policy",
        tool_calls_allowed_by_policy,
        ("look",),
        (("Let me see.\n\nSeen.",),),
    ),
    Scenario(
        "events fell out of the ring",
        events_fell_out_of_the_ring,
        ("hello",),
        (("one\n\ntwo",),),
    ),
    Scenario(
        "the platform asks to slow down",
        platform_asks_to_slow_down,
        ("hello",),
        (answer("hello"),),
    ),
    Scenario(
        "a foreign run holds the session",
        session_is_busy_with_a_foreign_run,
        ("first", "second"),
        (("answer one",), answer("second")),
    ),
]


def stop() -> None:
    raise ProcessDied


def between_intent_and_count(places: list[str], index: int) -> bool:
    """I7 allows a chunk to be sent again only for a stop in here: the send was begun, its count is
    not written."""
    before = places[: index + 1]
    sends = [at for at, place in enumerate(before) if place == "before channel.send"]
    if not sends:
        return False
    counted = [at for at, place in enumerate(before) if place == "after update_item"]
    return not any(at > sends[-1] for at in counted)


def check(simulation: Simulation, scenario: Scenario, repeats: int) -> None:
    checks.at_rest(simulation)
    checks.one_run(simulation, scenario.prompts)
    checks.in_order(simulation)
    replies = dict(zip(scenario.prompts, scenario.replies, strict=True))
    checks.delivered(simulation, replies, repeats)


def play_with_stop(scenario: Scenario, index: int | None, **options: object) -> Simulation:
    simulation = Simulation({} if index is None else {index: stop}, **options)  # type: ignore[arg-type]
    scenario.play(simulation)
    simulation.settle()
    return simulation


def crash_everywhere(scenario: Scenario) -> int:
    """Every place of the scenario, one after the other; how many there were."""
    undisturbed = play_with_stop(scenario, None)
    check(undisturbed, scenario, repeats=0)
    places = undisturbed.points.reached
    for index, place in enumerate(places):
        repeats = 1 if between_intent_and_count(places, index) else 0
        try:
            check(play_with_stop(scenario, index), scenario, repeats)
        except AssertionError as error:
            raise AssertionError(
                f"{scenario.name}, stopped at {index} ({place}): {error}"
            ) from error
    return len(places)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_nothing_is_lost_or_doubled_wherever_the_process_stops(
    scenario: Scenario, record_count: Callable[[str, int], None]
) -> None:
    record_count(f"crash: {scenario.name}", crash_everywhere(scenario))

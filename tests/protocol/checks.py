"""What must be true when everything has come to rest, whatever was stopped on the way."""

from collections.abc import Iterable, Mapping
from itertools import pairwise

from tests.protocol.simulation import Simulation


class Violated(AssertionError):
    """An invariant does not hold. The text begins with its name."""


def require(condition: bool, invariant: str, what: object) -> None:
    if not condition:
        raise Violated(f"{invariant}: {what}")


def at_rest(simulation: Simulation) -> None:
    """I4, I6: nothing is pending, nobody holds a conversation, every message is done."""
    for state in simulation.states():
        require(state.pending == 0, "I6", f"{state.pending} messages pending")
        require(state.owner is None, "I4", f"owned by {state.owner}")
        require(state.turn is None, "I6", f"turn {state.turn} is open")
    for item in simulation.dynamodb.items("conversations"):
        if item["sk"]["S"].startswith("M#"):
            require(item["status"]["S"] == "done", "I6", f"a message is {item['status']['S']}")


def prompts_run(simulation: Simulation) -> list[str]:
    return [run.prompt for run in simulation.agent.runs if run.key is not None]


def one_run(simulation: Simulation, prompts: Iterable[str]) -> None:
    """I2, I3, I5: each message was in exactly one run."""
    started = prompts_run(simulation)
    for text in prompts:
        times = sum(text in prompt.split("\n\n") for prompt in started)
        require(times == 1, "I5", f"{text!r} was run {times} times: {started}")


def in_order(simulation: Simulation) -> None:
    """I8: of two messages the later one was claimed first only if the earlier had not arrived."""
    items = simulation.dynamodb.items("conversations")
    claimed = {
        item["sk"]["S"].removeprefix("T#"): int(item["created_at"]["N"])
        for item in items
        if item["sk"]["S"].startswith("T#")
    }
    messages = sorted(
        (item for item in items if item["sk"]["S"].startswith("M#")),
        key=lambda item: item["sk"]["S"],
    )
    for earlier, later in pairwise(messages):
        overtaken = claimed[later["turn"]["S"]]
        if overtaken < claimed[earlier["turn"]["S"]]:
            arrived = int(earlier["accepted_at"]["N"])
            require(arrived >= overtaken, "I8", f"{later['sk']['S']} overtook one before it")


def delivered(
    simulation: Simulation, replies: Mapping[str, tuple[str, ...]], repeats: int = 0
) -> None:
    """I6, I7: every reply arrived whole, in the order of the runs; chunks were repeated at most so
    often. Messages that were claimed together have the reply of the first one."""
    wanted = [
        chunk
        for prompt in prompts_run(simulation)
        for chunk in replies[prompt.partition("\n\n")[0]]
    ]
    posted = simulation.channel.chunks
    without_one = [posted[:at] + posted[at + 1 :] for at in range(len(posted))]
    if repeats and wanted in without_one:
        return
    missing = [chunk for chunk in wanted if chunk not in posted]
    require(not missing, "I6", f"the chat read {posted}, wanted {wanted}")
    require(posted == wanted, "I7", f"the chat read {posted}, wanted {wanted}")

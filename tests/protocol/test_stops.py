"""A turn that is asked to stop ends as cancelled, wherever its run is at that moment."""

import pytest

from parley.core import replies
from parley.core.batch import ToolCall
from tests.fakes.agent_runs import Answer, Hold, Step
from tests.protocol import checks
from tests.protocol.simulation import KEY, Simulation, inbound

CALLS = (ToolCall("c1", "stakpak__run_command", {"command": "ls"}),)


def ask_to_stop(simulation: Simulation) -> None:
    state = simulation.state()
    assert state is not None
    simulation.dynamodb.update_item(
        TableName="conversations",
        Key={"pk": {"S": f"C#{KEY}"}, "sk": {"S": "STATE"}},
        UpdateExpression="SET #stop = :turn",
        ExpressionAttributeNames={"#stop": "stop"},
        ExpressionAttributeValues={":turn": {"S": state.turn or ""}},
    )


def started(*steps: Step) -> Simulation:
    """The run is started, and nobody follows it yet."""
    simulation = Simulation()
    simulation.agent.script(*steps)
    simulation.send(inbound(1, "hello"))
    while not simulation.agent.runs:
        simulation.turn_the_world()
    return simulation


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ((Answer("", CALLS), Answer("done")), ""),
        ((Answer("look", CALLS), Answer("done")), "look\n\n"),
        ((Hold(), Answer("done")), ""),
        ((Answer("first"), Hold(), Answer("done")), "first\n\n"),
    ],
    ids=["waiting for decisions", "with text", "in a tool", "in a later tool"],
)
def test_a_stop_before_the_run_is_followed(steps: tuple[Step, ...], said: str) -> None:
    simulation = started(*steps)
    ask_to_stop(simulation)
    simulation.settle()
    checks.at_rest(simulation)
    assert simulation.channel.chunks == [f"{said}⚠️ {replies.CANCELLED}"]
    executed = [verdict.ruling for all in simulation.agent.decisions.values() for verdict in all]
    assert "allow" not in executed


def test_a_stop_while_the_batch_is_being_decided() -> None:
    simulation = started(Answer("", CALLS), Answer("done"))
    simulation.agent.before = lambda call: ask_to_stop(simulation) if call == "proposed" else None
    simulation.settle()
    checks.at_rest(simulation)
    assert simulation.channel.chunks == [f"⚠️ {replies.CANCELLED}"]
    assert all(
        verdict.ruling == "deny"
        for verdicts in simulation.agent.decisions.values()
        for verdict in verdicts
    )


def test_a_stop_that_comes_too_late_changes_nothing() -> None:
    simulation = started(Hold(deaf=True))
    simulation.clock.after(10, lambda: ask_to_stop(simulation))
    simulation.clock.after(20, lambda: simulation.agent.finish("session-1", Answer("the answer")))
    simulation.settle()
    checks.at_rest(simulation)
    assert simulation.channel.chunks == ["the answer"]

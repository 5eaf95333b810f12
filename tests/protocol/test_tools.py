"""Tool calls are decided by policy: once, together, on exactly the calls that were proposed."""

import pytest

from parley.core import replies
from parley.core.batch import Ruling, ToolCall
from parley.core.policy import ApprovalMode, ToolPolicy
from tests.fakes.agent_runs import Answer
from tests.protocol import checks
from tests.protocol.simulation import Simulation, inbound

VIEW = ToolCall("c1", "stakpak__view", {"path": "README.md"})
RUN = ToolCall("c2", "stakpak__run_command", {"command": "rm -rf /"})


def rulings(policy: ToolPolicy) -> dict[str, Ruling]:
    simulation = Simulation(policy=policy)
    simulation.agent.script(Answer("", (VIEW, RUN)), Answer("done"))
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    checks.at_rest(simulation)
    [verdicts] = simulation.agent.decisions.values()
    return {verdict.call: verdict.ruling for verdict in verdicts}


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (ToolPolicy(ApprovalMode.ALLOW_ALL), (Ruling.ALLOW, Ruling.ALLOW)),
        (ToolPolicy(ApprovalMode.DENY_ALL), (Ruling.DENY, Ruling.DENY)),
        (
            ToolPolicy(ApprovalMode.ALLOWLIST, frozenset({"view"})),
            (Ruling.ALLOW, Ruling.DENY),
        ),
        (ToolPolicy(ApprovalMode.ALLOWLIST), (Ruling.DENY, Ruling.DENY)),
    ],
    ids=["allow all", "deny all", "listed without the prefix", "an empty list"],
)
def test_the_policy_decides_every_call_in_one_request(
    policy: ToolPolicy, expected: tuple[Ruling, Ruling]
) -> None:
    assert rulings(policy) == {"c1": expected[0], "c2": expected[1]}


def test_batches_with_other_calls_are_decided_one_by_one() -> None:
    simulation = Simulation()
    simulation.agent.script(Answer("", (VIEW,)), Answer("", (RUN,)), Answer("done"))
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    assert len(simulation.agent.decisions) == 2
    assert simulation.channel.chunks == ["done"]


def test_a_call_id_that_comes_again_ends_the_turn() -> None:
    simulation = Simulation()
    again = ToolCall("c1", "stakpak__run_command", {"command": "rm -rf /"})
    simulation.agent.script(Answer("", (VIEW,)), Answer("", (again,)), Answer("done"))
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    checks.at_rest(simulation)
    assert replies.REPEATED_CALLS in simulation.channel.chunks[0]
    decided = [v.ruling for verdicts in simulation.agent.decisions.values() for v in verdicts]
    assert decided == [Ruling.ALLOW, Ruling.DENY]

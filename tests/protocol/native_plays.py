"""What tests of native tasks have in common: tools, a policy, and plays up to a point."""

from typing import Any

from parley.core.batch import ToolCall
from parley.core.policy import ApprovalMode, ToolPolicy
from tests.fakes.agent_runs import Step
from tests.protocol.native_simulation import NativeSimulation

ASK = ToolPolicy(ApprovalMode.ASK, frozenset({"view"}))
COMMAND = ToolCall("c1", "stakpak__run_command", {"command": "make deploy"})
VIEW = ToolCall("c2", "view", {"path": "README.md"})
CONVERSATION = "task:t1"


def done(*steps: Step, **options: Any) -> NativeSimulation:
    """A task was asked for, and all has come to rest."""
    simulation = NativeSimulation(**options)
    simulation.agent.script(*steps)
    simulation.ask_for()
    simulation.settle()
    return simulation


def until_running(simulation: NativeSimulation, runs: int = 1) -> None:
    while len(simulation.agent.runs) < runs:
        assert simulation.turn_the_world()


def expire_everything(simulation: NativeSimulation, kind: str) -> None:
    """As the table does it by itself, some days late."""
    for item in simulation.dynamodb.items("conversations"):
        if item["sk"]["S"] == kind and int(item.get("expires_at", {"N": 2**40})["N"]) < 2**40:
            key = {"pk": item["pk"], "sk": item["sk"]}
            simulation.dynamodb.delete_item(TableName="conversations", Key=key)

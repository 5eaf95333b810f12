"""The machine's definition, refused where it goes beyond what the interpreter knows."""

from pathlib import Path

import yaml

from tests.machine.expressions import Data

MACHINES = Path(__file__).resolve().parents[2] / "statemachines"
DEFINITION = MACHINES / "conversation.asl.yaml"
TASK_DEFINITION = MACHINES / "task.asl.yaml"
CALLBACK = ".waitForTaskToken"
FIELDS = {
    # A heartbeat is not played: nothing that a test runs waits for one.
    "Task": {
        "Arguments",
        "Catch",
        "HeartbeatSeconds",
        "Next",
        "Output",
        "Resource",
        "Retry",
        "TimeoutSeconds",
    },
    "Choice": {"Choices", "Default"},
    "Wait": {"Next", "Seconds"},
    "Succeed": set[str](),
}


class Machine:
    """A definition that was checked to be within the subset."""

    def __init__(self, definition: Data) -> None:
        self.start: str = definition["StartAt"]
        self.states: dict[str, Data] = definition["States"]
        if definition.get("QueryLanguage") != "JSONata":
            raise ValueError("only JSONata is interpreted")
        for name, state in self.states.items():
            foreign = set(state) - FIELDS[state["Type"]] - {"Type", "Comment"}
            if foreign:
                raise ValueError(f"{name}: not interpreted: {', '.join(sorted(foreign))}")

    @classmethod
    def load(cls, path: Path = DEFINITION) -> "Machine":
        return cls(yaml.safe_load(path.read_text()))


def backoff(retrier: Data, used: int) -> float:
    """The longest pause before a retrier's next attempt, `used` of which are spent."""
    seconds = retrier["IntervalSeconds"] * retrier["BackoffRate"] ** used
    return float(min(seconds, retrier["MaxDelaySeconds"]))

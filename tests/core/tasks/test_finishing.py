"""What comes of an agent's end."""

import pytest

from parley.core.tasks.finishing import state_of, summary
from parley.core.tasks.heard import AgentEnd, Stop
from parley.core.tasks.task import TaskState


@pytest.mark.parametrize("stop", Stop)
def test_only_a_real_end_counts_as_completed(stop: Stop) -> None:
    wanted = {Stop.DONE: TaskState.COMPLETED, Stop.CANCELLED: TaskState.CANCELLED}

    assert state_of(AgentEnd(stop)) is wanted.get(stop, TaskState.FAILED)


@pytest.mark.parametrize(
    ("end", "text", "told"),
    [
        (AgentEnd(Stop.DONE), "x" * 600, "x" * 500),
        (AgentEnd(Stop.CANCELLED), "half", "half"),
        (AgentEnd(Stop.FAILED, "exit status 3"), "I tried", "exit status 3"),
        (AgentEnd(Stop.FAILED), "I tried", "I tried"),
        (AgentEnd(Stop.FAILED), "", "Inference failed"),
        (AgentEnd(Stop.TIME_UP), "I tried", "Time was up"),
    ],
)
def test_a_failure_is_summed_up_by_its_reason(end: AgentEnd, text: str, told: str) -> None:
    assert summary(end, text) == told

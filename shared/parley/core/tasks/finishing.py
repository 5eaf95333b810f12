"""What comes of an agent's end."""

from parley.core.tasks.heard import AgentEnd, Stop
from parley.core.tasks.task import FAILED_SILENTLY, TaskState, summary_of

_STATES = {Stop.DONE: TaskState.COMPLETED, Stop.CANCELLED: TaskState.CANCELLED}
_REASONS = {
    Stop.TIME_UP: "Time was up",
    Stop.STALLED: "Nothing was heard of the agent any more",
    Stop.REFUSED: "The model refused",
    Stop.LIMIT: "The agent reached a limit of its model",
    Stop.CRASHED: "The agent's process ended unexpectedly",
}


def state_of(end: AgentEnd) -> TaskState:
    return _STATES.get(end.stop, TaskState.FAILED)


def summary(end: AgentEnd, text: str) -> str:
    """Of a failure the reason, and what the agent said last where it gave none."""
    if state_of(end) is not TaskState.FAILED:
        return summary_of(text)
    reason = end.reason or _REASONS.get(end.stop, "")
    return summary_of(reason or text or FAILED_SILENTLY)

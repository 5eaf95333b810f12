"""A coding task's runner as a task of Fargate: for what takes longer than Lambda, or more room.

The task machine gives its token by the environment, which nobody else can read once the process is
sealed; heartbeats tell the machine that the runner lives, and their end that it does not.
"""

import signal
from types import FrameType

from parley.composition.container import attendance
from parley.composition.worktree import run_task

LONGEST = 12 * 3600.0  # seconds; the task machine waits half an hour longer


class Terminated(BaseException):
    """Fargate takes the container away. What was checkpointed is the task's partial change."""


def work() -> int:
    signal.signal(signal.SIGTERM, _terminate)
    with attendance() as (task, done):
        run_task(task, LONGEST)
        done()
    return 0


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated

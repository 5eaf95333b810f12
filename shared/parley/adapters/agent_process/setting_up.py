"""A project's setup command, run as the agent would run it."""

from collections.abc import Callable

from parley.adapters.agent_process.environment import environment_for
from parley.adapters.agent_process.pipes import TICK, Pipes, Tail
from parley.adapters.agent_process.process import DEVNULL, STDOUT, Child, launch
from parley.ports.work import Account, Watch, Wish, Worktree

LONGEST = 600.0  # seconds
TOLD = 1_500  # characters of its output that are told where it fails
_SAID = {Wish.CANCEL: "it was cancelled", Wish.TIME_UP: "the time was up"}


def run(
    worktree: Worktree,
    command: str,
    watch: Watch,
    account: Account | None,
    monotonic: Callable[[], float],
) -> str:
    """Empty, or why it failed. It is done when the shell is; what it left running is ended."""
    argv = ("/bin/sh", "-c", command)
    environment = environment_for(worktree)
    child = launch(argv, worktree, environment, account, stdin=DEVNULL, stderr=STDOUT)
    try:
        return _follow(child, watch, monotonic)
    finally:
        child.end()


def _follow(child: Child, watch: Watch, monotonic: Callable[[], float]) -> str:
    tail, pipes = Tail(), Pipes([child.stdout], pid=child.pid)
    ends = monotonic() + LONGEST
    try:
        while child.poll() is None:
            wish = watch.wish()
            if wish is not Wish.GO_ON:
                return _SAID[wish]
            if monotonic() > ends:
                return f"it was still running after {LONGEST / 60:.0f} minutes"
            for _, content in pipes.receive(TICK):
                tail.add(content)
        for _, content in pipes.rest():
            tail.add(content)
        return _reason(child.poll() or 0, tail)
    finally:
        pipes.close()


def _reason(status: int, tail: Tail) -> str:
    if status == 0:
        return ""
    how = f"exit status {status}" if status > 0 else f"signal {-status}"
    said = tail.last(TOLD)
    return f"{how}: {said}" if said else how

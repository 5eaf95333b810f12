"""One agent's program: started in a session of its own, and ended with all that came of it."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

from parley.adapters.agent_process.hygiene import (
    PATIENCE,
    Process,
    adopt_orphans,
    children,
    end_all,
)
from parley.ports.work import Account, Worktree

PIPE = subprocess.PIPE
DEVNULL = subprocess.DEVNULL
STDOUT = subprocess.STDOUT
LARGEST_FILE = 4 * 1024**3  # bytes that a single file of an agent may have
MOST_PROCESSES = 4_096  # and threads, of an account that is the agent's alone
_BLOCK = 512  # bytes, in which a shell counts files

# Runs as the agent, in its folder, and becomes its program. Limits are set here because a function
# between fork and exec can hang where there are threads; the folder for temporary files is made
# here because whoever makes it for an agent must not follow the agent's links. Opening a terminal
# makes it the session's own. Where memory runs out, the kernel ends the agent and not its runner,
# which has something to tell then. What a refusal would say is nobody's concern.
_BECOME = """
{ echo 1000 >/proc/self/oom_score_adj; } 2>/dev/null
ulimit -c 0
ulimit -f "$1" 2>/dev/null
[ -z "$2" ] || ulimit -u "$2" 2>/dev/null || ulimit -p "$2" 2>/dev/null
[ -z "$3" ] || : <>"$3"
mkdir -p -- "$TMPDIR"
shift 3
exec "$@"
"""


class NotStarted(Exception):
    """No process of it has begun. The text is for people."""


class NotInstalled(NotStarted):
    """The program is not there."""


@dataclass(slots=True)
class Child:
    """A program that runs. Its pipes are unbuffered; one that was not asked for raises
    ValueError."""

    _process: subprocess.Popen[bytes]
    _spared: frozenset[Process]
    _account: Account | None
    _ended: bool = field(default=False)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def stdin(self) -> IO[bytes]:
        return _asked_for(self._process.stdin)

    @property
    def stdout(self) -> IO[bytes]:
        return _asked_for(self._process.stdout)

    @property
    def stderr(self) -> IO[bytes]:
        return _asked_for(self._process.stderr)

    def poll(self) -> int | None:
        """Its exit status, minus the signal that ended it; None while it runs."""
        return self._process.poll()

    def wait(self, timeout: float) -> int | None:
        """Its exit status; None if it still runs after `timeout` seconds."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(timeout)
        return None

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def end(self) -> None:
        """Kill it and whatever it left, daemons too; close the pipes. Raises ProcessesLeft. A
        repeat does nothing."""
        if self._ended:
            return
        if self.poll() is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            self.wait(PATIENCE)
        try:
            end_all(self._spared, self._account)
        finally:
            for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
                if pipe is not None:
                    pipe.close()
        self._ended = True


def launch(
    argv: Sequence[str],
    worktree: Worktree,
    environment: Mapping[str, str],
    account: Account | None,
    *,
    stdin: int | IO[bytes] = PIPE,
    stdout: int | IO[bytes] = PIPE,
    stderr: int | IO[bytes] = PIPE,
    terminal: str = "",
) -> Child:
    """Start a program in the worktree, as `account` where there is one, with this environment and
    no file but these three. `terminal` is the name of a pseudo-terminal's far end (os.ttyname) that
    is to be its controlling one. Raises NotStarted."""
    program = argv[0]
    if "/" not in program and shutil.which(program, path=environment["PATH"]) is None:
        raise NotInstalled(f"`{program}` is not installed here")
    adopt_orphans()
    spared = children()
    try:
        if terminal and account is not None:
            os.chown(terminal, account.uid, account.gid)
        process = subprocess.Popen(
            ["/bin/sh", "-c", _BECOME, "sh", *_limits(account), terminal, *argv],
            bufsize=0,
            cwd=worktree.path,
            env=environment,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else [],
        )
    except (OSError, ValueError) as error:  # ValueError: a null character
        reason = error.strerror if isinstance(error, OSError) else error
        raise NotStarted(f"`{program}` could not be started: {reason}") from error
    return Child(process, spared, account)


def _limits(account: Account | None) -> tuple[str, str]:
    """Processes are counted by user: among another user's the agent's own can't be limited."""
    return str(LARGEST_FILE // _BLOCK), str(MOST_PROCESSES) if account is not None else ""


def _asked_for(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ValueError("no pipe was asked for")
    return pipe

"""What keeps a hostile agent's processes out of the runner, and ends the last one of them.

An agent may run as the runner's own user, as it does on Lambda. Then only the kernel keeps it from
the runner's memory and environment, and only descent tells its processes from others.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from parley.ports.work import Account

_PROC = Path("/proc")
_PR_SET_DUMPABLE = 4
_PR_SET_CHILD_SUBREAPER = 36
_GONE = (FileNotFoundError, ProcessLookupError)
_FIRST = 1  # a container's first process
PATIENCE = 10.0  # seconds for killed processes to be gone
_LOOKS = 2_000


class ProcessesLeft(RuntimeError):
    """Processes outlived their killing: nothing more may be run here."""


@dataclass(frozen=True, slots=True)
class Process:
    """As /proc has it. `born` (clock ticks since the boot) tells it from a later one of its id."""

    pid: int
    parent: int
    born: int
    dead: bool  # only its exit status is left, for its parent


def seal() -> str:
    """Close this process to others of its user, and make it the parent of all its orphans. Done
    before anything secret is read. What was done, for the log. Raises OSError where Linux refuses.
    On repeat: the same."""
    if not sys.platform.startswith("linux"):
        return f"not sealed: {sys.platform} has no prctl"
    _prctl(_PR_SET_DUMPABLE, 0)
    adopt_orphans()
    return "sealed"


def adopt_orphans() -> None:
    """What an agent leaves behind becomes this process's child, wherever it went. Without Linux
    nothing is done, and only the agent's process group is ended."""
    if sys.platform.startswith("linux"):
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl({option}, {value}): {os.strerror(number)}")


def children() -> frozenset[Process]:
    """This process's, as they are now: those whom a later `end_all` has to spare."""
    return frozenset(each for each in _processes() if each.parent == os.getpid())


def end_all(spared: frozenset[Process], account: Account | None) -> None:
    """Kill and reap every descendant of this process but the spared ones and theirs, and whatever
    runs as `account`. Raises ProcessesLeft. On repeat: nothing is left to do."""
    keep = {(each.pid, each.born) for each in spared}
    patience_ends = time.monotonic() + PATIENCE
    while victims := _victims(keep, account):
        if time.monotonic() > patience_ends:
            raise ProcessesLeft(f"{len(victims)} processes could not be ended")
        if account is not None:
            _kill_account(account)
        _freeze(victims, keep, account)
        _kill(victims)
        _chase(frozenset(each.pid for each in spared))


def is_containers_own() -> bool:
    """Whether this process has a container, and its user there, to itself: the first process has
    started it, and not as root, whose agents have accounts."""
    return os.getuid() != 0 and os.getppid() == _FIRST


def end_strangers() -> int:
    """Kill whatever else runs as this process's user, its ancestors spared; how many there were. An
    agent of the runner's own user can kill it, and what it started is then no descendant of the
    next one's: it could read what that one's git is given to log in with. Nothing is done where
    others' processes may be the user's. Raises ProcessesLeft. On repeat: nothing is left to do."""
    if not is_containers_own():
        return 0
    found: set[int] = set()
    patience_ends = time.monotonic() + PATIENCE
    while strangers := _strangers():
        if time.monotonic() > patience_ends:
            raise ProcessesLeft(f"{len(strangers)} processes could not be ended")
        while fresh := strangers - found:  # who is stopped starts nothing more
            for pid in fresh:
                _signal(pid, signal.SIGSTOP)
            found |= fresh
            strangers = _strangers()
            if time.monotonic() > patience_ends:
                break
        for pid in strangers:
            _signal(pid, signal.SIGKILL)
    return len(found)


def _strangers() -> set[int]:
    seen = {each.pid: each for each in _processes()}
    kin = {os.getpid()}
    each = seen.get(os.getpid())
    while each is not None:
        kin.add(each.pid)
        each = seen.get(each.parent)
    ours = Account(os.getuid(), os.getgid())
    return {pid for pid in _running_as(ours) if pid in seen and not seen[pid].dead} - kin


def _freeze(
    victims: dict[int, Process], keep: set[tuple[int, int]], account: Account | None
) -> None:
    """Stop them, and whatever they start meanwhile: who is stopped starts nothing more, while one
    that is killed gives a swarm its place back."""
    stopped: set[int] = set()
    for _ in range(10):
        fresh = set(victims) - stopped
        if not fresh:
            return
        for pid in fresh:
            _signal(pid, signal.SIGSTOP)
        stopped |= fresh
        victims.update(_victims(keep, account))


def _kill_account(account: Account) -> None:
    """All of its processes at one blow, which nobody outruns by forking. Where it has so many that
    this one can't begin, those that are found one by one make room for it."""
    with suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(
            ["/bin/sh", "-c", "kill -9 -1"],
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            env={},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=PATIENCE,
        )


def _chase(spared: frozenset[int]) -> None:
    """Kill and reap our own children, as quickly as we can look: a process that forks and ends over
    and over is a child of ours each time, and gone before a look at all processes is over."""
    for _ in range(_LOOKS):
        fresh = _own_children() - spared
        if not fresh:
            return
        for pid in fresh:
            _signal(pid, signal.SIGKILL)
        for pid in fresh:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def _own_children() -> set[int]:
    """Of any of our threads; none where the kernel does not list them."""
    found: set[int] = set()
    for thread in _PROC.glob("self/task/*/children"):
        with suppress(OSError):
            found |= {int(pid) for pid in thread.read_bytes().split()}
    return found


def _kill(victims: dict[int, Process]) -> None:
    for pid, process in victims.items():
        if not process.dead:
            _signal(pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _victims(spared: set[tuple[int, int]], account: Account | None) -> dict[int, Process]:
    """Those that are to go. One that is dead already is only to be reaped, and that is its parent's
    part: it counts where we are its parent."""
    seen = {each.pid: each for each in _processes()}
    ours = os.getpid()
    of_account = set(_running_as(account)) if account is not None else set()
    found = {}
    for process in seen.values():
        if process.pid == ours or (process.dead and process.parent != ours):
            continue
        if process.pid in of_account or _descends(process, ours, seen, spared):
            found[process.pid] = process
    return found


def _descends(
    process: Process, ancestor: int, seen: dict[int, Process], spared: set[tuple[int, int]]
) -> bool:
    each: Process | None = process
    for _ in range(len(seen)):
        if each is None or (each.pid, each.born) in spared:
            return False
        if each.parent == ancestor:
            return True
        each = seen.get(each.parent)
    return False


def _processes() -> Iterator[Process]:
    for folder in _folders():
        try:
            told = (folder / "stat").read_bytes()
        except (*_GONE, PermissionError):
            continue
        fields = told[told.rindex(b")") + 2 :].split()  # a name may hold blanks and brackets
        state, parent, born = fields[0], int(fields[1]), int(fields[19])
        yield Process(int(folder.name), parent, born, state in b"ZX")


def _running_as(account: Account) -> Iterator[int]:
    """By any of its user ids. The owner of its folder would not tell: that is root for a process
    that made itself undumpable."""
    for folder in _folders():
        with suppress(*_GONE, PermissionError):
            for line in (folder / "status").read_text(errors="replace").splitlines():
                if line.startswith("Uid:"):
                    if str(account.uid) in line.split()[1:]:
                        yield int(folder.name)
                    break


def _folders() -> Iterator[Path]:
    if _PROC.is_dir():
        yield from (each for each in _PROC.iterdir() if each.name.isdigit())

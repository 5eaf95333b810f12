"""Runs a program to its end, within a time and an amount of output, and leaves nothing of it."""

import os
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from parley.ports.work import Account

MEGABYTE = 1_000_000
_COMPLAINTS = 64_000  # bytes of stderr that are kept; the rest is read, and dropped
_CHUNK = 1 << 20
_TICK = 0.2  # seconds


class TooSlow(Exception):
    """It was not done in time, and was ended."""


class TooMuch(Exception):
    """It wrote more than it may, and was ended."""


@dataclass(frozen=True, slots=True)
class Limits:
    seconds: float = 60.0
    output: int = 64 * MEGABYTE


USUAL = Limits()


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    output: bytes = field(repr=False)
    complaints: bytes = field(repr=False)


def run(
    command: Sequence[str | bytes],
    environment: Mapping[str, str],
    folder: Path,
    stdin: bytes = b"",
    account: Account | None = None,
    limits: Limits = USUAL,
) -> Ended:
    """Run `command` in `folder` with this environment and no other, as `account` if there is one.
    Raises TooSlow, TooMuch, and OSError where it cannot be started. Its process group is ended
    with it, however it ends."""
    with tempfile.TemporaryFile() as fed:  # a file: no pipe that has to be fed while it is read
        fed.write(stdin)
        fed.seek(0)
        process = _start(command, environment, folder, fed, account)
        try:
            output, complaints = _Reading(process, limits).to_the_end()
            return Ended(process.wait(), output, complaints)
        finally:
            _end(process)


def _start(
    command: Sequence[str | bytes],
    environment: Mapping[str, str],
    folder: Path,
    fed: IO[bytes],
    account: Account | None,
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        env=dict(environment),
        cwd=folder,
        stdin=fed,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,
        umask=0o022,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=() if account else None,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe:
            pipe.close()


class _Reading:
    """Takes what a process says until it has ended."""

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits) -> None:
        self._process = process
        self._most = limits.output
        self._deadline = time.monotonic() + limits.seconds
        self._output: list[bytes] = []
        self._size = 0
        self._complaints = bytearray()

    def to_the_end(self) -> tuple[bytes, bytes]:
        with selectors.DefaultSelector() as selector:
            for pipe in (self._process.stdout, self._process.stderr):
                if pipe:
                    selector.register(pipe, selectors.EVENT_READ)
            while selector.get_map():
                self._round(selector)
        self._wait()
        return b"".join(self._output), bytes(self._complaints)

    def _round(self, selector: selectors.BaseSelector) -> None:
        if time.monotonic() > self._deadline:
            raise TooSlow
        ready = selector.select(_TICK)
        if not ready and self._process.poll() is not None:
            # Ended, and still somebody holds its pipe: that one is not waited for.
            for key in list(selector.get_map().values()):
                selector.unregister(key.fileobj)
        for key, _ in ready:
            chunk = os.read(key.fd, _CHUNK)
            if not chunk:
                selector.unregister(key.fileobj)
            elif key.fileobj is self._process.stdout:
                self._take(chunk)
            else:
                self._complaints += chunk[: _COMPLAINTS - len(self._complaints)]

    def _take(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._size > self._most:
            raise TooMuch
        self._output.append(chunk)

    def _wait(self) -> None:
        try:
            self._process.wait(max(0.0, self._deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise TooSlow from None

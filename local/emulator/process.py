"""The emulator as a child process: its environment, its start, and an end that leaves nothing."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.emulator.interpreter import function_interpreter
from local.ports import loopback_port
from local.waiting import await_condition

ROOT = Path(__file__).resolve().parents[2]
REGION = "us-east-1"
START_SECONDS = 30.0
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - on Linux; a folder of our own is made in it
ROOM_BYTES = 4 * 1024**3


class Emulator:
    """A running emulator: its address and the folder that holds its files and its log."""

    def __init__(self, port: int, workspace: Path) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.workspace = workspace
        self.log = workspace / "emulator.log"


@contextmanager
def emulator(preferred_port: int | None = None, python: str = sys.executable) -> Iterator[Emulator]:
    """An emulator that is ready, stopped with its workers at the end, and its folder removed.

    `python` is the interpreter of a virtualenv that has ministack.
    """
    workspace = Path(tempfile.mkdtemp(prefix="parley-", dir=_roomy_memory()))
    running = Emulator(loopback_port(preferred_port), workspace)
    try:
        child = _start(running, python)
        try:
            _await_ready(running, child)
            yield running
        finally:
            _stop(child)
    finally:
        # Killed workers leave their unzipped packages behind: the folder goes as a whole.
        shutil.rmtree(workspace, ignore_errors=True)


def _roomy_memory(folder: Path = SHARED_MEMORY) -> Path | None:
    """A file system in memory, if programs may lie there and there is room; None is the usual
    place.

    Every worker unzips a package of its own, more than a thousand files: on a disk that takes most
    of a cold start, and removing them at the end may take a minute.
    """
    try:
        found = os.statvfs(folder)
    except OSError:
        return None
    roomy = found.f_bavail * found.f_frsize >= ROOM_BYTES
    runs = not found.f_flag & os.ST_NOEXEC
    return folder if roomy and runs and os.access(folder, os.W_OK) else None


def _start(running: Emulator, python: str) -> "subprocess.Popen[bytes]":
    command = [python, "-m", "local.emulator.serve"]
    arguments = [str(running.port), str(function_interpreter()), str(running.workspace)]
    with running.log.open("wb") as log:
        return subprocess.Popen(
            command + arguments,
            cwd=ROOT,
            env=environment(running.port, running.workspace),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is ours to handle; the group ends the workers too
        )


def environment(port: int, workspace: Path) -> dict[str, str]:
    """A clean one: ministack hands its own to every function, so the host's must not be in it."""
    return {
        "PATH": os.defpath,
        "HOME": str(workspace),
        "LANG": "C.UTF-8",
        "TMPDIR": str(workspace),
        "PYTHONUNBUFFERED": "1",
        "PYTHONNOUSERSITE": "1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "S3_DATA_DIR": str(workspace / "s3"),
        "STATE_DIR": str(workspace / "state"),
        "LOG_LEVEL": "WARNING",
        # Each of these listens on all interfaces unless it is told not to.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # It sweeps containers it believes to be its own at start and end: let it find no Docker.
        "DOCKER_HOST": f"unix://{workspace}/no-docker.sock",
        "LAMBDA_EXECUTOR": "local",
    }


def _await_ready(running: Emulator, child: "subprocess.Popen[bytes]") -> None:
    def ready() -> bool:
        if child.poll() is not None:
            raise RuntimeError(f"the emulator ended at its start:\n{_tail(running.log)}")
        try:
            with urllib.request.urlopen(f"{running.url}/_ministack/ready", timeout=5) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    await_condition(ready, "the emulator's readiness", seconds=START_SECONDS)


def _stop(child: "subprocess.Popen[bytes]") -> None:
    """The server first, politely; then its whole group, since its workers outlive it."""
    child.terminate()
    try:
        child.wait(timeout=3)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdin:
        child.stdin.close()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def _tail(log: Path, lines: int = 20) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])

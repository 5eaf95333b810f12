"""How long a cold webhook function takes, from its process's start to its first answer."""

import os
import signal
import time
from pathlib import Path
from statistics import median

from local.scenarios.stage import Stage
from local.scenarios.talking import CLEO

SAMPLES = 3
PROC = Path("/proc")


def cold_acknowledgement_ms(stage: Stage) -> float:
    """The median of a few. Where there is no /proc, from the request instead of the start."""
    return round(median(_sample(stage, number) for number in range(SAMPLES)), 1)


def _sample(stage: Stage, number: int) -> float:
    """End the warm processes, which ministack then starts anew, and acknowledge one message."""
    stage.settle()
    for process in _processes(stage):
        os.kill(process, signal.SIGKILL)
    room = stage.runtime.slack.workspace.direct(CLEO).id
    asked, post = stage.write(room, CLEO, f"cold {number}")
    [acknowledged] = stage.deliver(*stage.events(post))
    ended = time.clock_gettime(time.CLOCK_BOOTTIME) if PROC.exists() else 0.0
    started = [_started(process) for process in _processes(stage)]
    stage.reply(asked)
    if not started:
        return acknowledged.ms
    return (ended - max(started)) * 1000


def _processes(stage: Stage) -> list[int]:
    """The webhook function's, of this runtime: they work in the emulator's folder."""
    name = stage.runtime.stack.of("WebhooksFunction")
    root = f"{stage.runtime.emulator.workspace}/ministack-lambda-{name}-"
    return [int(each.name) for each in PROC.glob("[0-9]*") if _folder(each).startswith(root)]


def _folder(process: Path) -> str:
    try:
        return str((process / "cwd").readlink())
    except OSError:
        return ""  # it ended, or is not ours to look at


def _started(process: int) -> float:
    """Seconds after boot; field 22 of /proc/PID/stat, counted behind the name in parentheses."""
    fields = (PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")

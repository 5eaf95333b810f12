"""How much memory the follower needs, and whether the template gives it that.

    python -m local.bench_follower [--runs 3]      (make bench-follower)

A sample is a local runtime of its own with one message in it: the packaged handler in a fresh
process under a bare interpreter, and all that leads to it. What is read is the most memory that
this process ever held, as the kernel counts it (Linux only). The highest sample counts.

A run that ends silently makes the follower read the session's history, where the tools' output
stands whole; so does a gap in the stream. One variant shows what that takes.

Prints JSON; the exit code is not zero when the template's default is not the least that fits.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.emulator.interpreter import function_interpreter
from local.emulator.template import load_template
from local.runtime import TEMPLATE, Runtime, runtime
from local.scenarios.stage import Stage
from local.scenarios.talking import CLEO
from local.waiting import await_condition
from parley.core.replies import NO_TEXT

PROC = Path("/proc")
RUN_SECONDS = 180.0
EVENTS = 10_000
# Added by Lambda's runtime client, which stands in no package: a bare Python 3.13 holds 4.8 MB more
# once it has imported awslambdaric 4.2.2. The emulator's client is counted as nothing.
RUNTIME_CLIENT_MB = 5
LEAST_MB = 128  # Lambda's own
STEP_MB = 64


@dataclass(frozen=True, slots=True)
class Variant:
    """A message to the scripted agent, and what the reply to it must hold."""

    name: str
    message: str
    reply: str


def _batches(output_size: int, end: Mapping[str, Any]) -> str:
    """Fifty turns of a hundred calls, with two events a call and one large output a turn."""
    view = {"name": "stakpak__view", "arguments": {"path": "/var/log/everything"}}
    calls = [{**view, "output_size": output_size}, {**view, "output": "scripted", "repeat": 99}]
    return f"SCRIPT={json.dumps([{'tools': calls, 'repeat': 50}, end])}"


VARIANTS = (
    Variant("flood", "flood", "That was a stream of"),
    Variant("outputs of 4 MB", _batches(4_000_000, {"text": "I read it all."}), "I read it all."),
    Variant("outputs of 4 MB, silent end", _batches(4_000_000, {"text": ""}), NO_TEXT),
)


@dataclass(frozen=True, slots=True)
class Sample:
    peak_mb: float
    cpu_seconds: float


def sample(variant: Variant) -> Sample:
    with runtime() as running:
        stage = Stage(running)
        try:
            # As a real server: the history is whole once the session has turned idle.
            stage.control("settings", checkpoint_lag_seconds=0.0)
            room = running.slack.workspace.direct(CLEO).id
            stage.deliver(*stage.events(stage.talk(room, CLEO, variant.message)))
            await_condition(
                lambda: not running.executions.running(),
                f"the end of {variant.name}",
                seconds=RUN_SECONDS,
            )
            texts = [post.shown for post in stage.bot_posts(room)]
        finally:
            stage.close()
        events = max(running.agent.agent.newest_events().values(), default=0)
        if events < EVENTS or not any(variant.reply in text for text in texts):
            raise SystemExit(f"{variant.name}: {events} events, answered with {texts}")
        return _held(_process(running))


def _process(running: Runtime) -> Path:
    """The follower's, of this runtime: it works in the emulator's folder."""
    name = running.stack.of("FollowRunFunction")
    root = f"{running.emulator.workspace}/ministack-lambda-{name}-"
    found = [each for each in PROC.glob("[0-9]*") if _folder(each).startswith(root)]
    if len(found) != 1:
        raise SystemExit(f"{len(found)} processes of the follower in {PROC}, not one")
    return found[0]


def _folder(process: Path) -> str:
    try:
        return str((process / "cwd").readlink())
    except OSError:
        return ""  # it ended, or is not ours to look at


def _held(process: Path) -> Sample:
    """VmHWM and not ru_maxrss, which begins with what the parent held."""
    peak_kb = int((process / "status").read_text().partition("VmHWM:")[2].split()[0])
    # Fields 14 and 15, counted behind the name in parentheses.
    ticks = (process / "stat").read_text().rpartition(")")[2].split()[11:13]
    return Sample(peak_kb / 1024, sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"))


def least_memory(peak_mb: float) -> int:
    """The least size that leaves a third of it free."""
    size = LEAST_MB
    while 3 * peak_mb > 2 * size:
        size += STEP_MB
    return size


def bench(runs: int) -> dict[str, Any]:
    highest = {variant.name: _highest(variant, runs) for variant in VARIANTS}
    peak = max(each.peak_mb for each in highest.values()) + RUNTIME_CLIENT_MB
    return {
        "python": function_interpreter().name,
        "runs": runs,
        "peak_mb": {name: round(each.peak_mb, 1) for name, each in highest.items()},
        "cpu_seconds": {name: round(each.cpu_seconds, 1) for name, each in highest.items()},
        "runtime_client_mb": RUNTIME_CLIENT_MB,
        "least_mb": least_memory(peak),
        "default_mb": int(load_template(TEMPLATE)["Parameters"]["FollowerMemory"]["Default"]),
    }


def _highest(variant: Variant, runs: int) -> Sample:
    samples = []
    for number in range(1, runs + 1):
        samples.append(sample(variant))
        print(f"{variant.name}, {number} of {runs}: {samples[-1]}", file=sys.stderr)
    return max(samples, key=lambda each: each.peak_mb)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    result = bench(parser.parse_args().runs)
    print(json.dumps(result))
    return 0 if result["least_mb"] == result["default_mb"] else 1


if __name__ == "__main__":
    sys.exit(main())

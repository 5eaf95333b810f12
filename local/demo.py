"""`make demo`: the sample events through the whole local runtime, checked and timed.

Progress goes to stderr. The last line of stdout is JSON; the exit code is not zero when anything is
off.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from local.floor.deployment import deploy_floor
from local.runtime import TEMPLATE, Runtime, runtime
from local.scenarios.stage import Stage
from local.scenarios.talking import TALKING, platform_retries
from local.scenarios.timing import SAMPLES, Timings, take_timings
from local.scenarios.trouble import TROUBLE
from local.waiting import NeverHappened

Scenario = Callable[[Stage], None]
SCENARIOS: tuple[Scenario, ...] = (*TALKING, *TROUBLE, platform_retries)
ACK_LIMIT_MS, REPLY_LIMIT_MS = (
    20,
    30,
)  # what a quiet machine of two cores keeps, said but not failed


def main() -> int:
    began = time.monotonic()
    with runtime() as running:
        say(f"runtime up after {time.monotonic() - began:.1f} s")
        result, good = _play(running)
    say(f"done after {time.monotonic() - began:.1f} s")
    print(json.dumps(result), flush=True)
    return 0 if good else 1


def _play(running: Runtime) -> tuple[dict[str, Any], bool]:
    stage = Stage(running)
    try:
        passed = sum(_passes(stage, each) for each in SCENARIOS)
        say(f"timing {SAMPLES} messages beside their floors")
        timings = _timed(stage)
        verdict = stage.judge()
        failed = running.executions.failed()
    finally:
        stage.close()
    off = {
        "lost": verdict.lost,
        "duplicated": verdict.duplicates,
        "executions that ended badly": failed,
    }
    for what, names in off.items():
        if names:
            say(f"{what}: {', '.join(names)}")
    result = {
        "scenarios": len(SCENARIOS),
        "passed": passed,
        "messages": verdict.messages,
        "replies": verdict.replies,
        "lost": len(verdict.lost),
        "duplicates": len(verdict.duplicates),
        **_fields(timings),
    }
    good = passed == len(SCENARIOS) and timings is not None and not any(off.values())
    return result, good


def _passes(stage: Stage, scenario: Scenario) -> bool:
    began = time.monotonic()
    name = scenario.__name__.replace("_", " ")
    try:
        scenario(stage)
    except (AssertionError, NeverHappened) as error:
        say(f"  FAILED {name}: {error}")
        return False
    say(f"  ok     {name} ({time.monotonic() - began:.1f} s)")
    return True


def _timed(stage: Stage) -> Timings | None:
    try:
        timings = take_timings(stage, deploy_floor(stage.runtime.stack, TEMPLATE))
    except (AssertionError, NeverHappened) as error:
        say(f"  FAILED timing: {error}")
        return None
    for what, took, limit in (
        ("acknowledgement", timings.ack_over_floor, ACK_LIMIT_MS),
        ("delivery", timings.reply_over_floor, REPLY_LIMIT_MS),
    ):
        if took > limit:
            say(f"  {what}: {took} ms over its floor, {limit} ms are wanted (a busy machine?)")
    return timings


def _fields(timings: Timings | None) -> dict[str, float | None]:
    fields = {
        "samples": "samples",
        "transitions_per_message": "transitions_per_message",
        "ack_ms_p50": "ack",
        "ack_ms_over_floor_p50": "ack_over_floor",
        "run_completed_to_reply_ms_p50": "reply",
        "run_completed_to_reply_ms_over_floor_p50": "reply_over_floor",
        "cold_ack_ms": "cold_ack",
    }
    return {name: getattr(timings, field, None) for name, field in fields.items()}


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

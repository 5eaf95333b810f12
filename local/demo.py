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
from local.scenarios.talking import TALKING
from local.scenarios.timing import SAMPLES, Timings, take_timings
from local.scenarios.trouble import TROUBLE
from local.waiting import NeverHappened

Scenario = Callable[[Stage], None]


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
        scenarios: tuple[Scenario, ...] = (*TALKING, *TROUBLE)
        passed = sum(_passes(stage, each) for each in scenarios)
        say(f"timing {SAMPLES} messages beside their floors")
        timings = take_timings(stage, deploy_floor(running.stack, TEMPLATE))
        verdict = stage.judge()
        for name, marks in (("lost", verdict.lost), ("duplicated", verdict.duplicates)):
            if marks:
                say(f"{name}: {', '.join(marks)}")
        failed = running.executions.failed()
        if failed:
            say(f"executions that ended badly: {', '.join(failed)}")
        result = {
            "scenarios": len(scenarios),
            "passed": passed,
            "messages": verdict.messages,
            "replies": verdict.replies,
            "lost": len(verdict.lost),
            "duplicates": len(verdict.duplicates),
            **_fields(timings),
        }
        good = passed == len(scenarios) and not (verdict.lost or verdict.duplicates or failed)
        return result, good
    finally:
        stage.close()


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


def _fields(timings: Timings) -> dict[str, float]:
    return {
        "samples": timings.samples,
        "transitions_per_message": timings.transitions_per_message,
        "ack_ms_p50": timings.ack,
        "ack_ms_over_floor_p50": timings.ack_over_floor,
        "run_completed_to_reply_ms_p50": timings.reply,
        "run_completed_to_reply_ms_over_floor_p50": timings.reply_over_floor,
        "cold_ack_ms": timings.cold_ack,
    }


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

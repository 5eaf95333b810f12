"""`make demo`: the sample events through the whole local runtime, checked and timed.

Progress goes to stderr. The last line of stdout is JSON; the exit code is not zero when anything is
off.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from local.floor.deployment import Floor, deploy_floor
from local.runtime import TEMPLATE, Runtime, runtime
from local.scenarios.acknowledging import Acknowledgement, time_acknowledgements
from local.scenarios.everywhere import BUSY, EVERYWHERE, LAST, WAITING
from local.scenarios.particular import LAST_ON_TELEGRAM, ON_DISCORD, ON_SLACK, ON_TELEGRAM
from local.scenarios.play import Play
from local.scenarios.stage import Stage
from local.scenarios.talking import TALKING, platform_retries
from local.scenarios.tasking import ON_EACH
from local.scenarios.timing import SAMPLES, Timings, take_timings
from local.scenarios.trouble import QUIET_TROUBLE, TROUBLE
from local.scenarios.venues import OnDiscord, OnSlack, OnTelegram
from local.waiting import NeverHappened
from local.warming import AT_ONCE, warm
from local.workshop import lacking

Scenario = Callable[[], None]
# What a quiet machine of two cores keeps, said but not failed.
ACK_LIMIT_MS, REPLY_LIMIT_MS, STOP_LIMIT_MS, CANCEL_LIMIT_MS = 20, 30, 3000, 5000


@dataclass(frozen=True, slots=True)
class Measured:
    slack: Timings | None = None
    others: dict[str, Acknowledgement] = field(default_factory=dict)


def main() -> int:
    began = time.monotonic()
    if missing := lacking():
        say(f"The demo has coding tasks in it, and {missing}.")
        return 1
    with runtime() as running:
        warm(running.stack, running.platforms)
        say(f"runtime up and warm after {time.monotonic() - began:.1f} s")
        result, good = _play(running)
    say(f"done after {time.monotonic() - began:.1f} s")
    print(json.dumps(result), flush=True)
    return 0 if good else 1


def _play(running: Runtime) -> tuple[dict[str, Any], bool]:
    stage = Stage(running)
    try:
        plays = _plays(stage)
        outcomes = _all_scenarios(stage, plays)
        measured = _timed(stage, plays[1:])
        verdict = stage.judge()
        failed = running.executions.failed() + running.task_executions.failed()
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
    stop_ms = round(max(stage.stops, default=0.0) * 1000)
    cancel_ms = round(max(stage.cancels, default=0.0) * 1000)
    result = {
        "scenarios": len(outcomes),
        "passed": sum(outcomes),
        "messages": verdict.messages,
        "replies": verdict.replies,
        "lost": len(verdict.lost),
        "duplicates": len(verdict.duplicates),
        "stop_ms_max": stop_ms,
        "cancel_ms_max": cancel_ms,
        **_fields(measured),
    }
    _compare(measured, stop_ms, cancel_ms)
    good = all(outcomes) and measured.slack is not None and not any(off.values())
    return result, good


def _plays(stage: Stage) -> tuple[Play, Play, Play]:
    platforms = stage.runtime.platforms
    return (
        Play(stage, OnSlack(platforms.slack)),
        Play(stage, OnTelegram(platforms.telegram)),
        Play(stage, OnDiscord(platforms.discord)),
    )


def _all_scenarios(stage: Stage, plays: Sequence[Play]) -> list[bool]:
    """First those that count everything or upset the agent, one by one; the rest side by side,
    since most of its time is waiting."""
    outcomes = [_passes(_name(each), partial(each, stage)) for each in TALKING]
    with ThreadPoolExecutor(AT_ONCE) as actors:
        quiet = [(_name(each), partial(each, stage)) for each in QUIET_TROUBLE]
        outcomes += actors.map(_passes, *zip(*quiet, strict=True))
    outcomes += [_passes(_name(each), partial(each, stage)) for each in TROUBLE]
    say("Slack, Telegram and Discord, side by side")
    with ThreadPoolExecutor(len(plays)) as actors:
        for passed in actors.map(_on_one, plays):
            outcomes += passed
        say(
            "coding tasks, on each of them"
        )  # git and agents: by themselves, since others are timed
        for passed in actors.map(_tasks_on_one, plays):
            outcomes += passed
    return [*outcomes, _passes(_name(platform_retries), partial(platform_retries, stage))]


def _on_one(play: Play) -> list[bool]:
    name = play.venue.name
    own = {"slack": ON_SLACK, "telegram": ON_TELEGRAM, "discord": ON_DISCORD}[name]
    outcomes = _in_turn(play, EVERYWHERE)
    with ThreadPoolExecutor(1) as ben:
        waiting = ben.submit(_in_turn, play, WAITING)
        outcomes += _in_turn(play, own)
    last = (*LAST, BUSY[name], *(LAST_ON_TELEGRAM if name == "telegram" else ()))
    return [*outcomes, *waiting.result(), *_in_turn(play, last)]


def _tasks_on_one(play: Play) -> list[bool]:
    return _in_turn(play, ON_EACH[play.venue.name])


def _in_turn(play: Play, scenarios: Sequence[Callable[[Play], None]]) -> list[bool]:
    return [_passes(f"{play.venue.name}: {_name(each)}", partial(each, play)) for each in scenarios]


def _name(scenario: Callable[..., None]) -> str:
    return scenario.__name__.replace("_", " ")


def _passes(name: str, scenario: Scenario) -> bool:
    began = time.monotonic()
    try:
        scenario()
    except (AssertionError, NeverHappened) as error:
        say(f"  FAILED {name}: {error}")
        return False
    say(f"  ok     {name} ({time.monotonic() - began:.1f} s)")
    return True


def _timed(stage: Stage, others: Sequence[Play]) -> Measured:
    say(f"timing {SAMPLES} messages beside their floors, and acknowledgements of the others")
    try:
        stage.settle()
        floor = deploy_floor(stage.runtime.stack, TEMPLATE)
        measured = Measured(take_timings(stage, floor), _acknowledgements(others, floor))
    except (AssertionError, NeverHappened, ValueError) as error:
        say(f"  FAILED timing: {error}")
        return Measured()
    return measured


def _acknowledgements(plays: Sequence[Play], floor: Floor) -> dict[str, Acknowledgement]:
    return {each.venue.name: time_acknowledgements(each, floor) for each in plays}


def _compare(measured: Measured, stop_ms: int, cancel_ms: int) -> None:
    compared = [(f"{name} acknowledgement", each.over_floor, ACK_LIMIT_MS)
                for name, each in measured.others.items()]  # fmt: skip
    if measured.slack is not None:
        compared += [
            ("acknowledgement", measured.slack.ack_over_floor, ACK_LIMIT_MS),
            ("delivery", measured.slack.reply_over_floor, REPLY_LIMIT_MS),
        ]
    for what, ended, limit in (
        ("a stop", stop_ms, STOP_LIMIT_MS),
        ("a task's cancel", cancel_ms, CANCEL_LIMIT_MS),
    ):
        if ended > limit:
            say(f"  {what} took {ended} ms, {limit} ms are wanted (a busy machine?)")
    for what, took, limit in compared:
        if took > limit:
            say(f"  {what}: {took} ms over its floor, {limit} ms are wanted (a busy machine?)")


def _fields(measured: Measured) -> dict[str, float | None]:
    fields = {
        "samples": "samples",
        "transitions_per_message": "transitions_per_message",
        "ack_ms_p50": "ack",
        "ack_ms_over_floor_p50": "ack_over_floor",
        "run_completed_to_reply_ms_p50": "reply",
        "run_completed_to_reply_ms_over_floor_p50": "reply_over_floor",
        "cold_ack_ms": "cold_ack",
    }
    found = {name: getattr(measured.slack, field, None) for name, field in fields.items()}
    for name in ("telegram", "discord"):
        other = measured.others.get(name)
        found[f"{name}_ack_ms_p50"] = other and other.ms
        found[f"{name}_ack_ms_over_floor_p50"] = other and other.over_floor
    return found


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

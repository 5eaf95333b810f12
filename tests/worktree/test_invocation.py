"""A process of the container serves one invocation, and nobody relies on its answer."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

import pytest

from functions.worktree.invocation import Context, Handler, RuntimeApi, serve_one
from scripts.import_graph import ROOT
from tests.worktree.runtime_api import Api, runtime_api


def serve(api: Api, handler: Handler) -> int:
    return serve_one(RuntimeApi(api.address), lambda: handler)


def echo(event: Mapping[str, Any], _context: Context) -> object:
    return {"task": event["task"]}


def test_event_is_handled_and_answered() -> None:
    with runtime_api({"task": "t1"}, now=time.time()) as api:
        assert serve(api, echo) == 0
    assert api.posted == [("invocation/r1/response", {"task": "t1"})]


def test_event_behind_the_first_one_is_left_to_another_process() -> None:
    with runtime_api({"task": "t1"}, {"task": "t2"}, now=time.time()) as api:
        serve(api, echo)
    assert list(api.events) == [{"task": "t2"}]


def test_handler_knows_how_long_it_has() -> None:
    left: list[int] = []
    with runtime_api({}, now=time.time(), seconds=30) as api:
        serve(api, lambda event, context: left.append(context.get_remaining_time_in_millis()))
    assert 25_000 < left[0] <= 30_000


def test_failure_is_told_by_its_kind_and_not_by_its_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(event: Mapping[str, Any], context: Context) -> object:
        raise ValueError("what a repository made it say")

    with runtime_api({"task": "t1"}, now=time.time()) as api:
        assert serve(api, fail) == 0
    told = {"errorType": "ValueError", "errorMessage": "see the log", "stackTrace": []}
    assert api.posted == [("invocation/r1/error", told)]
    assert "in fail" in capsys.readouterr().err


def test_answer_that_somebody_gave_already_is_noted_and_nothing_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with runtime_api({"task": "t1"}, now=time.time()) as api:

        def forging(event: Mapping[str, Any], context: Context) -> object:
            api.answered.add("invocation/r1/response")
            return echo(event, context)

        assert serve(api, forging) == 0
    assert api.posted == []
    assert json.loads(capsys.readouterr().out)["message"] == "answer_refused"


def test_function_that_cannot_start_takes_no_event(capsys: pytest.CaptureFixture[str]) -> None:
    def load() -> Handler:
        raise LookupError("PARLEY_TABLE is not set")

    with runtime_api({"task": "t1"}, now=time.time()) as api:
        assert serve_one(RuntimeApi(api.address), load) == 1
    assert [path for path, _ in api.posted] == ["init/error"]
    assert len(api.events) == 1
    assert "PARLEY_TABLE" in capsys.readouterr().err


def test_process_does_not_outlive_its_invocation() -> None:
    """Frozen in the middle of its work and thawed for another event, it would hold that up."""
    program = """
import sys, time
from functions.worktree.invocation import RuntimeApi, serve_one
sleep = lambda event, context: time.sleep(60)
sys.exit(serve_one(RuntimeApi(sys.argv[1]), lambda: sleep))
"""
    with runtime_api({"task": "t1"}, now=time.time(), seconds=0.1) as api:
        ended = subprocess.run(
            [sys.executable, "-c", program, api.address], cwd=ROOT, timeout=20, check=False
        )
    assert ended.returncode == 1
    assert api.posted == []

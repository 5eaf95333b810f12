"""`make test-sam`: coding tasks in the container, and what an agent there cannot do."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv" / "local" / "bin" / "python"  # the one that has the emulator

pytestmark = pytest.mark.sam


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """What the scenario saw."""
    done = subprocess.run(
        [PYTHON, "-m", "tests.sam.tasks"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "shared"), str(ROOT)])},
        stdout=subprocess.PIPE,
        stderr=sys.stderr,
        text=True,
    )
    assert done.returncode == 0
    seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return seen


@pytest.fixture(scope="module")
def hostile(found: dict[str, Any]) -> dict[str, Any]:
    seen: dict[str, Any] = found["hostile"]
    return seen


@pytest.fixture(scope="module")
def report(hostile: dict[str, Any]) -> dict[str, Any]:
    """What the agent itself found out."""
    seen: dict[str, Any] = hostile["report"]
    return seen


def test_whole_task_runs_in_the_container(found: dict[str, Any]) -> None:
    assert found["friendly"]["state"] == "completed"
    assert found["friendly"]["path"] == "acp"


def test_agent_runs_under_another_account_with_an_environment_of_its_own(
    report: dict[str, Any], hostile: dict[str, Any]
) -> None:
    assert report["user"] != 0
    names = set(report["environment"])
    assert {name for name in names if name.startswith(("AWS", "PARLEY", "LAMBDA", "_"))} == set()
    told = json.dumps(report["environment"])
    assert not any(secret in told for secret in hostile["secrets"].values())


def test_runner_and_first_process_show_nothing_of_themselves(report: dict[str, Any]) -> None:
    seen = report["processes"]
    commands = " ".join(each["command"] for each in seen)
    assert 1 in [each["pid"] for each in seen]
    assert "functions.worktree.runtime" in commands
    for each in seen:
        readable = [name for name in ("environ", "mem", "maps") if each[name]]
        assert readable == [], each["command"]


def test_no_file_holds_a_secret(report: dict[str, Any]) -> None:
    assert report["files"] == []


def test_metadata_addresses_give_no_credentials(report: dict[str, Any]) -> None:
    for url, answer in report["metadata"].items():
        assert answer in ("HTTPError", "URLError", "TimeoutError", "ConnectionResetError"), url


def test_event_holds_nothing_but_the_tasks_id(
    report: dict[str, Any], hostile: dict[str, Any]
) -> None:
    assert json.loads(report["event"]) == {"task": hostile["ids"][0]}


def test_forged_answer_is_taken_and_changes_nothing(
    report: dict[str, Any], hostile: dict[str, Any]
) -> None:
    """The task's outcome is what the runner wrote, after the machine had gone on."""
    assert report["forged"] == 202
    assert hostile["summary"] == "I have tried everything."
    assert "answer_refused" in hostile["log"]


def test_task_whose_event_was_swallowed_runs_all_the_same(
    report: dict[str, Any], hostile: dict[str, Any]
) -> None:
    assert json.loads(report["swallowed"]) == {"task": hostile["ids"][1]}
    assert (hostile["other"], hostile["other_has_its_note"]) == ("completed", True)


def test_no_process_of_a_task_is_left(hostile: dict[str, Any]) -> None:
    assert [each for each in hostile["left"] if "hostile.py" in each] == []
    assert all("aws-lambda-rie" in each for each in hostile["left"])


def test_no_file_of_a_task_is_left(hostile: dict[str, Any]) -> None:
    assert [each for each in hostile["files"] if "/tasks/" in each] == []
    assert not any(task in each for task in hostile["ids"] for each in hostile["files"])

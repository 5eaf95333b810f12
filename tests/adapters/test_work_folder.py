"""Folders of a machine's runners."""

import subprocess
import sys
from pathlib import Path

import pytest

from parley.adapters.work_folder import WorkFolder

HOLD = "import sys; from pathlib import Path; from parley.adapters.work_folder import WorkFolder; "
HOLD += (
    "print(WorkFolder(Path(sys.argv[1]), Path(sys.argv[2])).number, flush=True); sys.stdin.read()"
)


def held_elsewhere(base: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(base), str(base / "locks")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": "shared"},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "0\n"
    return process


def test_runners_of_one_machine_have_folders_of_their_own(tmp_path: Path) -> None:
    with held_elsewhere(tmp_path) as runner:
        folder = WorkFolder(tmp_path, tmp_path / "locks")
        folder.close()
        runner.kill()

    assert folder.number == 1


def test_who_comes_after_a_runner_that_was_killed_finds_what_it_left(tmp_path: Path) -> None:
    with held_elsewhere(tmp_path) as runner:
        runner.kill()

    folder = WorkFolder(tmp_path, tmp_path / "locks")
    folder.close()

    assert folder.path == tmp_path / "0"


def test_runners_in_other_folders_have_other_numbers(tmp_path: Path) -> None:
    with held_elsewhere(tmp_path) as runner:
        folder = WorkFolder(tmp_path / "elsewhere", tmp_path / "locks")
        folder.close()
        runner.kill()

    assert folder.number == 1


def test_locks_that_somebody_else_could_hold_are_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "locks").symlink_to(tmp_path / "real")

    with pytest.raises(OSError, match="somebody else's"):
        WorkFolder(tmp_path, tmp_path / "locks")

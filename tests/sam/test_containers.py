"""`make test-sam`: the built functions in real Lambda containers."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv" / "local" / "bin" / "python"  # the one that has the emulator


@pytest.mark.sam
def test_direct_message_passes_through_containers() -> None:
    done = subprocess.run(
        [PYTHON, "-m", "tests.sam.scenario"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "shared"), str(ROOT)])},
        stdout=subprocess.PIPE,
        stderr=sys.stderr,
        text=True,
    )
    assert done.returncode == 0
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["messages"], found["replies"]) == (2, 2)
    assert found["states"] == [5, 5]
    # The webhook, the five tasks and the sweeper.
    assert len(found["containers"]) >= 7
    assert all("lambda/python:3.13" in image for image in found["containers"])

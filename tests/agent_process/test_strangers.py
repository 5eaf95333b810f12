"""A container whose first process starts one runner after the other, as Lambda does: what the agent
of a runner that it killed left behind is not there for the next."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.agent_process.acting import ROOT

SECONDS = 30
# What `unshare` runs is the first process there.
CONTAINER = (
    *("unshare", "--user", "--map-user=65534", "--pid", "--fork", "--kill-child", "--mount-proc"),
    sys.executable,
    "-c",
)

FIRST_PROCESS = """
import json, subprocess, sys
for program in json.loads(sys.argv[1]):
    subprocess.run(program)
"""
AGENT = "setsid sleep 300 >&2 & sleep 301 >&2 & kill -9 $PPID; exec sleep 302 >&2"
RUNNER = [
    sys.executable,
    "-c",
    "import subprocess, sys; subprocess.run(['/bin/sh', '-c', sys.argv[1]])",
    AGENT,
]
NEXT = [
    sys.executable,
    "-c",
    """
import json
from pathlib import Path
from parley.adapters.agent_process.hygiene import end_strangers
ended = end_strangers()
told = [path.read_text() for path in Path("/proc").glob("[0-9]*/stat")]
alive = [each for each in told if each.rpartition(")")[2].split()[0] not in "ZX"]
print(json.dumps([ended, len(alive)]))
""",
]


@cache
def there_are_containers() -> bool:
    try:
        return subprocess.run([*CONTAINER, ""], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


needs_container = pytest.mark.skipif(
    not there_are_containers(), reason="unshare can't make a container of its own here"
)


def played(*programs: list[str]) -> list[int]:
    """How many were ended, and how many processes were there then."""
    done = subprocess.run(
        [*CONTAINER, FIRST_PROCESS, json.dumps(programs)],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(ROOT, "shared"))},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=SECONDS,
        check=True,
    )
    found: list[int] = json.loads(done.stdout)
    return found


@needs_container
def test_what_outlived_a_killed_runner_is_ended_by_the_next() -> None:
    assert played(RUNNER, NEXT) == [3, 2]


@needs_container
def test_who_started_the_runner_is_spared() -> None:
    assert played(NEXT) == [0, 2]


@needs_container
def test_where_a_runner_is_not_the_containers_own_nobody_is_ended() -> None:
    other = ["/bin/sh", "-c", '"$@"; exit', "sh", *NEXT]

    assert played(RUNNER, other) == [0, 6]

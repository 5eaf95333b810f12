"""Nothing of an agent is left when its run is over, and nothing of the runner is open to it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from parley.adapters.agent_process.hygiene import children
from parley.adapters.agent_process.runner import AgentProcesses
from parley.core.tasks.heard import Stop
from parley.ports.work import Account, Wish
from tests.agent_process.acting import ROOT, Stage, once_there
from tests.agent_process.one_shot import Follower

NOBODY = 65_534
PYTHON = "/usr/bin/python3"  # ours may lie where others can't get at it
needs_python = pytest.mark.skipif(
    not Path(PYTHON).exists(), reason=f"there is no {PYTHON}, which other users could run"
)
DAEMON = {"daemon": {"pid_file": "pid"}}


def alive(pid_file: Path) -> bool:
    return Path(f"/proc/{pid_file.read_text()}").exists()


@pytest.mark.parametrize(
    ("last", "stop"),
    [
        ({"say": "a"}, Stop.DONE),
        ({"crash": 1}, Stop.CRASHED),
        ({"fail": {"code": 1, "message": "no"}}, Stop.FAILED),
    ],
    ids=["done", "crashed", "failed"],
)
def test_a_daemon_does_not_outlive_its_agent(
    stage: Stage, last: dict[str, object], stop: Stop
) -> None:
    played = stage.play(DAEMON, last)

    assert played.end.stop is stop
    assert not alive(stage.tree / "pid")


def test_a_daemon_does_not_outlive_a_cancelled_agent(stage: Stage) -> None:
    stage.play(DAEMON, {"hang": True}, wished=once_there(stage.tree / "pid", Wish.CANCEL))

    assert not alive(stage.tree / "pid")


def test_a_daemon_does_not_outlive_a_runner_that_failed(stage: Stage) -> None:
    def fails(_follower: Follower) -> Wish:
        if (stage.tree / "pid").exists():
            raise RuntimeError("the table is gone")
        return Wish.GO_ON

    with pytest.raises(RuntimeError):
        stage.play(DAEMON, {"hang": True}, wished=fails)

    assert not alive(stage.tree / "pid")


def test_a_daemon_that_keeps_the_pipes_open_holds_nothing_up(stage: Stage) -> None:
    played = stage.play(
        {"run": "sleep 300 >/proc/$PPID/fd/1 2>/proc/$PPID/fd/2 &"}, {"say": "a"}, {"crash": 0}
    )

    assert played.end.stop is Stop.CRASHED
    assert played.seconds < 5


def test_a_swarm_is_ended(stage: Stage) -> None:
    swarm = "for i in $(seq 150); do (setsid sleep 300 >/dev/null 2>&1 &); done"
    stage.play({"run": swarm}, {"say": "a"})

    assert sleeping(300) == []


def sleeping(seconds: int) -> list[str]:
    wanted = f"sleep\0{seconds}\0".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if path.read_bytes() == wanted:
                found.append(path.parent.name)
        except OSError:
            continue
    return found


def test_a_process_that_is_always_another_one_is_ended(stage: Stage) -> None:
    hops = (
        "import os, time\n"
        "os.setsid()\n"
        "while True:\n"
        "    if os.fork(): os._exit(0)\n"
        "    open('beat', 'w').close()\n"
        "    time.sleep(0.0005)\n"
    )
    (stage.folder / "hops.py").write_text(hops)
    before = children()
    played = stage.play(
        {"run": f"{sys.executable} ../hops.py >/dev/null 2>&1 &"}, {"wait_for": "beat"}
    )
    (stage.tree / "beat").unlink()

    assert played.end.stop is Stop.DONE
    assert children() == before
    assert not (stage.tree / "beat").exists()


def test_what_runs_besides_is_spared(stage: Stage) -> None:
    with subprocess.Popen(["sleep", "301"]) as ours:
        stage.play({"say": "a"})
        assert ours.poll() is None
        ours.kill()


def test_a_sweep_ends_what_came_after_the_runner_was_made() -> None:
    with subprocess.Popen(["sleep", "302"]) as before:
        runner = AgentProcesses(None, lambda: 0.0)
        after = subprocess.Popen(["sh", "-c", "sleep 303 & wait"])
        runner.sweep()
        assert (before.poll(), sleeping(303)) == (None, [])
        before.kill()
    after.wait()


def test_a_sweep_ends_whatever_runs_as_the_agents_account(strangers: Stage) -> None:
    assert strangers.account is not None
    uid = strangers.account.uid
    with subprocess.Popen(["sleep", "304"], user=uid, start_new_session=True) as theirs:
        AgentProcesses(strangers.account, lambda: 0.0).sweep()
        theirs.wait(5)

    assert sleeping(304) == []


@needs_python
def test_an_agent_with_an_account_is_nobody_else(strangers: Stage) -> None:
    uid = strangers.tree.stat().st_uid
    strangers.argv = [PYTHON, *strangers.argv[1:]]
    who = "import json, os; print(json.dumps([os.getuid(), os.getgid(), os.getgroups()]))"
    played = strangers.play(DAEMON, {"run": f"{PYTHON} -c '{who}' > who.json"}, {"say": "a"})

    assert played.end.stop is Stop.DONE
    assert json.loads((strangers.tree / "who.json").read_text()) == [uid, uid, []]
    assert not alive(strangers.tree / "pid")


@pytest.mark.parametrize("uid", [0, os.getuid()])
def test_the_runners_own_account_is_no_agents(uid: int) -> None:
    with pytest.raises(ValueError, match="account of their own"):
        AgentProcesses(Account(uid, uid), lambda: 0.0)


RUNNER = """
import os, sys
from pathlib import Path
from parley.adapters.agent_process.environment import environment_for
from parley.adapters.agent_process.hygiene import seal
from parley.adapters.agent_process.process import DEVNULL, STDOUT, launch
from parley.ports.work import Worktree

folder = Path(sys.argv[1])
if sys.argv[2] == "sealed":
    seal()
worktree = Worktree("task", folder, folder, "0" * 40, "main")
argv = [sys.executable, "-c", sys.argv[3], str(os.getpid())]
environment = environment_for(worktree)
child = launch(argv, worktree, environment, None, stdin=DEVNULL, stderr=STDOUT)
print(child.stdout.readall().decode())
child.end()
daemon = "(setsid sh -c 'echo -n $$ > pid; exec sleep 308' >/dev/null 2>&1 &); sleep 0.1"
child = launch(["sh", "-c", daemon], worktree, environment, None)
child.wait(10)
child.end()
"""
PROBE = """
import ctypes, json, os, sys
found = {"own": "SECRET" in os.environ}
for name in ("environ", "maps", "mem", "cwd", "fd"):
    path = f"/proc/{sys.argv[1]}/{name}"
    try:
        found[name] = bool(os.listdir(path)) if name in ("cwd", "fd") else open(path, "rb") and True
        if name == "environ":
            found[name] = b"SECRET=x" in open(path, "rb").read()
    except PermissionError:
        found[name] = False
found["ptrace"] = ctypes.CDLL(None).ptrace(16, int(sys.argv[1]), None, None) == 0
if found["ptrace"]:
    os.waitpid(int(sys.argv[1]), 0)
    ctypes.CDLL(None).ptrace(17, int(sys.argv[1]), None, None)
print(json.dumps(found))
"""


def probed(folder: Path, how: str) -> dict[str, bool]:
    """What a program can read of a runner of the same user, who is not root."""
    user = NOBODY if os.getuid() == 0 else os.getuid()
    os.chown(folder, user, -1)
    done = subprocess.run(
        [PYTHON, "-c", RUNNER, str(folder), how, PROBE],
        env={"SECRET": "x", "PYTHONPATH": str(ROOT / "shared"), "PYTHONDONTWRITEBYTECODE": "1"},
        user=user if os.getuid() == 0 else None,
        extra_groups=[] if os.getuid() == 0 else None,
        capture_output=True,
        timeout=20,
        check=True,
    )
    found: dict[str, bool] = json.loads(done.stdout)
    return found


@needs_python
def test_a_sealed_runner_is_closed_to_its_agent(public: Path) -> None:
    assert set(probed(public, "sealed").values()) == {False}
    assert not alive(public / "pid")  # it still sees its own children, and ends them


@needs_python
def test_a_runner_that_is_not_sealed_can_be_read(public: Path) -> None:
    """Else the test above would show nothing."""
    found = probed(public, "open")

    assert found["environ"]
    assert not found["own"]

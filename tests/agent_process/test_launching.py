"""What an agent's program is started with, and a project's setup command."""

import json
import os
import time
from collections.abc import Callable

import pytest

from parley.adapters.agent_process.environment import environment_for
from parley.adapters.agent_process.process import DEVNULL, STDOUT, NotInstalled, NotStarted, launch
from parley.adapters.agent_process.runner import AgentProcesses
from parley.ports.work import Wish
from tests.agent_process.acting import Stage, once_there
from tests.agent_process.one_shot import Follower, Wished, go_on
from tests.agent_process.test_hygiene import alive

OWN = {"PATH", "LANG", "TERM", "NO_COLOR", "CI", "SHELL", "USER", "LOGNAME", "PWD", "HOME"}
PLACES = {"TMPDIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"}
GIT = {f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
GIVEN = {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "STUB_AGENT", "MODEL_KEY"}


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")


@pytest.mark.usefixtures("secret")
def test_an_agent_gets_nothing_of_the_runners_environment(stage: Stage) -> None:
    played = stage.play({"environment": True}, environment={"MODEL_KEY": "key"})
    environment = json.loads(played.text)

    # Python sets LC_CTYPE itself; the last three are what some shells leave.
    extra = {"GIT_TERMINAL_PROMPT", "LC_CTYPE", "SHLVL", "OLDPWD", "_"}
    assert set(environment) - extra == OWN | PLACES | GIT | GIVEN
    assert environment["PWD"] == str(stage.tree)
    assert {name for name in PLACES if not environment[name].startswith(str(stage.home))} == set()


def test_an_agents_folders_are_its_own_whatever_it_is_given(stage: Stage) -> None:
    environment = environment_for(stage.worktree, {"HOME": "/", "PWD": "/", "PATH": "/opt"})

    assert (environment["HOME"], environment["PWD"]) == (str(stage.home), str(stage.tree))
    assert environment["PATH"] == "/opt"


def output(stage: Stage, command: str) -> str:
    worktree = stage.worktree
    child = launch(
        ["/bin/sh", "-c", command],
        worktree,
        environment_for(worktree),
        stage.account,
        stdin=DEVNULL,
        stderr=STDOUT,
    )
    try:
        return child.stdout.read().decode() if child.wait(10) == 0 else "failed"
    finally:
        child.end()


def test_an_agent_gets_no_open_file(stage: Stage) -> None:
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    try:
        assert output(stage, "echo /proc/$$/fd/*").split() != []
        assert f"/{writer}" not in output(stage, "ls -l /proc/self/fd | sed 's,.*:.. ,/,'")
    finally:
        os.close(reader)
        os.close(writer)


def test_an_agent_is_in_its_worktree_with_a_place_for_temporary_files(stage: Stage) -> None:
    told = output(stage, 'pwd; echo "$PWD"; [ -d "$TMPDIR" ] && echo "$TMPDIR"')

    assert told.split() == [str(stage.tree), str(stage.tree), str(stage.home / "tmp")]


def test_an_agent_dumps_no_core_and_fills_no_disk_with_a_file(stage: Stage) -> None:
    core, blocks = output(stage, "ulimit -c; ulimit -f").split()

    assert core == "0"
    assert int(blocks) * 512 == 4 * 1024**3


def test_where_memory_runs_out_it_is_the_agent_that_ends(stage: Stage) -> None:
    assert output(stage, "cat /proc/self/oom_score_adj") == "1000\n"


def test_an_account_of_an_agents_own_has_a_number_of_processes(strangers: Stage) -> None:
    told = output(strangers, "ulimit -u 2>/dev/null || ulimit -p")

    assert told.split() == ["4096"]


def test_temporary_files_follow_no_link_of_an_earlier_agent(strangers: Stage) -> None:
    """Whoever makes that folder is the agent, so that a link leads no further than it may go."""
    (strangers.home / "tmp").symlink_to("/made-by-a-link")
    output(strangers, "true")

    assert not os.path.lexists("/made-by-a-link")


def test_a_program_that_is_not_there_is_named(stage: Stage) -> None:
    with pytest.raises(NotInstalled, match="`no-such-program` is not installed here"):
        launch(["no-such-program"], stage.worktree, {"PATH": "/bin"}, None)


def test_a_folder_that_is_gone_is_told(stage: Stage) -> None:
    worktree = stage.worktree
    stage.tree.rmdir()

    with pytest.raises(NotStarted, match="could not be started: No such file or directory"):
        launch(["true"], worktree, environment_for(worktree), None)


def test_an_argument_that_can_be_none_is_told(stage: Stage) -> None:
    worktree = stage.worktree

    with pytest.raises(NotStarted, match="could not be started: embedded null byte"):
        launch(["true", "a\0b"], worktree, environment_for(worktree), None)


def test_an_ended_program_may_be_ended_again(stage: Stage) -> None:
    worktree = stage.worktree
    child = launch(["sleep", "300"], worktree, environment_for(worktree), None)
    child.end()
    child.end()

    assert child.poll() == -9


SetUp = Callable[..., str]


@pytest.fixture
def set_up(stage: Stage) -> SetUp:
    def run(command: str, wished: Wished = go_on, pace: float = 1.0) -> str:
        runner = AgentProcesses(None, lambda: time.monotonic() * pace)
        return runner.set_up(stage.worktree, command, Follower(wished))

    return run


def test_a_setup_is_run_in_the_worktree(stage: Stage, set_up: SetUp) -> None:
    assert set_up("echo made > made.txt") == ""
    assert (stage.tree / "made.txt").read_text() == "made\n"


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("echo first; echo last >&2; exit 3", "exit status 3: first\nlast"),
        ("exit 4", "exit status 4"),
        ("kill -9 $$", "signal 9"),
    ],
)
def test_a_setup_that_fails_says_why(set_up: SetUp, command: str, reason: str) -> None:
    assert set_up(command) == reason


def test_of_a_long_output_the_end_is_told(set_up: SetUp) -> None:
    told = set_up("seq 200000; echo the-end; exit 1")

    assert told.endswith("the-end")
    assert len(told) < 2_000


def test_a_setup_that_takes_too_long_is_ended(set_up: SetUp) -> None:
    assert set_up("sleep 305", pace=5_000) == "it was still running after 10 minutes"


@pytest.mark.parametrize(
    ("wish", "reason"), [(Wish.CANCEL, "it was cancelled"), (Wish.TIME_UP, "the time was up")]
)
def test_a_setup_ends_when_it_is_to(stage: Stage, set_up: SetUp, wish: Wish, reason: str) -> None:
    began = stage.tree / "pid"

    assert set_up("echo $$ > pid; sleep 306", once_there(began, wish)) == reason
    assert not alive(began)


def test_a_setup_may_leave_nothing_running(stage: Stage, set_up: SetUp) -> None:
    assert set_up("setsid sh -c 'echo -n $$ > pid; exec sleep 307' & sleep 0.1") == ""
    assert not alive(stage.tree / "pid")

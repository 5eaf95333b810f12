"""How agents on a terminal end, by themselves and otherwise."""

from pathlib import Path

import pytest

from parley.adapters.agent_process.asking_to_end import PATIENCE
from parley.adapters.agent_process.process import NotInstalled
from parley.core.tasks.heard import AgentEnd, Stop
from parley.ports.work import Wish
from tests.agent_process.one_shot import Bench, once_it_says


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_an_exit_status_is_a_failure_with_the_last_words(bench: Bench) -> None:
    ran = bench.run("import sys; print('no such thing'); sys.exit(3)")

    assert ran.end == AgentEnd(Stop.FAILED, "It ended with exit status 3: no such thing")


def test_no_reason_tells_a_secret(bench: Bench) -> None:
    ran = bench.run(
        "import os, sys; print('key', os.environ['KEY']); sys.exit(1)",
        environment={"KEY": "sk-0123456789"},
    )

    assert ran.end.reason == "It ended with exit status 1: key ***"


def test_a_signal_is_told_by_its_name(bench: Bench) -> None:
    ran = bench.run("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")

    assert ran.end == AgentEnd(Stop.CRASHED, "It was ended by signal 11 (SIGSEGV)")


def test_a_program_that_is_not_there_says_so(bench: Bench) -> None:
    with pytest.raises(NotInstalled, match="`no-such-agent` is not installed"):
        bench.run("", command=("no-such-agent",))


def test_an_agent_is_interrupted_and_may_put_things_in_order(bench: Bench) -> None:
    ran = bench.run(
        "import signal, sys\n"
        "try:\n"
        "    print('ready', flush=True)\n"
        "    signal.pause()\n"
        "except KeyboardInterrupt:\n"
        "    print('in order')",
        wished=once_it_says("ready", Wish.CANCEL),
    )

    assert (ran.end.stop, ran.text) == (Stop.CANCELLED, "ready\nin order\n")
    assert ran.seconds < 2


def test_an_agent_that_hears_no_signal_is_gone_within_five_seconds(bench: Bench) -> None:
    ran = bench.run(
        "import signal\n"
        "signals = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, signals)\n"
        "print('ready', flush=True)\n"
        "while True: print(signal.sigwait(signals).name, flush=True)",
        wished=once_it_says("ready", Wish.TIME_UP),
        pace=4,
    )

    assert (ran.end.stop, ran.text) == (Stop.TIME_UP, "ready\nSIGINT\nSIGTERM\n")
    assert min(ran.seconds, 5.0) > PATIENCE


def test_an_agent_of_which_nothing_is_heard_is_ended(bench: Bench) -> None:
    ran = bench.run("import signal; signal.pause()", stall=1.2, pace=4)

    assert ran.end.stop is Stop.STALLED


def test_what_it_leaves_on_the_terminal_does_not_keep_us(bench: Bench) -> None:
    """The daemon holds the terminal open, in a session of its own."""
    ran = bench.run(
        "import os, signal\n"
        "ready, is_ready = os.pipe()\n"
        "daemon = os.fork()\n"
        "if daemon == 0:\n"
        "    os.setsid()\n"
        "    os.write(is_ready, b'.')\n"
        "    signal.pause()\n"
        "os.read(ready, 1)\n"
        "print(daemon)"
    )

    assert ran.end.stop is Stop.DONE
    assert not Path("/proc", str(int(ran.text))).exists()

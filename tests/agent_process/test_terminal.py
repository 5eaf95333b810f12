"""Real programs on real pseudo-terminals."""

import json
import sys
from pathlib import Path

import pytest

from parley.adapters.agent_process.invocation import LONGEST_ARGUMENT
from parley.adapters.agent_process.terminal import COLUMNS, NO_OUTPUT, ROWS, Terminal
from parley.core.tasks.coding_agent import Output, PromptBy
from parley.core.tasks.heard import AgentEnd, Stop, ToolSeen
from parley.ports.work import Wish
from tests.agent_process.one_shot import Bench, once_it_says

ROOT = Path(__file__).parents[2]
# A signal that comes before it is awaited is not lost.
HOLD_BACK = "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])\n"
AWAIT = "signal.sigwait([signal.SIGINT])\n"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def no_terminal() -> Terminal | None:
    return None


def test_an_agent_works_on_a_terminal_of_a_known_size(bench: Bench) -> None:
    ran = bench.run(
        "import os, sys; print(sys.stdout.isatty(), sys.stderr.isatty(), os.get_terminal_size(1))"
    )

    assert ran.text == f"True True os.terminal_size(columns={COLUMNS}, lines={ROWS})\n"
    assert ran.end == AgentEnd(Stop.DONE)


def test_the_terminal_is_the_agents_controlling_one(bench: Bench) -> None:
    ran = bench.run(
        "import os; f = os.open('/dev/tty', os.O_RDWR); print(os.tcgetpgrp(f) == os.getpid())"
    )

    assert ran.text == "True\n"


def test_it_reads_its_prompt_and_the_end_of_it(bench: Bench) -> None:
    ran = bench.run("import sys; print('<' + sys.stdin.read() + '>')", prompt="Zwei\nZeilen é")

    assert ran.text == "<Zwei\nZeilen é>\n"


def test_a_prompt_may_be_longer_than_a_pipe_holds(bench: Bench) -> None:
    ran = bench.run("import sys; print(len(sys.stdin.read()))", prompt="x" * 3_000_000)

    assert ran.text == "3000000\n"


def test_an_agent_need_not_read_its_prompt(bench: Bench) -> None:
    ran = bench.run("print('never mind')", prompt="x" * 3_000_000)

    assert (ran.end.stop, ran.text) == (Stop.DONE, "never mind\n")


def test_a_prompt_as_an_argument_is_never_an_option(bench: Bench) -> None:
    ran = bench.run(
        "import sys; print(sys.argv[1:], sys.stdin.read() == '')",
        prompt="--help me",
        prompt_by=PromptBy.ARGUMENT,
    )

    assert ran.text == "['--', '--help me'] True\n"


def test_a_prompt_too_long_for_an_argument_is_refused_in_words(bench: Bench) -> None:
    ran = bench.run("", prompt="x" * (LONGEST_ARGUMENT + 1), prompt_by=PromptBy.ARGUMENT)

    assert ran.end.stop is Stop.UNFIT
    assert "100,001 bytes" in ran.end.reason


def test_what_was_said_earlier_stands_before_the_prompt(bench: Bench) -> None:
    ran = bench.run(
        "import sys; print(repr(sys.stdin.read()))", prompt="Now this", earlier="That was"
    )

    assert ran.text == "'That was\\n\\nNow this'\n"


def test_model_and_mode_go_where_the_registration_says(bench: Bench) -> None:
    ran = bench.run(
        "import sys; print(sys.argv[1:])",
        asked={"model": "big/one", "mode": "plan"},
        model=("--use", "{}"),
        mode=("--mode={}",),
    )

    assert ran.text == "['--use', 'big/one', '--mode=plan']\n"


@pytest.mark.parametrize(
    ("asked", "model", "reason"),
    [
        ({"model": "x"}, (), "takes no model"),
        ({"mode": "x"}, (), "has no modes"),
        ({"thinking": "x"}, (), "has no thinking option"),
        ({"model": "--help"}, ("--model", "{}"), "is no value, but an option"),
    ],
    ids=["no model", "no modes", "no thinking", "an option as a value"],
)
def test_what_an_agent_can_not_be_told_is_refused(
    bench: Bench, asked: dict[str, str], model: tuple[str, ...], reason: str
) -> None:
    ran = bench.run("print('it ran')", asked=asked, model=model)

    assert ran.end.stop is Stop.UNFIT
    assert reason in ran.end.reason
    assert ran.events == []


def test_it_sees_nothing_of_the_runners_environment(bench: Bench) -> None:
    ran = bench.run(
        "from os import environ, getcwd\n"
        "print('PYTEST_CURRENT_TEST' in environ, environ['PWD'] == getcwd())\n"
        "print(environ['KEY'], environ['SET'])",
        environment={"KEY": "secret"},
        settings={"SET": "shown"},
    )

    assert ran.text == "False True\nsecret shown\n"


def test_colours_and_progress_are_not_heard(bench: Bench) -> None:
    ran = bench.run(
        "import sys\n"
        "for n in range(0, 101, 10):\n"
        "    sys.stdout.write(f'\\r\\x1b[32m{n}%\\x1b[0m\\x1b[K')\n"
        "print('\\ndone')"
    )

    assert ran.text == "100%\ndone\n"


def test_words_are_heard_as_they_come(bench: Bench) -> None:
    """The program goes on only when it gets the signal that a heard word brings."""
    ran = bench.run(
        f"{HOLD_BACK}print('first', flush=True)\n{AWAIT}print('second')",
        wished=once_it_says("first", Wish.CANCEL),
    )

    assert ran.text == "first\nsecond\n"


def test_a_line_without_an_end_is_heard_after_a_while(bench: Bench) -> None:
    ran = bench.run(
        f"{HOLD_BACK}print('Go on? ', end='', flush=True)\n{AWAIT}",
        wished=once_it_says("Go on?", Wish.CANCEL),
        pace=4,
    )

    assert (ran.end.stop, ran.text) == (Stop.CANCELLED, "Go on? ")


def test_standard_error_is_on_the_terminal_too(bench: Bench) -> None:
    ran = bench.run("import sys; sys.stderr.write('a\\n'); sys.stdout.write('b\\n')")

    assert sorted(ran.text.split()) == ["a", "b"]


def test_an_agent_that_says_nothing_is_said_to(bench: Bench) -> None:
    assert bench.run("print('  \\n')").text.strip() == NO_OUTPUT


def test_without_a_terminal_there_are_pipes(bench: Bench) -> None:
    ran = bench.run(
        "import sys; print(sys.stdout.isatty()); sys.stderr.write('aside')", opened=no_terminal
    )

    assert (ran.end.stop, ran.text) == (Stop.DONE, "False\n")


def test_without_a_terminal_what_it_wrote_aside_is_better_than_nothing(bench: Bench) -> None:
    ran = bench.run("import sys; sys.stderr.write('aside\\n')", opened=no_terminal)

    assert (ran.end.stop, ran.text) == (Stop.DONE, "aside")


def test_lines_of_json_are_events_and_the_rest_is_aside(bench: Bench) -> None:
    ran = bench.run(
        "import json, sys\n"
        "sys.stderr.write('a warning\\n')\n"
        "say = lambda **event: print(json.dumps(event))\n"
        "say(type='thread.started', thread_id='t-1')\n"
        "say(type='item.completed', item={'id': 'i', 'type': 'agent_message', 'text': 'Hi'})\n"
        "say(type='item.completed', item={'id': 'c', 'type': 'command_execution',"
        " 'command': 'ls', 'aggregated_output': 'x' * 200_000, 'status': 'completed'})\n"
        "say(type='turn.completed', usage={'input_tokens': 1, 'output_tokens': 2})",
        output=Output.CODEX,
    )

    assert ran.end == AgentEnd(Stop.DONE, session="t-1")
    assert ran.text == "Hi"
    assert [each.title for each in ran.events if isinstance(each, ToolSeen)] == ["ls"]


def test_an_agent_that_never_says_it_is_done_has_failed(bench: Bench) -> None:
    ran = bench.run(
        "import sys; print('{\"type\": \"turn.started\"}'); sys.stderr.write('no credit')",
        output=Output.CODEX,
    )

    assert ran.end.stop is Stop.FAILED
    assert ran.end.reason == "The agent ended without saying that it was done: no credit"


def test_a_clean_exit_after_an_error_is_a_failure(bench: Bench) -> None:
    ran = bench.run(
        'print(\'{"type": "result", "is_error": true, "result": "No credit"}\')',
        output=Output.CLAUDE,
    )

    assert ran.end == AgentEnd(Stop.FAILED, "No credit")


def test_a_mode_that_is_passed_over_ends_the_agent(bench: Bench) -> None:
    ran = bench.run(
        "import signal, sys\n"
        "sys.stderr.write('! agent \"nope\" not found. Falling back to default agent\\n')\n"
        "sys.stderr.flush()\n"
        "signal.pause()",
        output=Output.OPENCODE,
    )

    assert ran.end == AgentEnd(Stop.UNFIT, 'opencode says: agent "nope" not found')


@pytest.mark.parametrize("output", [Output.TEXT, Output.OPENCODE])
def test_a_scripted_agent_works_in_its_worktree(bench: Bench, output: Output) -> None:
    steps = [{"write": {"path": "note.md", "text": "Hello"}}, {"say": "I wrote it"}]
    ran = bench.run(
        "",
        command=(sys.executable, "-m", "local.stub_agent", "run", "--format", str(output)),
        settings={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        prompt=f"SCRIPT={json.dumps(steps)}",
        output=output,
    )

    assert (ran.end.stop, ran.text.strip()) == (Stop.DONE, "I wrote it")
    assert (bench.folder / "tree/note.md").read_text() == "Hello"

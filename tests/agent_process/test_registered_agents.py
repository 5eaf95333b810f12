"""The agents of events/agents, as operators register them."""

from pathlib import Path, PurePath

import pytest

from parley.adapters.agent_process.invocation import invocation_of
from parley.adapters.agent_process.parsers.choice import parser_for
from parley.adapters.agent_process.parsers.plain import PlainParser
from parley.core.tasks.registration import parse_agent
from parley.ports.work import Job, Worktree

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted((ROOT / "events/agents").glob("*.json"))
ONCE = [path for path in DOCUMENTS if '"supports_acp": false' in path.read_text()]
PLACE = Worktree("task", PurePath("/tree"), PurePath("/home"), "0" * 40, "main")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_each_can_be_registered_under_its_file_s_name(path: Path) -> None:
    agent = parse_agent(path.read_text(), path.stem)

    assert agent.command
    assert agent.environment


@pytest.mark.parametrize("path", ONCE, ids=lambda path: path.stem)
def test_what_runs_once_takes_a_model_and_writes_lines(path: Path) -> None:
    agent = parse_agent(path.read_text(), path.stem)
    invocation = invocation_of(Job(agent, PLACE, "Work", model="big/one"))

    assert invocation.argv == (*agent.command, "--model", "big/one")
    assert invocation.stdin == b"Work"
    assert not isinstance(parser_for(agent.output), PlainParser)

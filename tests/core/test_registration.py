"""The documents of projects and agents as a whole: what they mean, and what is none of them."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parley.core.tasks.agent_keys import AGENT_KEYS
from parley.core.tasks.api_requests import parse_decision, parse_order
from parley.core.tasks.change import Ruling
from parley.core.tasks.coding_agent import ChatCommand, CodingAgent, Output, Permissions, PromptBy
from parley.core.tasks.project import Compute, Fallback, Project
from parley.core.tasks.project_keys import PROJECT_KEYS
from parley.core.tasks.registration import (
    agent_document,
    parse_agent,
    parse_project,
    project_document,
)
from parley.core.tasks.request import BadRequest
from tests.core.registering import agent, project, told_of_project
from tests.properties import PROPERTY

EVENTS = Path(__file__).resolve().parents[2] / "events"
PROJECTS = sorted((EVENTS / "projects").glob("*.json"))
AGENTS = sorted((EVENTS / "agents").glob("*.json"))


def test_an_empty_document_is_a_project_for_native_tasks() -> None:
    assert project() == Project("demo", "demo")


def test_everything_that_a_project_may_say() -> None:
    found = project(
        id="demo",
        name="Demo",
        repository="https://example.com/a.git",
        default_branch="release/1.0",
        path="/srv/demo",
        credential="secretsmanager:/parley/projects/demo",
        agents=["opencode", "claude"],
        default_agent="claude",
        default_model="a/b",
        fallback="native",
        limit=1,
        minutes=600,
        setup="make\nmake install",
        compute="fargate",
        brings_configuration=True,
    )
    assert found == Project(
        id="demo",
        name="Demo",
        repository="https://example.com/a.git",
        default_branch="release/1.0",
        path="/srv/demo",
        credential="secretsmanager:/parley/projects/demo",
        default_agent="claude",
        agents=("opencode", "claude"),
        default_model="a/b",
        fallback=Fallback.NATIVE,
        limit=1,
        minutes=600,
        setup="make\nmake install",
        compute=Compute.FARGATE,
        brings_configuration=True,
    )


def test_an_agent_needs_a_command_and_nothing_else() -> None:
    assert agent() == CodingAgent("opencode", True, ("opencode", "acp"))


def test_everything_that_an_agent_may_say() -> None:
    found = agent(
        name="opencode",
        supports_acp=False,
        command=["/opt/agents/claude", "-p", " "],
        model=["--model", "{}"],
        mode=["--mode={}"],
        thinking=["--effort", "{}"],
        prompt_by="argument",
        output="claude",
        permissions="none",
        commands=[{"name": "init", "description": "Begin"}, {"name": "review"}],
        environment={"API_KEY": "/parley/agents/opencode/key"},
        settings={"NO_COLOR": "1", "_X": ""},
        keeps=[".claude/projects/", "history.db"],
    )
    assert found == CodingAgent(
        name="opencode",
        supports_acp=False,
        command=("/opt/agents/claude", "-p", " "),
        model=("--model", "{}"),
        mode=("--mode={}",),
        thinking=("--effort", "{}"),
        prompt_by=PromptBy.ARGUMENT,
        output=Output.CLAUDE,
        permissions=Permissions.NONE,
        commands=(ChatCommand("init", "Begin"), ChatCommand("review")),
        environment={"API_KEY": "/parley/agents/opencode/key"},
        settings={"NO_COLOR": "1", "_X": ""},
        keeps=(".claude/projects", "history.db"),
    )


def test_all_that_is_wrong_is_told() -> None:
    told = told_of_project(limit=0, minutes=0, compute="x", default_branch="-")
    assert [line.split()[0] for line in told] == ["default_branch", "limit", "minutes", "compute"]


@pytest.mark.parametrize("id", ["", "A", "-a", "a-", "a/b", "x" * 41, "..", "ä"])
def test_id_that_is_refused(id: str) -> None:
    with pytest.raises(BadRequest, match=r"^id is .*; it must be 1 to 40 of a-z"):
        parse_project("{}", id)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("{", "the document is not JSON: ", id="no JSON"),
        pytest.param("[]", "the document is []; it must be a JSON object", id="a list"),
        pytest.param(
            '{"setup": "\\ud800"}', "the document has half a surrogate", id="half a letter"
        ),
        pytest.param('{"id": "demo", "id": "x"}', "the document is not JSON: id", id="twice"),
    ],
)
def test_text_that_is_no_document(text: str, line: str) -> None:
    with pytest.raises(BadRequest) as refusal:
        parse_project(text, "demo")
    assert str(refusal.value).startswith(line)


@pytest.mark.parametrize("path", PROJECTS, ids=lambda path: path.stem)
def test_sample_projects_come_back_as_they_were(path: Path) -> None:
    found = parse_project(path.read_text(), path.stem)
    document = project_document(found)
    assert parse_project(json.dumps(document), path.stem) == found
    assert document.keys() == {"id", *(key.name for key in PROJECT_KEYS)}


@pytest.mark.parametrize("path", AGENTS, ids=lambda path: path.stem)
def test_sample_agents_come_back_as_they_were(path: Path) -> None:
    found = parse_agent(path.read_text(), path.stem)
    document = agent_document(found)
    assert parse_agent(json.dumps(document), path.stem) == found
    assert document.keys() == {"name", *(key.name for key in AGENT_KEYS)}


NAMES = [key.name for key in (*PROJECT_KEYS, *AGENT_KEYS)]
KEYS = st.sampled_from([*NAMES, "id", "project", "prompt", "key", "by", "session", "patch_sha256"])
TEXTS = st.text(max_size=5) | st.sampled_from(["https://[", "ssm:/parley/agents/a", "a", "/a", ""])
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(), inner),
    max_leaves=12,
)


@settings(PROPERTY, max_examples=60)
@given(st.dictionaries(KEYS, VALUES) | VALUES)
def test_any_json_makes_sense_or_is_refused(value: object) -> None:
    text = json.dumps(value)
    with suppress(BadRequest):
        parse_project(text, "demo")
    with suppress(BadRequest):
        parse_agent(text, "opencode")
    with suppress(BadRequest):
        parse_order(text, None)
    for way in Ruling:
        with suppress(BadRequest):
            parse_decision(text, way)

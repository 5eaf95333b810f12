"""The documents of projects and agents: what they mean, and what is told of wrong ones."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

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
from tests.properties import PROPERTY

EVENTS = Path(__file__).resolve().parents[2] / "events"
PROJECTS = sorted((EVENTS / "projects").glob("*.json"))
AGENTS = sorted((EVENTS / "agents").glob("*.json"))
REPOSITORY = "https://example.com/a.git"


def project(**keys: Any) -> Project:
    return parse_project(json.dumps(keys), "demo")


def agent(**keys: Any) -> CodingAgent:
    return parse_agent(json.dumps({"command": ["opencode", "acp"], **keys}), "opencode")


def told_of_project(**keys: Any) -> list[str]:
    with pytest.raises(BadRequest) as refusal:
        project(**keys)
    return str(refusal.value).splitlines()


def told_of_agent(**keys: Any) -> list[str]:
    with pytest.raises(BadRequest) as refusal:
        agent(**keys)
    return str(refusal.value).splitlines()


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


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("https://github.com/o/r.git", id="https"),
        pytest.param("https://git.example.com:8443/o/r", id="a port"),
        pytest.param("http://127.0.0.1:8080/o/r", id="loopback"),
        pytest.param("http://localhost/o/r", id="loopback by name"),
        pytest.param("http://[::1]:8080/o/r", id="loopback of IPv6"),
        pytest.param("", id="none"),
    ],
)
def test_repository(address: str) -> None:
    assert project(repository=address).repository == address


def test_a_slash_behind_the_repository_is_left_out() -> None:
    assert project(repository="https://github.com/o/r/").repository == "https://github.com/o/r"


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("http://github.com/o/r", id="http"),
        pytest.param("http://127.0.0.1.example.com/o/r", id="no loopback"),
        pytest.param("ssh://git@github.com/o/r", id="ssh"),
        pytest.param("git@github.com:o/r.git", id="scp"),
        pytest.param("ext::sh -c evil", id="a command"),
        pytest.param("file:///srv/r", id="a file"),
        pytest.param("/srv/r", id="a path"),
        pytest.param("--upload-pack=evil", id="an option"),
        pytest.param("https://token@github.com/o/r", id="a user"),
        pytest.param("https://u:password@github.com/o/r", id="a password"),
        pytest.param("https://github.com/o/r?token=1", id="a query"),
        pytest.param("https://github.com/o/r#main", id="a fragment"),
        pytest.param("https://github.com", id="no path"),
        pytest.param("https:///o/r", id="no host"),
        pytest.param("https://-x\\github.com/o", id="a backslash"),
        pytest.param("https://git hub.com/o", id="a blank"),
        pytest.param("https://github.com/o\n/r", id="a line break"),
        pytest.param("https://gïthub.com/o/r", id="letters beyond ASCII"),
        pytest.param("https://github.com:x/o", id="no port"),
        pytest.param("https://github.com:/o/r:1@x", id="a user in the path"),
        pytest.param("https://[::1/o", id="half an address"),
        pytest.param("https://github.com/" + "r" * 400, id="too long"),
        pytest.param(7, id="a number"),
    ],
)
def test_repository_that_is_refused(address: object) -> None:
    (line,) = told_of_project(repository=address)
    assert line.startswith("repository makes no sense; it must be an https address")


def test_a_password_in_a_repository_is_not_repeated() -> None:
    assert "hunter2" not in str(told_of_project(repository="https://u:hunter2@github.com/o/r"))


@pytest.mark.parametrize(
    "branch",
    [
        pytest.param("", id="empty"),
        pytest.param("-x", id="an option"),
        pytest.param("a..b", id="a range"),
        pytest.param("a b", id="a blank"),
        pytest.param("a~1", id="an ancestor"),
        pytest.param("ä", id="a letter beyond ASCII"),
        pytest.param("a\n", id="a line break"),
        pytest.param("b" * 201, id="too long"),
        pytest.param(None, id="null"),
    ],
)
def test_branch_that_is_refused(branch: object) -> None:
    (line,) = told_of_project(default_branch=branch)
    assert line.startswith("default_branch is ")


@pytest.mark.parametrize(
    "name",
    [
        "/parley/projects/demo",
        "ssm:/parley/projects/demo/github.token",
        "secretsmanager:/parley/projects/a_b-c",
    ],
)
def test_credential(name: str) -> None:
    assert project(credential=name, repository=REPOSITORY).credential == name


OTHER_SECRETS = [
    pytest.param("/parley/slack-bot-token", id="Parley's own"),
    pytest.param("ssm:/parley/api-token", id="Parley's own, with the store"),
    pytest.param("ssm:/parley/projectsx/a", id="a prefix that only looks like it"),
    pytest.param("/parley/projects/", id="the folder itself"),
    pytest.param("/parley/projects/../slack-bot-token", id="a way out"),
    pytest.param("/parley/projects/a:3", id="a version"),
    pytest.param("parley/projects/a", id="no slash in front"),
    pytest.param("ssm:ssm:/parley/projects/a", id="the store twice"),
    pytest.param("file:/parley/projects/a", id="no store"),
    pytest.param("ghp_1234567890", id="the secret itself"),
    pytest.param("/parley/projects/a\n", id="a line break"),
    pytest.param(7, id="a number"),
]


@pytest.mark.parametrize("name", OTHER_SECRETS)
def test_credential_lies_among_the_projects_secrets(name: object) -> None:
    (line,) = told_of_project(credential=name, repository=REPOSITORY)
    assert line == (
        "credential must be a secret's name below /parley/projects/, with ssm: or secretsmanager: "
        "in front, or neither"
    )


@pytest.mark.parametrize(
    "name", [*OTHER_SECRETS, pytest.param("/parley/projects/demo", id="a project's")]
)
def test_an_agents_environment_lies_among_the_agents_secrets(name: object) -> None:
    (line,) = told_of_agent(environment={"KEY": name})
    assert line.startswith("environment.KEY must be a secret's name below /parley/agents/")


def test_the_secret_itself_is_not_repeated() -> None:
    told = told_of_agent(environment={"KEY": "sk-hunter2"}, settings={"TOKEN": ["hunter2"]})
    assert len(told) == 2
    assert "hunter2" not in str(told)
    assert "hunter2" not in str(told_of_project(credential="hunter2", repository=REPOSITORY))
    assert "hunter2" not in str(told_of_agent(environment=["hunter2"], settings="hunter2"))


@pytest.mark.parametrize(
    "name",
    [
        "PATH",
        "HOME",
        "PWD",
        "SHELL",
        "BASH_ENV",
        "ENV",
        "LD_PRELOAD",
        "LD_LIBRARY_PATH",
        "AWS_SECRET_ACCESS_KEY",
        "GIT_SSH_COMMAND",
        "PARLEY_TABLE",
        "PYTHONPATH",
        "lower",
        "1A",
        "A-B",
        "A=B",
        "",
    ],
)
@pytest.mark.parametrize("key", ["environment", "settings"])
def test_variable_that_cannot_be_set(key: str, name: str) -> None:
    (line,) = told_of_agent(**{key: {name: "/parley/agents/a"}})
    assert line.startswith(f"{key}.{name} can't be set: variables are made of A-Z 0-9 _")


def test_a_variable_has_one_value() -> None:
    told = told_of_agent(environment={"KEY": "/parley/agents/a"}, settings={"KEY": "b"})
    assert told == ["settings.KEY stands in environment, too"]


@pytest.mark.parametrize(
    ("command", "line"),
    [
        pytest.param([], "command is []; it must be a list of 1 to 50 texts", id="none"),
        pytest.param("opencode acp", 'command is "opencode acp"; it must be a list', id="a text"),
        pytest.param(["sh", "-c", "x"], 'command[0] is "sh"; it must be the program', id="a shell"),
        pytest.param(["/bin/bash"], 'command[0] is "/bin/bash"; it must be the', id="its path"),
        pytest.param(["env", "A=1", "x"], 'command[0] is "env"; it must be the', id="env"),
        pytest.param(["./agent"], 'command[0] is "./agent"; it must be a program', id="relative"),
        pytest.param(["-x"], 'command[0] is "-x"; it must be a program', id="an option"),
        pytest.param(["a", 7], "command[1] is 7; it must be a text", id="a number"),
        pytest.param(["a", ""], 'command[1] is ""; it must be a text', id="an empty text"),
        pytest.param(["a", "\0"], "command[1] is ", id="what no program takes"),
        pytest.param(["a"] * 51, "command is ", id="too many"),
    ],
)
def test_command_that_is_refused(command: object, line: str) -> None:
    (told,) = told_of_agent(command=command)
    assert told.startswith(line)


def test_a_command_that_is_missing_is_told() -> None:
    with pytest.raises(BadRequest, match="command is missing; it must be a list of 1 to 50 texts"):
        parse_agent("{}", "opencode")


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "..", "a/../b", ".", "", "a//b", "a\\b", "a\nb", "x" * 201, 7],
)
def test_kept_path_that_is_refused(path: object) -> None:
    (line,) = told_of_agent(keeps=["fine", path])
    assert line.startswith("keeps[1] is ")


@pytest.mark.parametrize("key", ["model", "mode", "thinking"])
def test_arguments_have_a_place_for_the_value(key: str) -> None:
    (line,) = told_of_agent(**{key: ["--model"]})
    assert line == (
        f'{key} is ["--model"]; it must be a list of arguments with {{}} where the value goes, '
        "or empty"
    )


@pytest.mark.parametrize(
    ("commands", "line"),
    [
        pytest.param(["init"], 'commands[0] is "init"; it must be a JSON object', id="a text"),
        pytest.param([{}], "commands[0].name is missing", id="no name"),
        pytest.param([{"name": ""}], "commands[0].name is missing", id="an empty name"),
        pytest.param([{"name": 7}], "commands[0].name is 7; it must be", id="a number"),
        pytest.param(
            [{"name": "a", "descripton": "b"}],
            "commands[0].descripton is not known; did you mean description?",
            id="a slip",
        ),
    ],
)
def test_chat_commands_that_are_refused(commands: object, line: str) -> None:
    (told,) = told_of_agent(commands=commands)
    assert told.startswith(line)


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        pytest.param({"name": "a\nb"}, 'name is "a\\nb"; it must be', id="a name of two lines"),
        pytest.param({"name": "n" * 81}, "name is ", id="a long name"),
        pytest.param({"path": "srv"}, 'path is "srv"; it must be an absolute', id="no root"),
        pytest.param({"path": "/a\n"}, "path is ", id="a folder of two lines"),
        pytest.param({"setup": 7}, "setup is 7; it must be a shell command", id="no script"),
        pytest.param({"limit": 0}, "limit is 0; it must be a whole number", id="no slot"),
        pytest.param({"limit": 101}, "limit is 101; it must be", id="too many slots"),
        pytest.param({"minutes": 0}, "minutes is 0; it must be", id="no time"),
        pytest.param({"minutes": 14}, "minutes is 14; on lambda it must be at most 13", id="long"),
        pytest.param(
            {"minutes": 721, "compute": "fargate"}, "minutes is 721; it must be", id="very long"
        ),
        pytest.param({"fallback": "yes"}, 'fallback is "yes"; it must be one of', id="fallback"),
        pytest.param({"compute": "ec2"}, 'compute is "ec2"; it must be one of', id="compute"),
        pytest.param({"agents": "all"}, 'agents is "all"; it must be a list', id="no list"),
        pytest.param({"agents": ["A"]}, 'agents[0] is "A"; it must be 1 to 40', id="a capital"),
        pytest.param({"agents": ["native"]}, 'agents[0] is "native", which', id="native"),
        pytest.param({"agents": ["a", "a"]}, 'agents[1] is "a" a second time', id="twice"),
        pytest.param(
            {"default_agent": "a"}, 'default_agent is "a", which is none of agents', id="foreign"
        ),
        pytest.param(
            {"credential": "/parley/projects/a"},
            "credential is for a repository, and there is none",
            id="a credential for nothing",
        ),
        pytest.param(
            {"repositry": "x"}, "repositry is not known; did you mean repository?", id="a slip"
        ),
        pytest.param({"id": "other"}, 'id is not "demo", which is put', id="another id"),
    ],
)
def test_project_that_is_refused(keys: dict[str, Any], line: str) -> None:
    (told,) = told_of_project(**keys)
    assert told.startswith(line)


def test_native_may_be_a_projects_default_agent() -> None:
    assert project(agents=["a"], default_agent="native").default_agent == "native"


def test_all_that_is_wrong_is_told() -> None:
    told = told_of_project(limit=0, minutes=0, compute="x", default_branch="-")
    assert [line.split()[0] for line in told] == ["default_branch", "limit", "minutes", "compute"]


@pytest.mark.parametrize("id", ["", "A", "-a", "a-", "a/b", "x" * 41, "..", "ä"])
def test_id_that_is_refused(id: str) -> None:
    with pytest.raises(BadRequest, match=r"^id is .*; it must be 1 to 40 of a-z"):
        parse_project("{}", id)


def test_native_is_no_name_of_an_agent() -> None:
    with pytest.raises(BadRequest, match='name is "native", which stands for the agent server'):
        parse_agent('{"command": ["a"]}', "native")


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

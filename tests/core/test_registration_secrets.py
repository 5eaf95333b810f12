"""Secrets in documents of projects and agents: names from their own folder, and no values."""

import pytest

from tests.core.registering import REPOSITORY, project, told_of_agent, told_of_project


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

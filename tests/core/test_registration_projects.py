"""What a project's document may say, key by key, and what is told of the rest."""

from typing import Any

import pytest

from tests.core.registering import project, told_of_project


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

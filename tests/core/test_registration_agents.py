"""What an agent's document may say, key by key, and what is told of the rest."""

import pytest

from parley.core.tasks.registration import parse_agent
from parley.core.tasks.request import BadRequest
from tests.core.registering import told_of_agent


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


def test_native_is_no_name_of_an_agent() -> None:
    with pytest.raises(BadRequest, match='name is "native", which stands for the agent server'):
        parse_agent('{"command": ["a"]}', "native")

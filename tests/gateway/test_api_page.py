"""docs/api.md says what the API does: its examples are played, its tables compared."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route

from functions.gateway.answers import STATUS
from parley.command.main import parser
from parley.core.document import Key
from parley.core.tasks.agent_keys import AGENT_KEYS
from parley.core.tasks.change import ChangeState, Ruling
from parley.core.tasks.frames import FrameKind
from parley.core.tasks.project_keys import PROJECT_KEYS
from parley.core.tasks.task import FlagKind, TaskState
from tests.gateway.office import Office
from tests.gateway.work import at_work, ended

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/api.md").read_text()
CHANGE_OF_ABOVE = {"...": "as above"}


@dataclass(frozen=True, slots=True)
class Example:
    method: str
    path: str
    key: str | None
    body: Any
    answer: Any


def examples() -> Iterator[Example]:
    for asked, answer in re.findall(r"```http\n(.*?)```\n```json\n(.*?)```", PAGE, re.DOTALL):
        head, _, body = asked.partition("\n\n")
        method, path = head.splitlines()[0].split()
        key = re.search(r"^Idempotency-Key: (.*)$", head, re.MULTILINE)
        yield Example(
            method,
            path,
            key[1] if key else None,
            json.loads(body) if body.strip() else None,
            json.loads(answer),
        )


def section(heading: str) -> str:
    return PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]


def quoted(text: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", text))


def test_the_examples_are_what_is_answered(office: Office) -> None:
    office.call("PUT", "/v1/agents/opencode", {"command": ["opencode", "acp"]})
    for example in examples():
        happened(office, example.path)
        answer = office.call(example.method, example.path, example.body, key=example.key)
        assert answer.status_code in (200, 201), answer.text
        found = answer.json()
        if example.answer.get("change") == CHANGE_OF_ABOVE:
            assert found.pop("change")["state"] == "superseded"
            example.answer.pop("change")
        assert found == example.answer, f"{example.method} {example.path}"


def happened(office: Office, path: str) -> None:
    """What goes before an example."""
    task = "5ftvspbrqnbr"
    if path.startswith(f"/v1/tasks/{task}/frames"):
        at_work(office, task)
    elif path == f"/v1/changes/{task}":
        office.clock.advance(61_000)  # its runner is lost: another one takes the task
        ended(office, task)


def test_every_route_is_documented(office: Office) -> None:
    told = PAGE.replace("{name}", "{id}")
    routes = [route for route in office.application.routes if isinstance(route, Route)]
    assert [route.path for route in routes if route.path not in told] == []


def test_every_error_is_documented() -> None:
    documented = {(int(row[0]), row[1].strip("`")) for row in rows(section("Errors"))[1:]}
    assert documented == {(status, code) for code, status in STATUS.items()}


@pytest.mark.parametrize(("heading", "keys"), [("Projects", PROJECT_KEYS), ("Agents", AGENT_KEYS)])
def test_every_key_is_documented(heading: str, keys: tuple[Key[Any], ...]) -> None:
    documented = [(row[0].strip("`"), row[1].strip("`"), row[2]) for row in rows(section(heading))]
    assert documented[1:] == [
        (key.name, "none" if key.written is None else json.dumps(key.written), key.allowed)
        for key in keys
    ]


def test_every_state_is_documented() -> None:
    states = [row for row in rows(PAGE) if row[0] == "`state`"]
    assert quoted(states[0][1]) - {"cancelling"} == set(TaskState)
    assert quoted(states[1][1]) == set(ChangeState)
    (flags,) = [row for row in rows(PAGE) if row[0] == "`flags`"]
    assert quoted(flags[1]) == set(FlagKind)


def test_every_kind_of_frame_is_documented() -> None:
    table = PAGE.split("| `kind` | `content` |\n")[1].split("\n\n")[0]
    assert [row[0].strip("`") for row in rows(table)] == list(FrameKind)


@pytest.mark.parametrize("ruling", Ruling)
def test_every_ruling_is_documented(ruling: Ruling) -> None:
    assert f"`/v1/changes/{{id}}/{ruling}`" in PAGE
    assert f"`change {ruling} ID" in PAGE


@pytest.mark.parametrize("line", re.findall(r'^make api ARGS="(.*)"$', PAGE, re.MULTILINE))
def test_commands_that_are_shown_are_understood(line: str) -> None:
    given = parser().parse_args(shlex.split(line))
    if hasattr(given, "file"):
        assert (ROOT / given.file).exists()

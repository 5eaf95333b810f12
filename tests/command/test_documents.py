"""The commands of projects and agents: against the API itself, over a socket."""

import json
from pathlib import Path

import pytest

from tests.command.counter import EVENTS, Counter


@pytest.mark.parametrize("kind", ["project", "agent"])
def test_documents_are_put_shown_and_removed(counter: Counter, kind: str, tmp_path: Path) -> None:
    (sample, *_) = sorted((EVENTS / f"{kind}s").glob("*.json"))
    id = sample.stem
    assert counter.told(kind, "put", str(sample)) == f"{kind} {id} is registered\n"
    shown = counter.told(kind, "show", id)
    assert json.loads(shown).items() >= json.loads(sample.read_text()).items()
    (tmp_path / "again.json").write_text(shown)
    assert counter.told(kind, "put", str(tmp_path / "again.json"))
    assert counter.told(kind, "list").split()[0] == id
    assert counter.told(kind, "remove", id) == f"{kind} {id} is gone\n"
    assert counter.run(kind, "show", id).errors == f"There is no {kind} {id}\n"


def test_a_list_says_what_there_is(counter: Counter) -> None:
    assert counter.told("project", "list").splitlines() == [
        "demo  demo  https://example.com/o/demo.git",
        "docs  docs",
    ]
    assert counter.told("agent", "list") == "opencode  opencode acp\n"
    counter.told("agent", "remove", "opencode")
    assert counter.told("agent", "list") == "no agents\n"
    assert counter.told("task", "list") == "no tasks\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param('{"id": "demo", "limit": 0}', "limit is 0; it must be a whole", id="wrong"),
        pytest.param('{"name": "Demo"}', "FILE has no id", id="no id"),
        pytest.param('{"id": 7}', "FILE has no id", id="no text"),
        pytest.param("[]", "FILE has no id", id="a list"),
        pytest.param("{", "FILE is not JSON", id="no JSON"),
    ],
)
def test_document_that_is_refused(counter: Counter, tmp_path: Path, text: str, line: str) -> None:
    file = tmp_path / "project.json"
    file.write_text(text)
    done = counter.run("project", "put", str(file))
    assert (done.code, done.out) == (1, "")
    assert done.errors.startswith(line.replace("FILE", str(file)))

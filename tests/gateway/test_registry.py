"""Projects and agents by the API: the same routes for both."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.office import Office

EVENTS = Path(__file__).resolve().parents[2] / "events"


def sample(path: str) -> Any:
    return json.loads((EVENTS / path).read_text())


KINDS = [
    pytest.param("projects", "demo", sample("projects/demo.json"), id="projects"),
    pytest.param("agents", "claude", sample("agents/claude.json"), id="agents"),
]


@pytest.mark.parametrize(("kind", "id", "document"), KINDS)
def test_what_is_put_is_there(office: Office, kind: str, id: str, document: Any) -> None:
    put = office.call("PUT", f"/v1/{kind}/{id}", document)
    assert put.status_code == 200
    assert put.json().items() >= document.items()
    assert office.call("GET", f"/v1/{kind}/{id}").json() == put.json()
    assert office.call("GET", f"/v1/{kind}").json() == {kind: [put.json()]}


@pytest.mark.parametrize(("kind", "id", "document"), KINDS)
def test_what_was_shown_can_be_put_again(office: Office, kind: str, id: str, document: Any) -> None:
    shown = office.call("PUT", f"/v1/{kind}/{id}", document).json()
    assert office.call("PUT", f"/v1/{kind}/{id}", shown).json() == shown


def test_putting_replaces_what_was_there(office: Office) -> None:
    office.call("PUT", "/v1/projects/demo", {"setup": "make", "name": "Demo"})
    office.call("PUT", "/v1/projects/demo", {"name": "Other"})
    found = office.call("GET", "/v1/projects/demo").json()
    assert (found["name"], found["setup"]) == ("Other", "")


def test_they_are_listed_by_id(office: Office) -> None:
    for id in ("b", "a", "c"):
        office.call("PUT", f"/v1/projects/{id}", {})
    listed = office.call("GET", "/v1/projects").json()["projects"]
    assert [each["id"] for each in listed] == ["a", "b", "c"]


@pytest.mark.parametrize(("kind", "id", "document"), KINDS)
def test_what_is_removed_is_gone(office: Office, kind: str, id: str, document: Any) -> None:
    office.call("PUT", f"/v1/{kind}/{id}", document)
    removed = office.call("DELETE", f"/v1/{kind}/{id}")
    assert (removed.status_code, removed.content) == (204, b"")
    assert office.call("GET", f"/v1/{kind}").json() == {kind: []}


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("kind", ["projects", "agents"])
def test_what_is_not_there_is_told(office: Office, method: str, kind: str) -> None:
    answer = office.call(method, f"/v1/{kind}/nope")
    assert answer.status_code == 404
    assert answer.json() == {"error": "not_found", "message": f"There is no {kind[:-1]} nope"}


def test_all_that_is_wrong_is_told_and_nothing_is_kept(office: Office) -> None:
    answer = office.call("PUT", "/v1/projects/demo", {"limit": 0, "repository": "git@x:y"})
    assert answer.status_code == 400
    assert [line.split()[0] for line in answer.json()["message"].splitlines()] == [
        "repository",
        "limit",
    ]
    assert office.call("GET", "/v1/projects").json() == {"projects": []}


@pytest.mark.parametrize("id", ["Demo", "-a", "a_b", "a%2Fb", "%C3%A4", "x" * 41])
def test_id_that_is_none(office: Office, id: str) -> None:
    status, error = office.error("PUT", f"/v1/projects/{id}", {})
    assert (status, error) in [(400, "bad_request"), (404, "not_found")]
    assert office.call("GET", "/v1/projects").json() == {"projects": []}


def test_who_changed_what_is_logged(office: Office) -> None:
    office.call("PUT", "/v1/projects/demo", {})
    office.call("DELETE", "/v1/projects/demo")
    assert office.telemetry.events == [
        ("project_put", {"project": "demo"}),
        ("project_removed", {"project": "demo"}),
    ]

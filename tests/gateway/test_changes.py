"""Changes by the API: read, decided on once, bound to the patch that was read."""

from typing import Any

import pytest

from parley.core.tasks.change import ChangeState
from tests.gateway.office import Office
from tests.gateway.work import PATCH, asked, ended, register, snapshot

SHA = snapshot().patch_sha256


@pytest.fixture(name="id")
def change_id(office: Office) -> str:
    register(office)
    id: str = asked(office)["id"]
    ended(office, id)
    return id


def ruled(office: Office, id: str, ruling: str, **body: Any) -> Any:
    answer = office.call("POST", f"/v1/changes/{id}/{ruling}", body)
    assert answer.status_code == 200, answer.text
    return answer.json()["change"]


def test_all_that_is_known_of_a_change(office: Office, id: str) -> None:
    assert office.call("GET", f"/v1/changes/{id}").json() == {
        "id": id,
        "task": id,
        "project": "demo",
        "state": "pending",
        "partial": False,
        "created_at": "2027-01-15T08:00:00.000Z",
        "expires_at": "2027-01-15T09:00:00.000Z",
        "base": "a" * 40,
        "base_ref": "main",
        "patch_sha256": SHA,
        "patch_bytes": len(PATCH),
        "file_count": 2,
        "files": [
            {"path": "a.txt", "status": "M", "added": 1, "deleted": 2},
            {"path": "b.bin", "status": "A", "added": None, "deleted": None},
        ],
        "flags": [{"kind": "binary", "path": "b.bin"}],
        "approvers": ["slack:U1"],
        "decision": None,
        "branch": None,
        "commit": None,
        "url": None,
        "conflicts": [],
        "trouble": None,
        "follow_up": None,
    }


def test_the_patch_comes_byte_for_byte(office: Office, id: str) -> None:
    answer = office.call("GET", f"/v1/changes/{id}/patch")
    assert (answer.status_code, answer.content) == (200, PATCH)
    assert answer.headers["content-type"].startswith("text/x-diff")


def test_a_patch_that_no_answer_holds_is_had_from_the_bucket(office: Office) -> None:
    register(office)
    id = asked(office)["id"]
    ended(office, id, b"x" * 4_000_001)
    answer = office.call("GET", f"/v1/changes/{id}/patch")
    assert answer.status_code == 307
    assert answer.headers["location"] == "https://bucket.example/tasks/t/1/patch?get_object"


def test_a_patch_that_is_not_the_one_that_was_recorded_is_not_shown(
    office: Office, id: str
) -> None:
    office.bucket.files["tasks/t/1/patch"] = b"another"
    assert office.error("GET", f"/v1/changes/{id}/patch") == (500, "damaged")


def test_a_patch_that_is_gone_is_told(office: Office, id: str) -> None:
    office.bucket.files.clear()
    assert office.error("GET", f"/v1/changes/{id}/patch") == (404, "not_found")


def test_applying_has_it_published(office: Office, id: str) -> None:
    office.gateway.store.changes.park(id, "the-token")
    change = ruled(office, id, "apply", patch_sha256=SHA, by="Ann")
    assert change["state"] == "approved"
    assert change["decision"] == {
        "by": "Ann",
        "name": "Ann",
        "at": "2027-01-15T08:01:00.000Z",
        "reason": None,
    }
    assert office.machines.answered == ["the-token"]


def test_a_decision_without_a_name_is_the_apis(office: Office, id: str) -> None:
    assert ruled(office, id, "apply", patch_sha256=SHA)["decision"]["by"] == "api"


def test_rejecting_keeps_the_reason(office: Office, id: str) -> None:
    change = ruled(office, id, "reject", reason="Not like this")
    assert change["state"] == "rejected"
    assert change["decision"]["reason"] == "Not like this"


def test_revising_begins_a_task_on_top(office: Office, id: str) -> None:
    change = ruled(office, id, "revise", prompt="With a test", by="Ann")
    assert change["state"] == "superseded"
    task = office.call("GET", f"/v1/tasks/{change['follow_up']}").json()
    assert (task["on_top"], task["session"], task["prompt"]) == (id, id, "With a test")


@pytest.mark.parametrize(
    ("ruling", "body"),
    [("apply", {"patch_sha256": SHA}), ("reject", {}), ("revise", {"prompt": "With a test"})],
)
def test_the_same_decision_twice_is_one(
    office: Office, id: str, ruling: str, body: dict[str, str]
) -> None:
    assert ruled(office, id, ruling, **body) == ruled(office, id, ruling, **body)


def test_whoever_was_first_decided(office: Office, id: str) -> None:
    ruled(office, id, "reject")
    body = {"patch_sha256": SHA}
    answer = office.call("POST", f"/v1/changes/{id}/apply", body)
    assert (answer.status_code, answer.json()["error"]) == (409, "already_decided")
    found = office.gateway.store.changes.get(id)
    assert found is not None
    assert found.state is ChangeState.REJECTED


def test_after_its_time_nobody_decides(office: Office, id: str) -> None:
    office.clock.advance(61 * 60_000)
    status = office.error("POST", f"/v1/changes/{id}/apply", {"patch_sha256": SHA})
    assert status == (409, "already_decided")


@pytest.mark.parametrize(
    ("ruling", "body"), [("apply", {}), ("reject", {}), ("revise", {"prompt": "x"})]
)
def test_a_decision_is_on_the_patch_that_was_read(
    office: Office, id: str, ruling: str, body: dict[str, str]
) -> None:
    body = {**body, "patch_sha256": "0" * 64}
    assert office.error("POST", f"/v1/changes/{id}/{ruling}", body) == (409, "patch_differs")
    found = office.gateway.store.changes.get(id)
    assert found is not None
    assert found.state is ChangeState.PENDING


@pytest.mark.parametrize(
    ("ruling", "body", "line"),
    [
        pytest.param("apply", {}, "patch_sha256 is missing; it must be the SHA-256", id="no hash"),
        pytest.param("apply", {"patch_sha256": "abc"}, 'patch_sha256 is "abc";', id="half a hash"),
        pytest.param("apply", {"reason": "x"}, "reason is not known", id="a reason to apply"),
        pytest.param("reject", {"reason": "x" * 1001}, "reason is ", id="a long reason"),
        pytest.param("reject", {"prompt": "x"}, "prompt is not known", id="a prompt to reject"),
        pytest.param("revise", {}, "prompt is missing; it must be a text", id="no prompt"),
        pytest.param("revise", {"prompt": "x" * 10_001}, "prompt is ", id="a long prompt"),
        pytest.param("reject", {"by": "a\nb"}, "by is ", id="a name of two lines"),
    ],
)
def test_decision_that_is_refused(
    office: Office, id: str, ruling: str, body: dict[str, str], line: str
) -> None:
    answer = office.call("POST", f"/v1/changes/{id}/{ruling}", body)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")
    assert answer.json()["message"].startswith(line)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("GET", "/patch", None),
        ("POST", "/apply", {"patch_sha256": SHA}),
        ("POST", "/reject", {}),
        ("POST", "/revise", {"prompt": "x"}),
    ],
)
def test_change_that_is_not_there(office: Office, method: str, path: str, body: object) -> None:
    assert office.error(method, f"/v1/changes/nope{path}", body) == (404, "not_found")

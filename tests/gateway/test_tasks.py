"""Tasks by the API: asked for once, listed, followed, cancelled."""

import json
from typing import Any

import pytest

from parley.core.tasks.names import task_id
from tests.gateway.office import Office
from tests.gateway.work import asked, at_work, ended, register


@pytest.fixture(autouse=True)
def registered(office: Office) -> None:
    register(office)


def test_a_task_begins_at_once_where_there_is_a_slot(office: Office) -> None:
    task = asked(office)
    assert task["id"] == task_id("api", "k-1")
    assert (task["state"], task["path"], task["agent"]) == ("running", "acp", "opencode")
    assert [json.loads(each["input"]) for each in office.machines.started] == [
        {"task": task["id"], "generation": 1}
    ]


def test_all_that_is_known_of_a_task(office: Office) -> None:
    task = asked(office, model="a/b", mode="build", think="high", by="Ann")
    assert task == {
        "id": task["id"],
        "project": "demo",
        "title": "Task [opencode]: Fix the test",
        "prompt": "Fix the test",
        "state": "running",
        "cancelling": False,
        "path": "acp",
        "agent": "opencode",
        "model": "a/b",
        "mode": "build",
        "think": "high",
        "session": task["id"],
        "on_top": None,
        "by": {"channel": "api", "id": "Ann", "name": "Ann"},
        "created_at": "2027-01-15T08:00:00.000Z",
        "started_at": "2027-01-15T08:00:00.000Z",
        "ended_at": None,
        "doing": None,
        "commands": [],
        "frames": 0,
        "summary": None,
        "note": None,
        "cost": None,
        "transcript": False,
        "change": None,
    }
    assert office.call("GET", f"/v1/tasks/{task['id']}").json() == task


def test_what_came_of_a_task(office: Office) -> None:
    id = asked(office)["id"]
    ended(office, id)
    task = office.call("GET", f"/v1/tasks/{id}").json()
    assert (task["state"], task["summary"], task["change"]) == ("completed", "Done", id)
    assert task["cost"] == {"tokens": 450, "amount": 0.25, "currency": "USD"}
    assert task["ended_at"] == "2027-01-15T08:01:00.000Z"
    assert task["transcript"]


def test_the_same_request_twice_is_one_task(office: Office) -> None:
    assert asked(office) == asked(office)
    assert len(office.machines.started) == 1


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"prompt": "Another"}, id="prompt"),
        pytest.param({"project": "docs"}, id="project"),
        pytest.param({"agent": "native"}, id="agent"),
        pytest.param({"model": "x"}, id="model"),
        pytest.param({"mode": "x"}, id="mode"),
        pytest.param({"think": "x"}, id="think"),
        pytest.param({"session": "nope"}, id="session"),
    ],
)
def test_a_key_is_for_one_request(office: Office, fields: dict[str, Any]) -> None:
    asked(office)
    body = {"project": "demo", "prompt": "Fix the test", "key": "k-1", **fields}
    assert office.error("POST", "/v1/tasks", body) == (409, "key_reused")


def test_the_key_may_stand_in_the_body(office: Office) -> None:
    body = {"project": "demo", "prompt": "Fix the test", "key": "k-1"}
    assert office.call("POST", "/v1/tasks", body).json()["id"] == asked(office)["id"]


def test_a_task_goes_on_with_the_session_of_an_earlier_one(office: Office) -> None:
    first = asked(office)["id"]
    second = asked(office, "k-2", session=first)
    third = asked(office, "k-3", session=second["id"])
    assert [second["session"], third["session"]] == [first, first]
    assert asked(office, "k-3", session=second["id"])["id"] == third["id"]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        pytest.param({}, "project is missing; it must be a project's id", id="nothing"),
        pytest.param({"project": "demo"}, "prompt is missing; it must be a text of 1", id="prompt"),
        pytest.param({"project": "demo", "prompt": " "}, 'prompt is " "; it must be', id="blank"),
        pytest.param({"project": "demo", "prompt": "a\0"}, "prompt is ", id="NUL"),
        pytest.param(
            {"project": "demo", "prompt": "\ud800"},
            "the document has half a surrogate pair in it",
            id="half a letter",
        ),
        pytest.param({"project": "a/b", "prompt": "x"}, 'project is "a/b"; it must be', id="no id"),
        pytest.param({"project": "nope", "prompt": "x"}, "There is no project `nope`", id="none"),
        pytest.param(
            {"project": "demo", "prompt": "x", "session": "nope"},
            "There is no task `nope` whose session could go on",
            id="no session",
        ),
        pytest.param(
            {"project": "demo", "prompt": "x", "model": "a b"}, 'model is "a b"; it', id="two words"
        ),
        pytest.param(
            {"project": "demo", "prompt": "x", "thinking": "a"},
            "thinking is not known; did you mean think?",
            id="a slip",
        ),
        pytest.param({"project": "demo", "prompt": "x", "by": 7}, "by is 7; it must", id="by"),
        pytest.param(
            {"project": "demo", "prompt": "x", "key": "other"},
            "key is not what the header Idempotency-Key says",
            id="two keys",
        ),
    ],
)
def test_request_that_is_refused(office: Office, body: dict[str, Any], line: str) -> None:
    answer = office.call("POST", "/v1/tasks", body, key="k-1")
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")
    assert answer.json()["message"].startswith(line)
    assert office.call("GET", "/v1/tasks").json() == {"tasks": []}


@pytest.mark.parametrize(
    ("header", "key", "line"),
    [
        pytest.param(None, None, "Idempotency-Key is missing, and so is key", id="none"),
        pytest.param("", None, 'Idempotency-Key is "";', id="empty"),
        pytest.param("a b", None, 'Idempotency-Key is "a b";', id="blank"),
        pytest.param(None, "k" * 201, 'key is "kkk', id="too long"),
        pytest.param(None, 7, "key is 7; it must be", id="a number"),
    ],
)
def test_a_request_has_a_key(office: Office, header: str | None, key: object, line: str) -> None:
    body = {"project": "demo", "prompt": "x"} | ({} if key is None else {"key": key})
    answer = office.call("POST", "/v1/tasks", body, key=header)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(line)


def test_the_newest_tasks_come_first(office: Office) -> None:
    ids = []
    for number in range(3):
        ids.append(asked(office, f"k-{number}", project="docs")["id"])
        office.clock.advance(1000)
    listed = office.call("GET", "/v1/tasks?limit=2").json()["tasks"]
    assert [each["id"] for each in listed] == [ids[2], ids[1]]


def test_a_list_leaves_out_what_is_long(office: Office) -> None:
    task = asked(office)
    (listed,) = office.call("GET", "/v1/tasks").json()["tasks"]
    assert listed == {key: task[key] for key in task if key not in ("prompt", "commands")}


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "limit=-1", "limit=", "limit=%C2%B2"]
)
def test_limit_that_makes_no_sense(office: Office, query: str) -> None:
    assert office.error("GET", f"/v1/tasks?{query}") == (400, "bad_request")


def test_frames_are_read_while_the_task_runs(office: Office) -> None:
    id = asked(office)["id"]
    at_work(office, id)
    found = office.call("GET", f"/v1/tasks/{id}/frames").json()
    assert found == {
        "task": id,
        "state": "running",
        "doing": "Reading a.txt",
        "frames": [
            {"number": 1, "kind": "message_started", "content": {"role": "assistant"}},
            {
                "number": 2,
                "kind": "agent_commands",
                "content": {"commands": [{"name": "init", "description": "Go"}]},
            },
            {"number": 3, "kind": "delta", "content": {"text": "I look"}},
        ],
        "last": 3,
        "over": False,
    }


def test_frames_go_on_from_the_last_one(office: Office) -> None:
    id = asked(office)["id"]
    at_work(office, id)
    found = office.call("GET", f"/v1/tasks/{id}/frames?after=2").json()
    assert [each["number"] for each in found["frames"]] == [3]
    found = office.call("GET", f"/v1/tasks/{id}/frames?after=3").json()
    assert (found["frames"], found["last"], found["over"]) == ([], 3, False)


def test_the_end_is_told_behind_the_last_frame(office: Office) -> None:
    id = asked(office)["id"]
    ended(office, id)
    first = office.call("GET", f"/v1/tasks/{id}/frames?after=2").json()
    assert ([each["number"] for each in first["frames"]], first["over"]) == ([3], False)
    last = office.call("GET", f"/v1/tasks/{id}/frames?after=3").json()
    assert (last["frames"], last["state"], last["over"]) == ([], "completed", True)


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "9" * 30])
def test_cursor_that_makes_no_sense(office: Office, after: str) -> None:
    id = asked(office)["id"]
    assert office.error("GET", f"/v1/tasks/{id}/frames?after={after}") == (400, "bad_request")


def test_the_transcript_comes_as_it_was_kept(office: Office) -> None:
    id = asked(office)["id"]
    ended(office, id)
    answer = office.call("GET", f"/v1/tasks/{id}/transcript")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"text": "Déjà"}


def test_a_task_that_runs_has_no_transcript_yet(office: Office) -> None:
    id = asked(office)["id"]
    assert office.error("GET", f"/v1/tasks/{id}/transcript") == (404, "not_found")


def test_a_transcript_that_is_gone_from_the_bucket_is_told(office: Office) -> None:
    id = asked(office)["id"]
    ended(office, id)
    office.bucket.files.clear()
    assert office.error("GET", f"/v1/tasks/{id}/transcript") == (404, "not_found")


def test_a_running_task_is_asked_to_end(office: Office) -> None:
    id = asked(office)["id"]
    at_work(office, id)
    task = office.call("POST", f"/v1/tasks/{id}/cancel").json()
    assert (task["state"], task["cancelling"]) == ("running", True)


def test_a_task_that_nobody_works_on_is_cancelled_at_once(office: Office) -> None:
    office.call("PUT", "/v1/projects/demo", {"limit": 1})
    asked(office)
    waiting = asked(office, "k-2")
    assert waiting["state"] == "pending"
    task = office.call("POST", f"/v1/tasks/{waiting['id']}/cancel").json()
    assert (task["state"], task["cancelling"]) == ("cancelled", False)


def test_cancelling_what_is_over_changes_nothing(office: Office) -> None:
    id = asked(office)["id"]
    ended(office, id)
    task = office.call("POST", f"/v1/tasks/{id}/cancel").json()
    assert (task["state"], task["cancelling"]) == ("completed", False)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("POST", "/cancel"), ("GET", "/frames"), ("GET", "/transcript")],
)
def test_task_that_is_not_there(office: Office, method: str, path: str) -> None:
    assert office.error(method, f"/v1/tasks/nope{path}") == (404, "not_found")

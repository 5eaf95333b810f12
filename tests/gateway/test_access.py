"""The operator's token, and what is told to those who have none."""

from typing import cast

import pytest

from functions.gateway.answers import STATUS
from tests.gateway.office import NAME, SETTINGS, TOKEN, Office
from tests.gateway.work import asked, ended, register

ROUTES = [
    ("GET", "/v1/projects"),
    ("PUT", "/v1/projects/demo"),
    ("DELETE", "/v1/agents/opencode"),
    ("POST", "/v1/tasks"),
    ("GET", "/v1/tasks/abc/frames"),
    ("POST", "/v1/changes/abc/apply"),
    ("GET", "/v1/nothing"),
    ("GET", "/"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_the_token_nothing_is_told(office: Office, method: str, path: str) -> None:
    answer = office.call(method, path, token="")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json() == {
        "error": "unauthorized",
        "message": "Authorization must be: Bearer TOKEN",
    }


@pytest.mark.parametrize(
    "authorization",
    [
        pytest.param("Bearer wrong", id="another token"),
        pytest.param(f"Bearer {TOKEN}x", id="more than it"),
        pytest.param(f"Bearer {TOKEN[:-1]}", id="less than it"),
        pytest.param(f"Basic {TOKEN}", id="another scheme"),
        pytest.param(TOKEN, id="no scheme"),
        pytest.param("Bearer", id="no token"),
        pytest.param("Bearer ", id="an empty token"),
        pytest.param("", id="nothing"),
        pytest.param("Bearer \xff", id="a byte beyond ASCII"),
    ],
)
def test_wrong_token(office: Office, authorization: str) -> None:
    status = office.error("GET", "/v1/projects", token="", Authorization=authorization)
    assert status == (401, "unauthorized")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_token_opens(office: Office, scheme: str) -> None:
    answer = office.call("GET", "/v1/projects", token="", Authorization=f"{scheme} {TOKEN}")
    assert (answer.status_code, answer.json()) == (200, {"projects": []})


@pytest.mark.parametrize(
    ("values", "token"),
    [
        pytest.param({}, TOKEN, id="no secret"),
        pytest.param({NAME: " "}, "", id="an empty secret, and no token"),
        pytest.param({NAME: " "}, " ", id="an empty secret, and an empty token"),
    ],
)
def test_without_a_secret_it_refuses_to_serve(
    office: Office, values: dict[str, str], token: str
) -> None:
    office.parameters.values = values
    assert office.error("GET", "/v1/projects", token=token) == (503, "not_configured")
    ((_, error, _),) = office.telemetry.failures
    assert NAME in str(error)


def test_without_the_secrets_name_it_refuses_to_serve(office: Office) -> None:
    office.settings = {**SETTINGS, "PARLEY_API_TOKEN": ""}
    assert office.error("GET", "/v1/projects") == (503, "not_configured")


def test_a_store_of_secrets_that_has_a_fault_may_be_asked_again(office: Office) -> None:
    office.parameters.fails = "ThrottlingException"
    answer = office.call("GET", "/v1/projects")
    assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0


def test_a_token_that_was_changed_counts_at_once(office: Office) -> None:
    assert office.call("GET", "/v1/projects").status_code == 200
    office.parameters.values[NAME] = "the-new-one"
    assert office.call("GET", "/v1/projects", token="the-new-one").status_code == 200
    assert office.error("GET", "/v1/projects") == (401, "unauthorized")


def test_guessing_does_not_wear_out_the_store_of_secrets(office: Office) -> None:
    for guess in range(10):
        office.call("GET", "/v1/projects", token=f"guess-{guess}")
    assert office.parameters.asked == 2  # as it is kept, and once afresh
    office.clock.advance(30_000)
    office.call("GET", "/v1/projects", token="guess")
    assert office.parameters.asked == 3


@pytest.mark.parametrize(
    ("method", "path", "error"),
    [
        pytest.param("GET", "/", (404, "not_found"), id="root"),
        pytest.param("GET", "/v1/nothing", (404, "not_found"), id="no route"),
        pytest.param("GET", "/v1/projects/", (404, "not_found"), id="a slash too many"),
        pytest.param("GET", "/v1/projects/a/b", (404, "not_found"), id="a path too deep"),
        pytest.param("POST", "/v1/projects", (405, "method_not_allowed"), id="post to a list"),
        pytest.param("PATCH", "/v1/tasks/a", (405, "method_not_allowed"), id="patch"),
        pytest.param("GET", "/v1/changes/a/apply", (405, "method_not_allowed"), id="get a ruling"),
        pytest.param("POST", "/v1/changes/a/publish", (404, "not_found"), id="no ruling"),
    ],
)
def test_what_is_not_there(office: Office, method: str, path: str, error: tuple[int, str]) -> None:
    assert office.error(method, path) == error


def test_what_may_be_done_instead_is_told(office: Office) -> None:
    allowed = office.call("POST", "/v1/projects/demo").headers["allow"]
    assert set(allowed.split(", ")) == {"GET", "HEAD", "PUT", "DELETE"}


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/v1/projects/a"), ("POST", "/v1/tasks"), ("POST", "/v1/changes/a/reject")],
)
@pytest.mark.parametrize(
    ("content", "media_type", "error"),
    [
        pytest.param(b"{}", "text/plain", (415, "not_json"), id="another type"),
        pytest.param(b"{}", "", (415, "not_json"), id="no type"),
        pytest.param(b"{", "application/json", (400, "bad_request"), id="no JSON"),
        pytest.param(b"", "application/json", (400, "bad_request"), id="nothing"),
        pytest.param(b"\xff", "application/json; charset=utf-8", (400, "bad_request"), id="bytes"),
        pytest.param(b"[" * 90_000, "application/json", (400, "bad_request"), id="very deep"),
        pytest.param(b" " * 1_000_001, "application/json", (413, "body_too_large"), id="large"),
    ],
)
def test_body_that_is_refused(
    office: Office,
    method: str,
    path: str,
    content: bytes,
    media_type: str,
    error: tuple[int, str],
) -> None:
    assert office.error(method, path, content=content, Content_Type=media_type) == error


def test_answers_are_kept_by_nobody(office: Office) -> None:
    headers = office.call("GET", "/v1/projects").headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


def test_a_fault_of_ours_is_told_as_one(office: Office) -> None:
    register(office)
    id = asked(office)["id"]
    ended(office, id)
    office.bucket.files["tasks/t/1/patch"] = cast(bytes, None)
    assert office.error("GET", f"/v1/changes/{id}/patch") == (500, "internal")
    ((name, error, _),) = office.telemetry.failures
    assert (name, type(error)) == ("api_failed", TypeError)


def test_what_goes_wrong_is_not_told_to_the_outside(office: Office) -> None:
    office.settings = {**SETTINGS, "PARLEY_TABLE": "elsewhere"}
    answer = office.call("GET", "/v1/projects")
    assert answer.status_code == STATUS[answer.json()["error"]] >= 500
    assert "elsewhere" not in answer.text
    assert office.telemetry.failures

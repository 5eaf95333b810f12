"""The stand-in answers as GitHub's documentation says, also where the adapter never goes."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local.github.app import GitHubStandIn, github_stand_in
from local.github.pulls import Pulls
from local.ports import loopback_port

TOKEN = "token"
PULL = {"title": "t", "head": "one", "base": "main"}


@pytest.fixture(scope="module")
def github() -> Iterator[GitHubStandIn]:
    with github_stand_in(loopback_port(), Pulls({"acme/app"}), token=TOKEN) as running:
        yield running


def call(github: GitHubStandIn, method: str, path: str, **more: Any) -> httpx.Response:
    headers = {"Authorization": f"token {TOKEN}"} | more.pop("headers", {})
    return httpx.request(method, f"{github.api_url}/repos/{path}", headers=headers, **more)


def test_a_pull_request_can_be_opened_listed_and_read(github: GitHubStandIn) -> None:
    made = call(github, "POST", "acme/app/pulls", json=PULL)
    assert made.status_code == 201
    assert made.json()["head"] == {"label": "acme:one", "ref": "one", "sha": "0" * 40}
    listed = call(github, "GET", "acme/app/pulls", params={"head": "acme:one"}).json()
    assert [each["number"] for each in listed] == [made.json()["number"]]
    assert call(github, "GET", "acme/app/pulls", params={"state": "closed"}).json() == []
    assert call(github, "GET", f"acme/app/pulls/{listed[0]['number']}").json() == made.json()


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({**PULL, "title": " "}, {"field": "title", "code": "missing_field"}),
        ({"title": "t", "base": "main"}, {"field": "head", "code": "missing_field"}),
        (
            {**PULL, "title": "t" * 257},
            {"message": "title is too long (maximum is 256 characters)"},
        ),
    ],
)
def test_what_it_does_not_take_is_told_by_field(
    github: GitHubStandIn, body: dict[str, str], error: dict[str, str]
) -> None:
    answer = call(github, "POST", "acme/app/pulls", json=body)
    assert answer.status_code == 422
    [told] = answer.json()["errors"]
    assert error.items() <= told.items()


@pytest.mark.parametrize("content", [b"{", b"[]"])
def test_a_body_that_is_no_object_is_refused(github: GitHubStandIn, content: bytes) -> None:
    assert call(github, "POST", "acme/app/pulls", content=content).status_code == 400


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer other", "Basic token"])
def test_nobody_is_let_in_without_the_token(github: GitHubStandIn, authorization: str) -> None:
    headers = {"Authorization": authorization}
    answer = call(github, "GET", "acme/app/pulls", headers=headers)
    assert (answer.status_code, answer.json()["message"]) == (401, "Bad credentials")


def test_a_client_without_a_name_is_turned_away(github: GitHubStandIn) -> None:
    answer = call(github, "GET", "acme/app/pulls", headers={"User-Agent": ""})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["acme/none/pulls", "acme/app/pulls/99"])
def test_what_is_not_there_is_not_found(github: GitHubStandIn, path: str) -> None:
    assert call(github, "GET", path).status_code == 404


def test_a_page_that_is_not_there_is_not_found(github: GitHubStandIn) -> None:
    assert httpx.get(f"{github.url}/github/acme/app/pull/99").status_code == 404

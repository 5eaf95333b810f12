"""How commands come to the API: its address and token, and what else may answer there."""

import subprocess
import sys
from pathlib import Path

import pytest

from parley.settings import ApiAccess
from tests.command.counter import EVENTS, Counter
from tests.command.servers import Reply, command, platform
from tests.gateway.office import TOKEN


def test_the_token_may_lie_in_a_file(counter: Counter, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    file = str(tmp_path / "token")
    assert counter.run("task", "list", "--token-file", file, token="wrong").code == 0
    done = counter.run("task", "list", "--token-file", str(tmp_path / "nope"))
    assert "cannot be read" in done.errors


@pytest.mark.parametrize(
    ("url", "token", "line"),
    [
        pytest.param("", "t", "no address: give the deployment's with --url", id="no address"),
        pytest.param("https://example.com", " ", "no token: give --token-file", id="no token"),
        pytest.param("http://example.com", "t", "the address is 'http://example.com'", id="plain"),
        pytest.param("https://example.com", "t\u00e4", "the token is none", id="odd token"),
        pytest.param("https://example.com", "a\nb", "the token is none", id="two lines"),
    ],
)
def test_access_that_is_none(url: str, token: str, line: str) -> None:
    done = command("task", "list", access=ApiAccess(url, token))
    assert (done.code, done.out) == (1, "")
    assert done.errors.startswith(line)


def test_a_wrong_token_is_told_and_not_shown(counter: Counter) -> None:
    done = counter.run("task", "list", token="wrong-token")
    assert (done.code, done.errors) == (1, "the API does not know this token\n")


@pytest.mark.parametrize(
    ("reply", "line"),
    [
        pytest.param(Reply(b"<html>"), "what answers there is not the API", id="a page"),
        pytest.param(Reply(b"[]"), "what answers there is not the API", id="a list"),
        pytest.param(Reply(b"", 502), "the API can't do it now: GET tasks: 502", id="a fault"),
        pytest.param(Reply(b"", 404), "GET tasks: 404", id="nothing there"),
        pytest.param(
            Reply({"error": "unavailable", "message": "Please try again"}, 503),
            "the API can't do it now: Please try again",
            id="a fault that is told",
        ),
    ],
)
def test_what_else_may_answer(reply: Reply, line: str) -> None:
    with platform(lambda _sent: reply) as server:
        done = command("task", "list", access=ApiAccess(server.url, "t"))
    assert (done.code, done.out) == (1, "")
    assert done.errors == f"{line}\n"


@pytest.mark.parametrize("end", ["", "/", "/v1", "/v1/", "/webhooks/slack/events"])
def test_any_of_the_deployments_addresses_will_do(counter: Counter, end: str) -> None:
    access = ApiAccess("http://127.0.0.1:1", TOKEN)
    given = f"{counter.server.url}{end}"
    assert command("task", "list", "--url", given, access=access).out == "no tasks\n"


def test_the_process_finds_the_api_by_its_environment(counter: Counter) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "parley.command", "task", "list"],
        env={
            "PYTHONPATH": str(EVENTS.parent / "shared"),
            "PARLEY_URL": counter.server.url,
            "PARLEY_API_TOKEN": TOKEN,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "no tasks\n", "")

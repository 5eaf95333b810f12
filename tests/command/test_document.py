"""`check` and `configure`: what a document means, and where it goes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.command.servers import Account, command

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(name="document")
def document_file(tmp_path: Path) -> Path:
    return tmp_path / "configuration.json"


def written(document: Path, **keys: Any) -> str:
    document.write_text(json.dumps(keys))
    return str(document)


def test_a_document_is_told_in_words(document: Path) -> None:
    channels = {
        "slack": {"users": ["U1"], "operators": ["U2"], "chats": ["*"], "allowlist": ["view"]},
        "telegram": {"bot_username": "our_bot", "approval_mode": "deny_all"},
        "discord": {"approval_mode": "allowlist", "teams": ["7"], "allowlist": []},
    }
    ended = command("check", written(document, channels=channels))
    assert ended.code == 0
    assert ended.out.splitlines() == [
        "serves slack: lets in users: 2, chats: all; "
        "1 tools run, for the rest requester may approve",
        "serves telegram: lets in nobody; no tool runs",
        "serves discord: lets in teams: 1; 0 tools run, the rest is refused",
    ]


def test_a_document_without_channels_is_told(document: Path) -> None:
    assert "serves no channel" in command("check", written(document)).out


def test_what_is_likely_a_slip_is_noted(document: Path) -> None:
    channels = {
        "slack": {"users": ["*"], "approval_mode": "allow_all"},
        "telegram": {"approvers": []},
    }
    out = command("check", written(document, channels=channels)).out
    assert "note: anybody on it has every tool run" in out
    assert "note: approvers is empty" in out
    assert "note: bot_username is empty" in out


def test_all_that_is_wrong_is_told(document: Path) -> None:
    ended = command("check", written(document, progress=7, channels={"slak": {}}))
    assert (ended.code, ended.out) == (1, "")
    assert sorted(ended.errors.splitlines()) == [
        "channels.slak is not known; did you mean slack?",
        "progress is 7; it must be true or false",
    ]


def test_the_process_says_the_same(document: Path) -> None:
    path = written(document, progress=7)
    ended = subprocess.run(
        [sys.executable, "-m", "parley.command", "check", path],
        env={"PYTHONPATH": str(ROOT / "shared")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "progress is 7; it must be true or false\n"


@pytest.mark.parametrize("given", ["check", "configure"])
def test_a_file_that_is_not_there_is_named(given: str, document: Path) -> None:
    ended = command(given, str(document))
    assert ended.code == 1
    assert f"{document} cannot be read" in ended.errors


def test_a_document_is_written_as_it_is(document: Path) -> None:
    account, path = Account(), written(document, model="a/b")
    ended = command("configure", path, account=account)
    assert ended.code == 0
    assert account.values == {"/parley/configuration": document.read_text()}


def test_a_document_goes_where_it_is_told_to(document: Path) -> None:
    account = Account()
    command("configure", written(document), "--name", "/other", account=account)
    assert list(account.values) == ["/other"]


def test_a_wrong_document_is_not_written(document: Path) -> None:
    account = Account()
    ended = command("configure", written(document, modle="x"), account=account)
    assert ended.code == 1
    assert not account.values


def test_a_document_too_large_for_a_parameter_is_not_written(document: Path) -> None:
    account = Account()
    path = written(document, allowlist=[f"tool_{number}" for number in range(1000)])
    ended = command("configure", path, account=account)
    assert "is too large" in ended.errors
    assert not account.values


def test_a_parameter_that_cannot_be_written_is_told(document: Path) -> None:
    ended = command("configure", written(document), account=Account(down=True))
    assert (ended.code, ended.out) == (1, "")
    assert "/parley/configuration cannot be written" in ended.errors

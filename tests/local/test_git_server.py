import gzip
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from local.git_server import GitServer, git_is_here

pytestmark = pytest.mark.skipif(not git_is_here(), reason="git is not on this machine")
TOKEN = "t0ken"


@pytest.fixture(name="server")
def running_server(tmp_path: Path) -> Iterator[GitServer]:
    with GitServer(tmp_path / "served", TOKEN) as server:
        yield server


def git(folder: Path, *arguments: str, token: str = TOKEN) -> subprocess.CompletedProcess[bytes]:
    header = b64encode(f"anybody:{token}".encode()).decode()
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "http.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {header}",
    }
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, timeout=30, check=False
    )


def test_a_repository_is_cloned_and_pushed_to(server: GitServer, tmp_path: Path) -> None:
    head = server.create("p", {"a/b.txt": b"hello\n", 'odd "name"\n': b""})

    assert git(tmp_path, "clone", "-q", server.url_of("p"), "clone").returncode == 0
    clone = tmp_path / "clone"
    assert (clone / "a" / "b.txt").read_bytes() == b"hello\n"
    big = bytes(range(256)) * 8_000  # sent in chunks
    (clone / "big").write_bytes(b"".join(bytes([i]) + big for i in range(2)))
    git(clone, "add", "-A")
    git(clone, "-c", "core.compression=0", "commit", "-qm", "Pushed")
    assert git(clone, "push", "-q", "origin", "HEAD:refs/heads/other").returncode == 0

    assert server.branches("p")["main"] == head
    assert server.log("p", "other") == ["Pushed", "Begin"]
    assert server.file("p", "other", "big") == (clone / "big").read_bytes()
    with pytest.raises(LookupError):
        server.file("p", "other", "missing")


@pytest.mark.parametrize("token", ["", "wrong"])
def test_nobody_reads_or_writes_without_the_token(
    server: GitServer, tmp_path: Path, token: str
) -> None:
    server.create("p", {"a": b""})

    assert git(tmp_path, "ls-remote", server.url_of("p"), token=token).returncode == 128


def test_a_body_that_was_packed_is_unpacked(server: GitServer) -> None:
    head = server.create("p", {"a": b""})
    asked = b"0014command=ls-refs\n0016object-format=sha10001001bref-prefix refs/heads/\n0000"
    headers = {
        "Authorization": "Basic " + b64encode(f"x:{TOKEN}".encode()).decode(),
        "Content-Type": "application/x-git-upload-pack-request",
        "Content-Encoding": "gzip",
        "Git-Protocol": "version=2",
    }
    connection = HTTPConnection("127.0.0.1", server.port, timeout=9)
    connection.request("POST", "/p.git/git-upload-pack", gzip.compress(asked), headers)
    answer = connection.getresponse().read()
    connection.close()

    assert f"{head} refs/heads/main".encode() in answer


def test_what_is_not_there_is_not_found(server: GitServer, tmp_path: Path) -> None:
    assert b"not found" in git(tmp_path, "ls-remote", server.url_of("missing")).stderr


@pytest.mark.parametrize("name", ["", "../p", "a/../p", "a/b/c", "-p", "a/-p", "/p"])
def test_a_repositorys_name_is_plain_or_has_an_owner(server: GitServer, name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        server.create(name, {})


def test_commits_come_on_top_and_have_modes(server: GitServer) -> None:
    server.create("p", {"a": b"1", "b": b"2"})

    server.commit("p", {"a": None, "c": b"b"}, modes={"c": "120000"}, message="Then")

    assert server.log("p", "main") == ["Then", "Begin"]
    assert server.file("p", "main", "c") == b"b"
    with pytest.raises(LookupError):
        server.file("p", "main", "a")

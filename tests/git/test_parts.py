"""What is decided without git, and what is done with any program."""

import hashlib
import os
import signal
import sys
import time
import zlib
from pathlib import Path

import pytest

from local.waiting import await_condition
from parley.adapters.git import configuration, flags, index_file, names, pack, process
from parley.adapters.git.process import Limits
from parley.adapters.git.remote import Remote
from parley.errors import WorkbenchError

HERE = Path("/")


@pytest.mark.parametrize(
    ("path", "target", "out"),
    [
        (b"a", b"b", False),
        (b"a", b"/etc", True),
        (b"a", b"..", True),
        (b"a", b"../b", True),
        (b"d/a", b"../b", False),
        (b"d/a", b"../../b", True),
        (b"d/a", b"./.././b", False),
        (b"d/a", b"e/../../b", True),
        (b"a", b"d/../b", True),  # d may be a link
        (b"a", b".git/config", True),
        (b"d/a", b"../.GIT", True),
        (b"a", b"d/.git", False),
        (b"a", b"", False),
    ],
)
def test_a_link_leads_out_or_not(path: bytes, target: bytes, out: bool) -> None:
    assert flags.leads_out(path, target) is out


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        (b".opencode", True),
        (b"a/b/.opencode/c", True),
        (b"opencode.jsonc", True),
        (b".aider.conf.yml", True),
        (b"x/.mcp.json", True),
        (b"opencode.json5", False),
        (b"x.opencode/y", False),
        (b"AGENTS.md", False),
    ],
)
def test_an_agents_configuration_is_known_by_its_name(path: bytes, is_one: bool) -> None:
    listing = b"".join(b"100644 %s 0\t%s\0" % (b"0" * 40, each) for each in (b"first", path))

    assert configuration.configures(path) is is_one
    assert configuration.listed(listing) == ([path] if is_one else [])


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"plain", "plain"),
        ("ünï".encode(), "ünï"),
        (b"\xff/a", "\\xff/a"),
        ("\ud800".encode("utf-8", "surrogatepass"), "\\xed\\xa0\\x80"),
        (b"a" * 301, "…" + "a" * 299),
    ],
)
def test_any_path_can_be_shown(raw: bytes, shown: str) -> None:
    assert names.path(raw) == shown


@pytest.mark.parametrize(
    "address",
    ["https://example.org/a.git", "http://127.0.0.1:80/a", "http://localhost/a", "http://[::1]/a"],
)
def test_addresses_that_are_taken(address: str) -> None:
    assert names.address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "", "https://", "https:///a", "http://10.0.0.1/a", "http://127.0.0.1.example.org/a",
        "ssh://a@b/c", "git@github.com:a/b", "https://a@b/c", "https://a/b?c", "https://a/b#c",
        "https://[::1/a", "https://a/ü", "https://a/b c",
    ],
)  # fmt: skip
def test_addresses_that_are_not(address: str) -> None:
    with pytest.raises(WorkbenchError, match="has to be `https"):
        names.address(address)


def test_the_credential_goes_to_its_server_alone() -> None:
    told = Remote("https://example.org/a/b.git", "s3cret").configuration()

    assert list(told) == ["http.https://example.org/.extraHeader", "http.followRedirects"]
    assert told["http.followRedirects"] == "false"
    assert "s3cret" not in repr(Remote("https://example.org/a", "s3cret")) + str(told)
    assert Remote("https://example.org/a").configuration() == {}


def test_a_program_that_takes_too_long_is_ended_with_all_it_started(tmp_path: Path) -> None:
    script = f"sleep 60 & echo $! > {tmp_path}/pid; wait"
    started = time.monotonic()

    with pytest.raises(process.TooSlow):
        process.run(["sh", "-c", script], {"PATH": os.defpath}, HERE, limits=Limits(seconds=0.5))

    assert time.monotonic() - started < 20
    child = int((tmp_path / "pid").read_text())
    await_condition(lambda: _state(child) in ("", "Z"), "the end of it all", seconds=10)


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except FileNotFoundError:
        return ""


def test_a_program_that_says_too_much_is_ended() -> None:
    with pytest.raises(process.TooMuch):
        process.run(["yes"], {"PATH": os.defpath}, HERE, limits=Limits(output=100_000))


def test_complaints_are_cut_and_block_nobody() -> None:
    script = "import os; os.write(2, b'x' * 9_000_000); print('done')"

    ended = process.run([sys.executable, "-c", script], {}, HERE)

    assert (ended.code, ended.output, len(ended.complaints)) == (0, b"done\n", 64_000)


def test_who_holds_the_pipe_after_the_end_is_not_waited_for() -> None:
    script = "import subprocess as s; print(s.Popen(['sleep', '60'], start_new_session=True).pid)"

    ended = process.run([sys.executable, "-c", script], {"PATH": os.defpath}, HERE)

    os.kill(int(ended.output), signal.SIGKILL)  # it was still there


def test_a_program_gets_the_environment_that_it_is_given_and_no_more() -> None:
    ended = process.run(["/usr/bin/env"], {"ONE": "1"}, HERE)

    assert ended.output == b"ONE=1\n"


@pytest.mark.parametrize("size", [0, 15, 16, 2047, 2048, 100_000])
def test_a_bundle_is_what_git_would_write(size: int) -> None:
    blob = pack.Object(b"blob", b"x" * size)
    commit = pack.commit("1" * 40, "2" * 40)

    head, _, packed = pack.bundle(commit, "2" * 40, [blob]).partition(b"\n\n")

    assert head.splitlines()[2] == f"{commit.name} refs/parley/change".encode()
    assert packed[-20:] == hashlib.sha1(packed[:-20], usedforsecurity=False).digest()
    assert packed[:12] == b"PACK\0\0\0\2\0\0\0\2"
    assert packed.count(zlib.compress(blob.content, 1)) == 1


def test_an_index_of_another_version_is_left_alone() -> None:
    assert not index_file.readable(b"DIRC\0\0\0\4\0\0\0\0")
    assert index_file.readable(b"DIRC\0\0\0\3\0\0\0\0")

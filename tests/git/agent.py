"""What agents do to worktrees, and how it is looked at afterwards by somebody uninvolved."""

import itertools
import os
import stat
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.git_server import GitServer
from parley.ports.work import Account, Diff, Source, Worktree

TOKEN = "t0ken-of-the-forge"
# Not the account of any other test's agents: those end whatever runs as theirs.
STRANGER = 30_000 + os.getpid() % 10_000  # nobody's, and no other test run's
AGENT = Account(STRANGER, STRANGER) if os.getuid() == 0 else None

FILES: Mapping[str, bytes] = {
    "README.md": b"Hello\n",
    "src/main.py": b"print('hello')\n",
    "src/old.py": b"old = 1\n",
    "bin/run": b"#!/bin/sh\n",
    "data.bin": bytes(range(256)),
    "notes/todo.txt": b"one\ntwo\nthree\n",
}
_MODES = {"bin/run": "100755"}
_PLAIN = {
    "PATH": os.defpath,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "HOME": "/nonexistent",
}
_numbers = itertools.count()


@dataclass(frozen=True)
class Project:
    """A repository on the server."""

    server: GitServer
    name: str
    head: str

    @classmethod
    def create(
        cls,
        server: GitServer,
        more: Mapping[str, bytes] | None = None,
        modes: Mapping[str, str] | None = None,
    ) -> "Project":
        name = f"project{next(_numbers)}"
        files = {**FILES, **(more or {})}
        return cls(server, name, server.create(name, files, {**_MODES, **(modes or {})}))

    def grow(self, commits: int) -> None:
        """The branch by so many commits, all at once."""
        told = b"reset refs/heads/main\nfrom refs/heads/main^0\n" + b"".join(
            b"commit refs/heads/main\ncommitter A <a@b> %d +0000\ndata 0\n"
            b"M 644 inline README.md\ndata <<.\n%d\n.\n" % (number, number)
            for number in range(commits)
        )
        self.git("fast-import", "--quiet", stdin=told)

    def rewrite(self, files: Mapping[str, bytes]) -> None:
        """The branch as one new commit, of these files alone, that has no parent."""
        self.server.commit(self.name, files, branch="rewritten")
        self.git("update-ref", "refs/heads/main", "refs/heads/rewritten")
        self.remove("rewritten")

    def remove(self, branch: str) -> None:
        self.git("update-ref", "-d", f"refs/heads/{branch}")

    def hook(self, name: str, script: str) -> None:
        """Something that the server does when it is pushed to."""
        hook = self.server.path_of(self.name) / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{script}\n")
        hook.chmod(0o755)

    def git(self, *arguments: str, stdin: bytes = b"") -> str:
        return _git(self.server.path_of(self.name), *arguments, stdin=stdin).decode().strip()

    @property
    def source(self) -> Source:
        return Source(self.server.url_of(self.name), "main", TOKEN)


@dataclass(frozen=True)
class Marks:
    """`payload` is a program that leaves a mark when somebody runs it."""

    folder: Path
    payload: Path

    @classmethod
    def made(cls, ground: Path) -> "Marks":
        folder = Path(tempfile.mkdtemp(dir=ground))
        folder.chmod(0o755)
        marks = folder / "marks"
        marks.mkdir()
        marks.chmod(0o777)
        payload = folder / "payload"
        payload.write_text(f'#!/bin/sh\necho "$0 $*" >> {marks}/ran\ncat\n')
        payload.chmod(0o755)
        return cls(marks, payload)

    @property
    def left(self) -> list[str]:
        ran = self.folder / "ran"
        return ran.read_text().splitlines() if ran.exists() else []

    def forget(self) -> None:
        (self.folder / "ran").unlink(missing_ok=True)


def act(worktree: Worktree, script: str, marks: Marks | None = None, code: int = 0) -> str:
    """Run a shell script as the agent, in the worktree."""
    environment = {
        "PATH": os.defpath,
        "HOME": str(worktree.home),
        "PWD": str(worktree.path),
        "GIT_CONFIG_NOSYSTEM": "1",
        "BASE": worktree.base,
        "PAYLOAD": str(marks.payload) if marks else "",
    }
    done = subprocess.run(
        ["sh", "-ec", script],
        cwd=worktree.path,
        env=environment,
        capture_output=True,
        user=AGENT.uid if AGENT else None,
        group=AGENT.gid if AGENT else None,
        extra_groups=[] if AGENT else None,
        timeout=30,
        check=False,
    )
    assert done.returncode == code, done.stderr.decode()
    return done.stdout.decode()


class Clone:
    """A clean clone of a project, of somebody who has nothing to do with the runner."""

    def __init__(self, project: Project, ground: Path) -> None:
        self._folder = Path(tempfile.mkdtemp(dir=ground))
        self._git("clone", "-q", "--no-checkout", str(project.server.path_of(project.name)), ".")

    def applied(self, diff: Diff, base: str) -> str:
        """The tree that `git apply` makes of the base."""
        self._git("checkout", "-q", "-f", "--detach", base)
        self._git("clean", "-qffdx")
        self._git("apply", "--index", "--binary", "-", stdin=diff.patch)
        return self._git("write-tree")

    def bundled(self, diff: Diff, base: str) -> str:
        """The tree of the bundle's commit, which has to be the base's child."""
        bundle = self._folder / ".git" / "change.bundle"
        bundle.write_bytes(diff.bundle)
        self._git("bundle", "verify", "-q", str(bundle))
        self._git("fetch", "-q", str(bundle), "+refs/parley/change:refs/heads/change")
        found = self._git("rev-parse", "change", "change^", "change^{tree}").split()
        assert found[:2] == [diff.commit, base]
        return found[2]

    def _git(self, *arguments: str, stdin: bytes = b"") -> str:
        return _git(self._folder, *arguments, stdin=stdin).decode().strip()


def paths(diff: Diff) -> dict[str, str]:
    return {file.path: file.status for file in diff.files}


def content(worktree: Worktree) -> dict[str, str]:
    """Kind and content of everything in the tree but `.git`, with no link followed."""
    found = {}
    for parent, folders, files in os.walk(worktree.path):
        folders[:] = [name for name in folders if name != ".git"]
        for name in files:
            path = Path(parent, name)
            shown = os.path.relpath(path, worktree.path)
            if stat.S_ISLNK(path.lstat().st_mode):
                found[shown] = f"-> {os.readlink(path)}"
            else:
                found[shown] = path.read_bytes().decode("latin-1")
    return found


def _git(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=_PLAIN, input=stdin, capture_output=True, timeout=30
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout

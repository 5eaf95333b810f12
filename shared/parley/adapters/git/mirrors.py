"""A repository's cache: bare, shared by the tasks of one machine, fetched into under a lock.

It is shallow: a task's difference, its bundle and a three-way merge need the base's tree and not
its history, and fifty commits are enough for an agent that wants to know how things are done here.
It is not a partial clone: that would need the network, and the credential, while the agent works.

Every fetch names a commit by its hash and keeps it under a ref of that name. So which commits are
here is a look at a folder, and no branch's name ever becomes a path.
"""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from parley.adapters.git import names, trouble
from parley.adapters.git.places import Places
from parley.adapters.git.process import Ended, Limits
from parley.adapters.git.remote import Remote
from parley.adapters.git.repository import Repository
from parley.errors import WorkbenchError
from parley.ports.work import Source

DEPTH = 50
HERE = "refs/parley"
_ASKING = Limits(seconds=30, output=1_000_000)
FETCHING = Limits(seconds=240)
_LEFT_BY_A_KILLED_ONE = ("*.lock", "refs/**/*.lock", "objects/pack/tmp_*")

Seal = frozenset[tuple[str, int, int, int]]


@dataclass(frozen=True, slots=True)
class Mirror:
    """`shallow` is git's list of the commits whose parents are not here."""

    folder: Path
    commit: str
    shallow: bytes

    @property
    def objects(self) -> Path:
        return self.folder / "objects"


class Mirrors:
    def __init__(self, places: Places) -> None:
        self._places = places
        self._seals: dict[str, tuple[Path, Seal]] = {}

    def fetched(self, source: Source) -> Mirror:
        """The repository's cache, with the base of `source` in it: the commit that it names, else
        the branch's present one. Raises WorkbenchError."""
        remote = Remote.of(source)
        with self._locked(remote.address) as folder:
            commit = names.sha(source.base) if source.base else ""
            if not commit:
                commit = head(Repository(folder), remote, source.branch)
            if not (folder / HERE / commit).exists():
                _clean(folder)
                fetch(Repository(folder), remote, [f"+{commit}:{HERE}/{commit}"], DEPTH)
            self._places.show(folder, shown=True)
            return Mirror(folder, commit, _content(folder / "shallow"))

    def shut(self) -> None:
        """No agent needs them any more. Without an account of their own agents could have written
        to them, so they go."""
        if self._places.account is None:
            self._seals.clear()
            self._places.wipe(self._places.folder / "mirrors")
            return
        for folder in self._places.mirrors.glob("*/"):
            self._places.show(folder, shown=False)

    @contextmanager
    def _locked(self, address: str) -> Iterator[Path]:
        digest = hashlib.sha256(address.encode()).hexdigest()[:32]
        with open(self._places.mirrors / f"{digest}.lock", "wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # goes with the process that has it
            folder = self._place(digest)
            if not folder.exists():
                unfinished = folder.with_name(f"{folder.name}.{secrets.token_hex(4)}")
                self._places.bare(unfinished).rename(folder)
            yield folder
            if self._places.account is None:
                self._seals[digest] = folder, _seal(folder)

    def _place(self, digest: str) -> Path:
        """With accounts, nobody but the runner writes to a mirror. Without, one is used again only
        if it is as this process left it: git obeys what stands in its configuration."""
        if self._places.account:
            return self._places.mirrors / digest
        folder, seal = self._seals.get(digest, (None, None))
        if folder and seal == _seal(folder):
            return folder
        return self._places.mirrors / f"{digest}-{secrets.token_hex(8)}"


def heads(repository: Repository, remote: Remote, *branches: str) -> dict[str, str]:
    """The commits that branches have at the server now, without those that are not there. Raises
    WorkbenchError."""
    refs = {f"refs/heads/{names.branch(branch)}": branch for branch in branches}
    asked = repeated(repository, remote, _ASKING, "ls-remote", "--", remote.address, *refs)
    if asked.code != 0:
        raise trouble.of("ls-remote", asked, remote)
    found = {}
    for line in asked.output.decode("utf-8", "replace").splitlines():
        commit, _, ref = line.partition("\t")
        if ref in refs:
            found[refs[ref]] = names.sha(commit)
    return found


def head(repository: Repository, remote: Remote, branch: str) -> str:
    """Raises WorkbenchError where there is none."""
    found = heads(repository, remote, branch)
    if branch not in found:
        raise WorkbenchError(f"The repository has no branch `{branch}`")
    return found[branch]


def fetch(repository: Repository, remote: Remote, refs: list[str], depth: int) -> None:
    """Raises WorkbenchError."""
    options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance")
    command = ("fetch", *options, f"--depth={depth}", "--", remote.address, *refs)
    fetched = repeated(repository, remote, FETCHING, *command)
    if fetched.code != 0:
        raise trouble.of("fetch", fetched, remote)


def repeated(repository: Repository, remote: Remote, limits: Limits, *command: str) -> Ended:
    """A second try where the first one met a server that was not well."""
    ended = repository.attempt(*command, remote=remote, limits=limits)
    if trouble.passes(ended, remote):
        return repository.attempt(*command, remote=remote, limits=limits)
    return ended


def _clean(folder: Path) -> None:
    """Who holds the lock is alone here: what looks like another one's is a killed one's."""
    for pattern in _LEFT_BY_A_KILLED_ONE:
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)


def _content(file: Path) -> bytes:
    return file.read_bytes() if file.exists() else b""


def _seal(folder: Path) -> Seal:
    """Changes with any change to any file: nobody but root can set a file's change time."""
    found = set()
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = os.path.join(parent, name)
            about = os.lstat(path)
            found.add((path, about.st_ino, about.st_ctime_ns, about.st_size))
    return frozenset(found)

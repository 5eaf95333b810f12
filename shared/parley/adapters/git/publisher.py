"""Publishes a reviewed change as a branch of one commit.

The commit stands on the branch's present head. Where that has moved, the change is merged with it
in three ways first, with the reviewed base as the common ancestor. One commit, no merge commit: the
pull request shows what was reviewed and nothing else, nothing of the history between is needed, and
it goes as well where the branch was rewritten meanwhile.
"""

from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from parley.adapters.git import commits, difference, mirrors, names, trouble
from parley.adapters.git.places import Places
from parley.adapters.git.process import Limits
from parley.adapters.git.remote import Remote
from parley.adapters.git.repository import Repository
from parley.errors import WorkbenchError
from parley.ports.work import Merged, Source

CONFLICTS_TOLD = 200
_PUSHING = Limits(seconds=120)
_MERGING = Limits(seconds=120)


class _Conflicts(Exception):
    def __init__(self, files: tuple[str, ...]) -> None:
        super().__init__(f"{len(files)} files")
        self.files = files


class GitPublisher:
    """Works in `folder`, made if need be; nothing stays there. `author` and `email` are the
    commits'."""

    def __init__(
        self, folder: Path, author: str = "Parley", email: str = "parley@localhost"
    ) -> None:
        self._places = Places(folder, None)
        self._signed = {
            "GIT_AUTHOR_NAME": author,
            "GIT_AUTHOR_EMAIL": email,
            "GIT_COMMITTER_NAME": author,
            "GIT_COMMITTER_EMAIL": email,
        }

    def publish(
        self,
        source: Source,
        bundle: bytes,
        commit: str,
        base: str,
        patch_sha256: str,
        branch: str,
        message: str,
    ) -> Merged:
        remote = Remote.of(source)
        try:
            with self._places.snapshot() as room:
                repository = Repository(self._places.bare(room / "git"))
                change = _fetched(repository, remote, bundle, names.sha(commit), names.sha(base))
                change.check(patch_sha256)
                return self._published(change, source.branch, names.branch(branch), message)
        except _Conflicts as conflicts:
            return Merged(conflicts=conflicts.files, moved=True)
        except OSError as error:
            raise WorkbenchError(f"The change could not be published: {error.strerror}") from error

    def _published(self, change: "_Change", onto: str, branch: str, message: str) -> Merged:
        heads = mirrors.heads(change.repository, change.remote, onto, branch)
        if branch in heads:
            return _as_there(change, branch, heads[branch])
        if onto not in heads:
            raise WorkbenchError(f"The repository has no branch `{onto}`")
        head = heads[onto]
        change.fetch(head)
        tree = change.merged_with(head)
        if tree == commits.tree_of(change.repository, head):
            raise WorkbenchError(f"`{onto}` has this change already")
        told = message.strip() or "Change"
        made = change.repository.git(
            "commit-tree", tree, "-p", head, stdin=told.encode() + b"\n", more=self._signed
        )
        commit = made.decode().strip()
        change.push(commit, branch)
        return Merged(branch, commit, moved=head != change.base)


def _as_there(change: "_Change", branch: str, there: str) -> Merged:
    """An earlier try came as far as to push: if so, the same merge has the same tree."""
    change.fetch(there, depth=2)
    listed = change.repository.git("rev-list", "--parents", "-n", "1", there).decode().split()
    if len(listed) == 2:
        parent = listed[1]
        with suppress(_Conflicts):
            if change.merged_with(parent) == commits.tree_of(change.repository, there):
                return Merged(branch, there, moved=parent != change.base)
    raise WorkbenchError(f"There is a branch `{branch}` already, with something else on it")


def _fetched(
    repository: Repository, remote: Remote, bundle: bytes, commit: str, base: str
) -> "_Change":
    change = _Change(repository, remote, base, commit)
    change.fetch(base)
    commits.unpack(repository, bundle, commit)
    return change


@dataclass(frozen=True, slots=True)
class _Change:
    """A change in a repository that has its base, and nobody's but the remote's objects."""

    repository: Repository
    remote: Remote
    base: str
    commit: str

    @property
    def tree(self) -> str:
        return commits.tree_of(self.repository, self.commit)

    def check(self, patch_sha256: str) -> None:
        """The patch is taken anew: what was reviewed counts, whatever the bundle brings."""
        patch = difference.between(self.repository, self.base, self.tree).patch
        if sha256(patch).hexdigest() != patch_sha256:
            raise WorkbenchError("The change is not the one that was reviewed")

    def fetch(self, commit: str, depth: int = 1) -> None:
        refs = [f"+{commit}:{mirrors.HERE}/{commit}"]
        mirrors.fetch(self.repository, self.remote, refs, depth)

    def merged_with(self, head: str) -> str:
        """The tree of the change on top of `head`. Raises _Conflicts.

        git merges by the history that it sees: here that is one of three commits, made for it. So
        the reviewed base is the ancestor, and a shallow history is no hindrance.
        """
        if head == self.base:
            return self.tree
        root = commits.commit(self.repository, commits.tree_of(self.repository, self.base))
        trees = (commits.tree_of(self.repository, head), self.tree)
        ours, theirs = (commits.commit(self.repository, tree, root) for tree in trees)
        options = ("--write-tree", "--name-only", "--no-messages", "-z")
        merged = self.repository.attempt("merge-tree", *options, ours, theirs, limits=_MERGING)
        tree, *files = merged.output.split(b"\0")
        if merged.code == 1:
            listed = dict.fromkeys(names.path(file) for file in files if file)
            raise _Conflicts(tuple(listed)[:CONFLICTS_TOLD])
        if merged.code != 0:
            raise trouble.of("merge-tree", merged, None)
        return names.sha(tree.decode())

    def push(self, commit: str, branch: str) -> None:
        """As a new branch. Raises WorkbenchError. A push whose answer was lost is one."""
        ref = f"refs/heads/{branch}"
        options = ("--quiet", "--no-verify", f"--force-with-lease={ref}:")
        command = ("push", *options, "--", self.remote.address, f"{commit}:{ref}")
        pushed = mirrors.repeated(self.repository, self.remote, _PUSHING, *command)
        if pushed.code == 0:
            return
        there = mirrors.heads(self.repository, self.remote, branch)
        if there.get(branch) != commit:
            raise trouble.of("push", pushed, self.remote)

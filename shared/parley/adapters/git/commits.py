"""Commits in a repository: made, brought along, looked at."""

from parley.adapters.git.pack import SIGNATURE
from parley.adapters.git.process import Limits
from parley.adapters.git.repository import Repository
from parley.errors import WorkbenchError

_PACKING = Limits(seconds=120, output=256_000_000)

# What is made for a merge, and seen by nobody.
_SIGNED = {
    "GIT_AUTHOR_NAME": "Parley",
    "GIT_AUTHOR_EMAIL": "parley@localhost",
    "GIT_AUTHOR_DATE": "@0 +0000",
    "GIT_COMMITTER_NAME": "Parley",
    "GIT_COMMITTER_EMAIL": "parley@localhost",
    "GIT_COMMITTER_DATE": "@0 +0000",
}


def commit(repository: Repository, tree: str, *parents: str) -> str:
    """A commit of `tree` that depends on nothing but its parents."""
    options = [option for parent in parents for option in ("-p", parent)]
    made = repository.git("commit-tree", tree, *options, stdin=b"Change\n", more=_SIGNED)
    return made.decode().strip()


def unpack(repository: Repository, bundle: bytes, commit: str) -> None:
    """Add what is in the bundle to the repository, which has to have its base. The pack is read as
    one from a stranger: whole, checked, and without paths into `.git`. Raises WorkbenchError."""
    head, _, pack = bundle.partition(b"\n\n")
    if not head.startswith(SIGNATURE) or not pack:
        raise WorkbenchError("The change's bundle is damaged")
    repository.git("index-pack", "--stdin", "--fix-thin", "--strict", stdin=pack, limits=_PACKING)
    if repository.attempt("cat-file", "-e", f"{commit}^{{commit}}").code != 0:
        raise WorkbenchError("The change's bundle does not have its commit")


def tree_of(repository: Repository, commit: str) -> str:
    """Of a commit by its full name. Raises WorkbenchError."""
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{tree}}")
    return repository.git(*asked).decode().strip()

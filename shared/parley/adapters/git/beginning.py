"""A worktree's beginning: an index of a commit, without what is kept from the agent."""

from dataclasses import dataclass

from parley.adapters.git import configuration
from parley.adapters.git.repository import Repository

_GITLINK = b"160000 "


@dataclass(frozen=True, slots=True)
class Beginning:
    """Paths that are in the index, and that git is not to look for in the tree: `withheld` is the
    repository's configuration of agents. `modules` are its submodules, which stay empty; git would
    run itself within one, under a configuration that the agent wrote."""

    withheld: tuple[bytes, ...]
    modules: tuple[bytes, ...]


def read(repository: Repository, commit: str, *, brings_configuration: bool) -> Beginning:
    """Make the repository's index that of `commit`."""
    repository.git("read-tree", commit)
    listing = repository.git("ls-files", "-s", "-z")
    withheld = [] if brings_configuration else configuration.listed(listing)
    begun = Beginning(tuple(withheld), tuple(_modules(listing)))
    skip(repository, begun.withheld)
    return begun


def skip(repository: Repository, paths: tuple[bytes, ...]) -> None:
    if paths:
        listed = b"".join(path + b"\0" for path in paths)
        repository.git("update-index", "--skip-worktree", "-z", "--stdin", stdin=listed)


def _modules(listing: bytes) -> list[bytes]:
    if _GITLINK not in listing:
        return []
    records = [record for record in listing.split(b"\0") if record.startswith(_GITLINK)]
    return [record.partition(b"\t")[2] for record in records]

"""Gives a task its worktree: a private clone, whose git folder is nobody else's.

A worktree of the mirror (`git worktree add`) would share the mirror's configuration and hooks with
every other task's: what one agent writes there would run in the next one's git and in the runner's.
"""

from pathlib import Path

from parley.adapters.git import beginning, names, seed
from parley.adapters.git.beginning import Beginning
from parley.adapters.git.places import Places
from parley.adapters.git.process import Limits
from parley.adapters.git.repository import Repository
from parley.adapters.git.seed import NO_SEED, Seed

_CONFIG = b"""\
[core]
	repositoryformatversion = 0
	filemode = true
	bare = false
	logallrefupdates = true
[user]
	name = Coding agent
	email = agent@localhost
[gc]
	auto = 0
[advice]
	detachedHead = false
"""
_FOLDERS = ("", "objects", "objects/info", "refs", "refs/heads", "info")
_WRITING = Limits(seconds=300)


def check_out(
    places: Places,
    task: str,
    commit: str,
    stores: tuple[Path, ...],
    shallow: bytes,
    *,
    brings_configuration: bool,
) -> tuple[Beginning, Seed]:
    """Fill the task's empty tree with `commit`, detached; gives what is special about it, and
    what its snapshots begin with. Done as the agent's account: no file has to change hands."""
    tree = places.tree(task)
    git = _git_folder(places, tree, commit, stores, shallow)
    repository = Repository(git, tree=tree, account=places.account)
    begun = beginning.read(repository, commit, brings_configuration=brings_configuration)
    # One worker: with `checkout.workers` two processors take four fifths of the time, and half as
    # much work again, which is nothing for a machine that has one, or other things to do.
    repository.git("checkout-index", "-a", "-u", "-f", "-q", limits=_WRITING)
    beginning.skip(repository, begun.modules)
    index = git / "index"
    if not index.exists():  # of a commit without files
        return begun, NO_SEED
    made = seed.dated_back(index.read_bytes(), tree)
    index.write_bytes(made.whole)
    return begun, made


def _git_folder(
    places: Places, tree: Path, commit: str, stores: tuple[Path, ...], shallow: bytes
) -> Path:
    git = tree / ".git"
    for name in _FOLDERS:
        places.agents(git / name)
    files = {
        "HEAD": commit.encode() + b"\n",
        "config": _CONFIG,
        "objects/info/alternates": names.paths(*stores),
        "shallow": shallow,
    }
    for name, content in files.items():
        if content:
            (git / name).write_bytes(content)
            places.hand_over(git / name)
    return git

"""A worktree's content as a tree, whatever the agent did to git's own files.

Nothing in the worktree's `.git` is looked at. Its files are added to an index of the runner's, in a
git folder of the runner's that has just been made, on top of the mirror's objects. The index begins
as the one of the checkout, so that only files that changed are read.

git reads the files as the agent's account: an agent that still runs could have put a link in the
place of a folder a moment ago, and what the runner may read is not for it. What it can do to the
process, which holds nothing, is to spoil its own difference.
"""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from parley.adapters.git import beginning, configuration, difference, names, trouble
from parley.adapters.git.beginning import Beginning
from parley.adapters.git.difference import GITLINK, NOTHING, Difference, Entry
from parley.adapters.git.pack import Object
from parley.adapters.git.places import Places
from parley.adapters.git.process import MEGABYTE, Ended, Limits
from parley.adapters.git.repository import Repository
from parley.adapters.git.seed import NO_SEED, Seed
from parley.core.tasks.task import Flag, FlagKind
from parley.errors import WorkbenchError

MOST_FILE = 50 * MEGABYTE  # forges take no larger ones
_MOST_FILES = 5  # such ones in one difference
_TRIES = 3
_ADDING = Limits(seconds=120)
_LISTING = Limits(seconds=60, output=MEGABYTE)


@dataclass(frozen=True, slots=True)
class Begun:
    """What the runner knows of a worktree's beginning. `seed` is the checkout's index, `beginning`
    what is special about it; a worktree that another process made has neither."""

    tree: Path
    base: str
    commit: str
    stores: tuple[Path, ...]
    shallow: bytes
    brings_configuration: bool
    most_file: int
    seed: Seed = NO_SEED
    beginning: Beginning | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """`contents` are the objects that came, by their hash. `left_out` is what is not in `tree`
    though it is in the worktree."""

    tree: str
    difference: Difference
    contents: Mapping[str, Object]
    left_out: frozenset[Flag]
    ignored: bool  # files were written that are not meant to be in a difference


@contextmanager
def taken(places: Places, begun: Begun) -> Iterator[Taken]:
    """The worktree as it is now. Raises WorkbenchError."""
    if not stat.S_ISDIR(_mode(begun.tree)):
        raise WorkbenchError("The worktree is gone")
    with places.snapshot() as room:
        git = places.bare(room / "git", names.paths(*begun.stores), begun.shallow)
        if begun.seed.shared_name:
            (git / begun.seed.shared_name).write_bytes(begun.seed.whole)
        places.hand_over_objects(git)
        yield _Snapshot(places, begun, room, git).take()


class _Snapshot:
    def __init__(self, places: Places, begun: Begun, room: Path, git: Path) -> None:
        self._places = places
        self._begun = begun
        self._room = room
        self._git = git
        self._bare = Repository(git, account=places.account)
        self._left_out: set[Flag] = set()
        self._ignored = False
        self._too_large: set[str] = set()

    def take(self) -> Taken:
        work = self._added()
        tree = work.git("write-tree", "--missing-ok").decode().strip()
        found, contents = self._compared(tree)
        unwanted = self._unwanted(found.entries, contents)
        if unwanted:
            tree = _without(work, unwanted)
            found, contents = self._whole(tree)
        ignored = self._ignored or (not found.entries and _has_ignored(work))
        return Taken(tree, found, contents, frozenset(self._left_out), ignored)

    def _compared(self, tree: str) -> tuple[Difference, Mapping[str, Object]]:
        """Where the whole is too much, it is compared without what it has: that which is too large
        on its own will not be in it."""
        try:
            return self._whole(tree)
        except WorkbenchError:
            found = difference.between(self._bare, self._begun.base, tree, patch=False)
            sizes = difference.sizes(self._bare, found.entries)
            self._too_large = {name for name, size in sizes.items() if size > self._begun.most_file}
            if not self._too_large:
                raise
            return found, {}

    def _whole(self, tree: str) -> tuple[Difference, Mapping[str, Object]]:
        found = difference.between(self._bare, self._begun.base, tree)
        if not found.entries:
            return found, {}
        most = _MOST_FILES * self._begun.most_file
        return found, difference.contents(self._bare, found.objects, most)

    def _added(self) -> Repository:
        """Each try begins with the index of the beginning: an index that has a repository within
        it would have git run itself in there."""
        why = ""
        for number in range(_TRIES):
            work = self._work(number)
            ended = work.attempt("add", "-A", "--ignore-errors", limits=_ADDING)
            if ended.code == 0:
                return work
            if ended.code == 1 and number > 0:
                self._left_out |= _not_added(work)
                return work
            why = trouble.reason(ended, None)
            self._remedy(work, ended)
        raise WorkbenchError(f"The worktree's files could not be read: {why}")

    def _work(self, number: int) -> Repository:
        """An index as it was at the beginning, for the agent's account to add to."""
        begun = self._begun
        folder = self._room / f"index-{number}"
        place = self._places.agents_copy(folder, "index", begun.seed.small)
        work = Repository(self._git, begun.tree, place, self._places.account)
        found = begun.beginning or self._begin_again(work)
        self._look_at(found.modules, work)
        return work

    def _begin_again(self, work: Repository) -> Beginning:
        keeps = self._begun.brings_configuration
        found = beginning.read(work, self._begun.commit, brings_configuration=keeps)
        beginning.skip(work, found.modules)
        return found

    def _look_at(self, modules: tuple[bytes, ...], work: Repository) -> None:
        """Submodules are empty folders. One that is no more is dropped; in which there is something
        now, it is said."""
        gone = []
        for path in modules:
            content = _folder_content(self._begun.tree, path)
            if content is None:
                gone.append(path)
            elif content:
                self._left_out.add(Flag(FlagKind.NESTED, names.path(path)))
        if gone:
            listed = b"".join(path + b"\0" for path in gone)
            work.git("update-index", "--force-remove", "-z", "--stdin", stdin=listed)

    def _remedy(self, work: Repository, ended: Ended) -> None:
        """For files that can't be read; for texts that are not in the encoding that the repository
        says they have, which git refuses as a whole. What vanished meanwhile needs none."""
        if b"encod" in ended.complaints or b"BOM" in ended.complaints:
            (self._git / "info" / "attributes").write_bytes(b"* -working-tree-encoding\n")
        self._places.make_readable(self._begun.tree)

    def _unwanted(self, entries: Iterable[Entry], contents: Mapping[str, Object]) -> list[Entry]:
        """Entries whose path is to stay as it was at the base."""
        most = self._begun.most_file
        large = {name for name, each in contents.items() if len(each.content) > most}
        too_large = large | self._too_large
        unwanted = []
        for entry in entries:
            if not self._begun.brings_configuration and configuration.configures(entry.path):
                self._ignored = True
            elif entry.new_mode == GITLINK:
                self._left_out.add(Flag(FlagKind.NESTED, names.path(entry.path)))
            elif entry.new in too_large:
                self._left_out.add(Flag(FlagKind.LEFT_OUT, names.path(entry.path)))
            else:
                continue
            unwanted.append(entry)
        return unwanted


def _without(work: Repository, unwanted: list[Entry]) -> str:
    """The tree with these paths as they were: first what goes, to make room for what comes back."""
    going = [b"0 %s\t%s\0" % (NOTHING.encode(), entry.path) for entry in unwanted]
    coming = [
        f"{entry.old_mode} {entry.old}\t".encode() + entry.path + b"\0"
        for entry in unwanted
        if entry.old != NOTHING
    ]
    work.git("update-index", "-z", "--index-info", stdin=b"".join(going + coming))
    return work.git("write-tree", "--missing-ok").decode().strip()


def _not_added(work: Repository) -> set[Flag]:
    """What git says is there, and is not in the index as it is there."""
    told = work.git("ls-files", "-o", "-m", "-z", "--exclude-standard", limits=_ADDING)
    found = set()
    for path in filter(None, told.split(b"\0")):
        kind = FlagKind.NESTED if path.endswith(b"/") else FlagKind.LEFT_OUT
        found.add(Flag(kind, names.path(path.rstrip(b"/"))))
    return found


def _has_ignored(work: Repository) -> bool:
    options = ("-o", "-i", "-z", "--exclude-standard", "--directory", "--no-empty-directory")
    return bool(work.git("ls-files", *options, limits=_LISTING))


def _mode(path: Path) -> int:
    try:
        return path.lstat().st_mode
    except FileNotFoundError:
        return 0


def _folder_content(tree: Path, path: bytes) -> list[str] | None:
    """Names in a folder of the tree; None where it is none. No link is followed on the way."""
    here = os.open(tree, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        for step in path.split(b"/"):
            within = os.open(step, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=here)
            os.close(here)
            here = within
        return os.listdir(here)
    except OSError:
        return None
    finally:
        os.close(here)

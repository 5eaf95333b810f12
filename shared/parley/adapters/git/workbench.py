"""Worktrees on this machine."""

import json
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path, PurePath

from parley.adapters.git import commits, difference, flags, names, pack, snapshot
from parley.adapters.git.checkout import check_out
from parley.adapters.git.mirrors import Mirror, Mirrors
from parley.adapters.git.places import Places
from parley.adapters.git.repository import Repository
from parley.adapters.git.snapshot import MOST_FILE, Begun, Taken
from parley.errors import WorkbenchError
from parley.ports.work import Account, Diff, Source, Worktree


@dataclass(frozen=True, slots=True)
class _Note:
    """What the next runner has to know of a worktree that this one may leave behind."""

    place: str
    base: str
    base_ref: str
    commit: str
    mirror: str
    shallow: str
    brings_configuration: bool

    @classmethod
    def read(cls, written: bytes) -> "_Note":
        """Raises ValueError. Without an account of their own, agents can have written it."""
        found = json.loads(written)
        if not isinstance(found, dict) or found.keys() != set(cls.__slots__):
            raise ValueError
        if not all(isinstance(value, str | bool) for value in found.values()):
            raise ValueError
        if any(PurePath(found[name]).name != found[name] for name in ("place", "mirror")):
            raise ValueError
        return cls(**found)

    def written(self) -> bytes:
        return json.dumps({name: getattr(self, name) for name in self.__slots__}).encode()


class GitWorkbench:
    """Worktrees under `folder`, which is the runner's and made if need be. With `account`, agents
    run as that one; without, as whom the runner runs. One task runs in a folder at a time; several
    may be prepared in it. A file of more than `most_file` bytes is left out of a difference."""

    def __init__(
        self, folder: Path, account: Account | None = None, most_file: int = MOST_FILE
    ) -> None:
        self._most_file = most_file
        self._places = Places(folder, account)
        self._mirrors = Mirrors(self._places)
        self._begun: dict[str, Begun] = {}

    def prepare(self, task: str, source: Source) -> Worktree:
        names.task(task)
        place = names.task(source.place or task)
        try:
            mirror = self._mirrors.fetched(source)
            self._places.begin(place)
            stores, commit = self._stores(place, source, mirror)
            return self._checked_out(task, source, mirror, stores, commit)
        except OSError as error:
            raise WorkbenchError(f"The worktree could not be made: {error.strerror}") from error

    def left(self, task: str) -> Worktree | None:
        found = self._note(task)
        if found is None or not self._places.tree(found.place).is_dir():
            return None
        return self._worktree(task, found, ())

    def diff(self, worktree: Worktree) -> Diff:
        try:
            with snapshot.taken(self._places, self._beginning(worktree)) as taken:
                return _diff(taken, names.sha(worktree.base))
        except OSError as error:
            raise WorkbenchError(f"The difference could not be taken: {error.strerror}") from error

    def clear(self, keep: str = "") -> None:
        kept = self._note(keep) if keep else None
        self._places.clear(keep, kept.place if kept else "")
        self._begun = {task: begun for task, begun in self._begun.items() if task == keep}
        if kept is None:
            self._mirrors.shut()

    def _stores(self, place: str, source: Source, mirror: Mirror) -> tuple[tuple[Path, ...], str]:
        """Where the objects of the worktree's beginning are, and the commit that it has."""
        if source.on_top is None:
            return (mirror.objects,), mirror.commit
        bundle, commit = source.on_top
        store = self._places.store(place)
        self._places.bare(store, names.paths(mirror.objects), mirror.shallow)
        commits.unpack(Repository(store), bundle, names.sha(commit))
        return (store / "objects", mirror.objects), commit

    def _checked_out(
        self, task: str, source: Source, mirror: Mirror, stores: tuple[Path, ...], commit: str
    ) -> Worktree:
        brings, place = source.brings_configuration, source.place or task
        beginning, seed = check_out(
            self._places, place, commit, stores, mirror.shallow, brings_configuration=brings
        )
        note = _Note(
            place,
            mirror.commit,
            source.branch,
            commit,
            mirror.folder.name,
            mirror.shallow.decode(),
            brings,
        )
        self._places.keep_note(task, note.written())
        begun = self._begun_by(note)
        self._begun[task] = replace(begun, seed=seed, beginning=beginning)
        withheld = tuple(names.path(path) for path in beginning.withheld)
        return self._worktree(task, note, withheld)

    def _worktree(self, task: str, note: _Note, withheld: tuple[str, ...]) -> Worktree:
        tree, home = self._places.tree(note.place), self._places.home(note.place)
        return Worktree(task, tree, home, note.base, note.base_ref, withheld)

    def _beginning(self, worktree: Worktree) -> Begun:
        begun = self._begun.get(worktree.task)
        if begun and begun.base == worktree.base:
            return begun
        note = self._note(worktree.task)
        if note is None or note.base != worktree.base:
            raise WorkbenchError("Nothing is known of this worktree's beginning")
        return self._begun_by(note)

    def _begun_by(self, note: _Note) -> Begun:
        mirror = self._places.folder / "mirrors" / note.mirror / "objects"
        store = self._places.store(note.place) / "objects"
        return Begun(
            tree=self._places.tree(note.place),
            base=note.base,
            commit=names.sha(note.commit),
            stores=(store, mirror) if store.is_dir() else (mirror,),
            shallow=note.shallow.encode(),
            brings_configuration=note.brings_configuration,
            most_file=self._most_file,
        )

    def _note(self, task: str) -> _Note | None:
        try:
            return _Note.read(self._places.note(task).read_bytes())
        except (FileNotFoundError, ValueError):
            return None


def _diff(taken: Taken, base: str) -> Diff:
    entries = taken.difference.entries
    if not entries:
        found = flags.of((), {}, b"", taken.left_out)
        return Diff(taken.tree, "", b"", sha256().hexdigest(), b"", (), 0, found, taken.ignored)
    patch = taken.difference.patch
    commit = pack.commit(taken.tree, base)
    return Diff(
        tree=taken.tree,
        commit=commit.name,
        patch=patch,
        patch_sha256=sha256(patch).hexdigest(),
        bundle=pack.bundle(commit, base, taken.contents.values()),
        files=tuple(entry.shown for entry in entries[: difference.LISTED]),
        count=len(entries),
        flags=flags.of(entries, taken.contents, patch, taken.left_out),
    )

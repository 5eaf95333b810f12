"""The difference between two trees, the same wherever and whenever it is taken.

It is taken in a bare repository: so no attributes of a tree have a say in what is text. No renames:
what is applied is files that go and files that come.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from parley.adapters.git import names
from parley.adapters.git.pack import Object
from parley.adapters.git.process import MEGABYTE, Limits
from parley.adapters.git.repository import Repository
from parley.core.tasks.task import FileStat

MOST_PATCH = 64 * MEGABYTE
LISTED = 200  # files

SYMLINK = "120000"
GITLINK = "160000"
_FOLDER = "040000"
EXECUTABLE = "100755"
NOTHING = "0" * 40

_PLAIN = ("--no-renames", "--no-ext-diff", "--no-textconv", "--no-color", "--full-index")
_COMPARING = Limits(seconds=120, output=MOST_PATCH)
_READING_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A path that differs. The lines of a binary file are None."""

    path: bytes
    status: str
    old_mode: str
    new_mode: str
    old: str
    new: str
    added: int | None = None
    deleted: int | None = None

    @property
    def shown(self) -> FileStat:
        return FileStat(names.path(self.path), self.status, self.added, self.deleted)

    @property
    def has_content(self) -> bool:
        return self.new != NOTHING and self.new_mode != GITLINK

    @property
    def is_folder(self) -> bool:
        return _FOLDER in (self.old_mode, self.new_mode)


@dataclass(frozen=True, slots=True)
class Difference:
    """`entries` are in git's order, which is that of the patch; the patch is as `git apply
    --binary` takes it. `objects` are the trees and contents that came."""

    entries: tuple[Entry, ...]
    objects: tuple[str, ...]
    patch: bytes


def between(repository: Repository, base: str, tree: str, *, patch: bool = True) -> Difference:
    """Raises WorkbenchError where that is longer than MOST_PATCH."""
    options = ("-r", "-t", "-z", "--raw", "--no-abbrev", *_PLAIN)
    more = ("--numstat", "--patch", "--binary") if patch else ()
    told = repository.git("diff-tree", *options, *more, base, tree, "--", limits=_COMPARING)
    records, text = _divided(told)
    files: dict[bytes, Entry] = {}
    objects = {}
    fields = iter(records)
    for field in fields:
        if field.startswith(b":"):
            entry = _read(field, next(fields))
            objects[entry.new] = entry.has_content
            if not entry.is_folder:
                files[entry.path] = entry
        else:
            added, deleted, path = field.split(b"\t", 2)
            files[path] = _counted(files[path], added, deleted)
    came = (tree, *(name for name, content in objects.items() if content))
    return Difference(tuple(files.values()), came, text)


def _divided(told: bytes) -> tuple[list[bytes], bytes]:
    """An empty record divides what is listed from the patch."""
    listed, _, text = told.partition(b"\0\0")
    return listed.rstrip(b"\0").split(b"\0") if listed else [], text


def _read(record: bytes, path: bytes) -> Entry:
    old_mode, new_mode, old, new, status = record[1:].decode().split(" ")
    return Entry(path, status, old_mode, new_mode, old, new)


def sizes(repository: Repository, entries: Iterable[Entry]) -> dict[str, int]:
    """Of what the entries now have, by its hash."""
    asked = "".join(f"{entry.new}\n" for entry in entries if entry.has_content).encode()
    told = repository.git("cat-file", "--batch-check=%(objectname) %(objectsize)", stdin=asked)
    found = (line.split() for line in told.decode().splitlines())
    return {name: int(size) for name, size in found}


def contents(repository: Repository, objects: Iterable[str], most: int) -> dict[str, Object]:
    """Objects by their hash. Raises WorkbenchError where they are longer than `most` bytes."""
    asked = "".join(f"{name}\n" for name in objects).encode()
    told = repository.git("cat-file", "--batch", stdin=asked, limits=Limits(_READING_SECONDS, most))
    found = {}
    position = 0
    while position < len(told):
        begins = told.index(b"\n", position) + 1
        name, kind, size = told[position : begins - 1].split()
        found[name.decode()] = Object(kind, told[begins : begins + int(size)])
        position = begins + int(size) + 1
    return found


def _counted(entry: Entry, added: bytes, deleted: bytes) -> Entry:
    if added == b"-":
        return entry
    return Entry(
        entry.path,
        entry.status,
        entry.old_mode,
        entry.new_mode,
        entry.old,
        entry.new,
        int(added),
        int(deleted),
    )

"""The difference between two trees, the same wherever and whenever it is taken.

It is taken in a bare repository: so no attributes of a tree have a say in what is text. No renames:
what is applied is files that go and files that come.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from parley.adapters.git import names
from parley.adapters.git.process import MEGABYTE, Limits
from parley.adapters.git.repository import Repository
from parley.core.tasks.task import FileStat
from parley.errors import WorkbenchError

MOST_PATCH = 64 * MEGABYTE
LISTED = 200  # files

SYMLINK = "120000"
GITLINK = "160000"
EXECUTABLE = "100755"
NOTHING = "0" * 40

_PLAIN = ("--no-renames", "--no-ext-diff", "--no-textconv", "--no-color", "--full-index")
_COMPARING = Limits(seconds=120, output=MOST_PATCH)


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


def entries(repository: Repository, base: str, tree: str) -> list[Entry]:
    """In git's order, which is that of the patch."""
    options = ("-r", "-z", "--raw", "--numstat", "--no-abbrev", *_PLAIN)
    told = repository.git("diff-tree", *options, base, tree, "--", limits=_COMPARING)
    fields = iter(told.split(b"\0"))
    found: dict[bytes, Entry] = {}
    for field in fields:
        if field.startswith(b":"):
            path = next(fields)
            old_mode, new_mode, old, new, status = field[1:].decode().split(" ")
            found[path] = Entry(path, status, old_mode, new_mode, old, new)
        elif field:
            added, deleted, path = field.split(b"\t", 2)
            found[path] = _counted(found[path], added, deleted)
    return list(found.values())


def patch(repository: Repository, base: str, tree: str) -> bytes:
    """As `git apply --binary` takes it. Raises WorkbenchError where it is longer than
    MOST_PATCH."""
    options = ("-r", "-p", "--binary", *_PLAIN)
    try:
        return repository.git("diff-tree", *options, base, tree, "--", limits=_COMPARING)
    except WorkbenchError as error:
        raise WorkbenchError(f"The difference could not be taken: {error}") from error


def sizes(repository: Repository, entries: Iterable[Entry]) -> dict[str, int]:
    """Of what the entries now have, by its hash."""
    asked = "".join(f"{entry.new}\n" for entry in entries if entry.has_content).encode()
    told = repository.git("cat-file", "--batch-check=%(objectname) %(objectsize)", stdin=asked)
    found = (line.split() for line in told.decode().splitlines())
    return {name: int(size) for name, size in found}


def targets(repository: Repository, entries: Iterable[Entry]) -> dict[bytes, bytes]:
    """Where symlinks among the entries lead, by their paths."""
    links = [entry for entry in entries if entry.new_mode == SYMLINK]
    if not links:
        return {}
    asked = "".join(f"{entry.new}\n" for entry in links).encode()
    contents = _contents(repository.git("cat-file", "--batch", stdin=asked))
    return {entry.path: content for entry, content in zip(links, contents, strict=True)}


def _contents(told: bytes) -> Iterator[bytes]:
    position = 0
    while position < len(told):
        begins = told.index(b"\n", position) + 1
        size = int(told[position : begins - 1].split()[2])
        yield told[begins : begins + size]
        position = begins + size + 1


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

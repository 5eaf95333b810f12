"""What an agent keeps in its home, as one file: taken out after it, put back before the next one.

The agent wrote it, so nothing is followed and nothing leaves the home: only plain files and folders
are taken, and only those are put back.
"""

import io
import os
import stat
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from parley.ports.work import Account

MOST_BYTES = 64_000_000
MOST_FILES = 5_000


class _TooMuch(Exception):
    """More than is kept."""


class TarHomes:
    """A port's Homes."""

    def __init__(self, account: Account | None) -> None:
        self._account = account

    def pack(self, home: PurePath, keeps: Sequence[str]) -> bytes:
        """Empty where nothing is there, or more than is kept."""
        packed = io.BytesIO()
        try:
            with tarfile.open(fileobj=packed, mode="w:gz") as archive:
                count = self._add(archive, Path(home), keeps)
        except _TooMuch:
            return b""
        return packed.getvalue() if count else b""

    def unpack(self, home: PurePath, content: bytes) -> None:
        """Raises ValueError where it is no such file."""
        try:
            size = 0
            with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
                for entry in archive:
                    size += entry.size
                    if size > MOST_BYTES:
                        raise tarfile.TarError(f"they have more than {MOST_BYTES} bytes")
                    self._put_back(Path(home), entry, archive)
        except (tarfile.TarError, OSError, EOFError) as error:
            raise ValueError(f"the kept files cannot be read: {error}") from error

    def _add(self, archive: tarfile.TarFile, home: Path, keeps: Sequence[str]) -> int:
        """How many files were added."""
        size = count = 0
        for path in _files(home, keeps):
            content = _read(path, MOST_BYTES - size, self._account)
            if content is None:
                continue
            size, count = size + len(content), count + 1
            if count > MOST_FILES:
                raise _TooMuch
            entry = tarfile.TarInfo(str(path.relative_to(home)))
            entry.size, entry.mode = len(content), 0o600
            archive.addfile(entry, io.BytesIO(content))
        return count

    def _put_back(self, home: Path, entry: tarfile.TarInfo, archive: tarfile.TarFile) -> None:
        parts = PurePath(entry.name).parts
        held = archive.extractfile(entry) if entry.isreg() else None
        if held is None or not parts or ".." in parts or PurePath(entry.name).is_absolute():
            raise tarfile.TarError(f"{entry.name!r} does not belong here")
        folder = home
        for part in parts[:-1]:
            folder = folder / part
            folder.mkdir(mode=0o700, exist_ok=True)
            self._hand_over(folder)
        target = folder / parts[-1]
        target.write_bytes(held.read())
        target.chmod(0o600)
        self._hand_over(target)

    def _hand_over(self, path: Path) -> None:
        if self._account is not None:
            os.chown(path, self._account.uid, self._account.gid, follow_symlinks=False)


def _files(home: Path, keeps: Sequence[str]) -> Iterator[Path]:
    for kept in keeps:
        path = home.joinpath(*PurePath(kept).parts)
        if _through_a_link(home, path):
            continue
        if path.is_file():
            yield path
        for folder, folders, files in os.walk(path, followlinks=False):
            folders.sort()
            for name in sorted(files):
                if not Path(folder, name).is_symlink():
                    yield Path(folder, name)


def _through_a_link(home: Path, path: Path) -> bool:
    return any(each.is_symlink() for each in (path, *path.parents) if each.is_relative_to(home))


def _read(path: Path, most: int, owner: Account | None) -> bytes | None:
    """None where it is no plain file, or no longer there; or not the agent's own, who may have
    linked what the runner alone can read."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or (owner and found.st_uid != owner.uid):
            return None
        content = file.read(most + 1)
    if len(content) > most:
        raise _TooMuch
    return content

"""Makes the times of freshly written files old enough to be told from any later ones.

git takes a file for unchanged if its size and times are as in the index, and compares times by the
second only. A file that an agent changes within the second in which it was checked out would be
missed, unless the index is as old as the file: then git reads the file again. A big checkout ends
with thousands of such files, and every snapshot would read them all. So those of the last second
are dated back a little, here, where nobody else touches them yet.
"""

import hashlib
import os
import struct
import time
from pathlib import Path

_HEADER = struct.Struct(">4sII")
_ENTRY = struct.Struct(">8xI48xH")  # modified at, flags
_TIMES = struct.Struct(">IIII")  # changed at, modified at: seconds, nanoseconds
_FIXED = 62  # bytes of an entry before its name
_EXTENDED = 0x4000  # two more bytes of flags
_NAME = 0x0FFF
_CLOCK = 0.05  # seconds that a file system's clock may be behind ours
_CHECKSUM = 20


def date_back(index: bytes, tree: Path) -> bytes:
    """The index with the newest of its files dated back, in it and on the disk. Nobody but the
    caller may have access to `tree`."""
    signature, version, count = _HEADER.unpack_from(index)
    if signature != b"DIRC" or version not in (2, 3):
        return index  # none that git writes unasked: the snapshot reads more files, that is all
    newest = int(time.time() - _CLOCK)
    dated = bytearray(index)
    root = os.open(tree, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for position, path in _written_since(index, count, newest):
            os.utime(path, (newest - 1, newest - 1), dir_fd=root, follow_symlinks=False)
            changed = os.stat(path, dir_fd=root, follow_symlinks=False).st_ctime_ns
            _TIMES.pack_into(dated, position, *divmod(changed, 10**9), newest - 1, 0)
    finally:
        os.close(root)
    dated[-_CHECKSUM:] = hashlib.sha1(dated[:-_CHECKSUM], usedforsecurity=False).digest()
    return bytes(dated)


def _written_since(index: bytes, count: int, since: int) -> list[tuple[int, bytes]]:
    """Where the entries of such files begin, and the files' paths."""
    found = []
    position = _HEADER.size
    read = _ENTRY.unpack_from
    for _ in range(count):
        modified, flags = read(index, position)
        begins = position + _FIXED + (2 if flags & _EXTENDED else 0)
        length = flags & _NAME
        if length == _NAME:  # or longer
            length = index.index(b"\0", begins) - begins
        if modified >= since:
            found.append((position, index[begins : begins + length]))
        position += (begins - position + length + 8) & ~7
    return found

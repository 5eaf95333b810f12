"""git's index, read and written as far as is needed here (versions 2 and 3).

The format: a header, an entry for each file, extensions, and a checksum of all of it.
"""

import hashlib
import struct
from collections.abc import Iterator

_HEADER = struct.Struct(">4sII")  # DIRC, version, count
_ENTRY = struct.Struct(">8xI48xH")  # modified at, flags
_TIMES = struct.Struct(">IIII")  # changed at, modified at: seconds, nanoseconds
_EXTENSION = struct.Struct(">4sI")
_FIXED = 62  # bytes of an entry before its name
_EXTENDED = 0x4000  # two more bytes of flags
_NAME = 0x0FFF
_CHECKSUM = 20
_TREES = b"TREE"
_NO_BITS = struct.pack(">IIQI", 0, 1, 0, 0)  # a compressed bitmap


Entry = tuple[int, bytes]  # where it begins, and the path


def readable(index: bytes) -> bool:
    """Whether it is one of those that git writes unasked."""
    return index[:4] == b"DIRC" and _HEADER.unpack_from(index)[1] in (2, 3)


def modified_since(index: bytes, second: int) -> tuple[list[Entry], int]:
    """The entries of files that were modified in that second or later; and where they all end."""
    count = _HEADER.unpack_from(index)[2]
    found = []
    position = _HEADER.size
    read = _ENTRY.unpack_from
    for _ in range(count):
        modified, flags = read(index, position)
        begins = position + _FIXED + (2 if flags & _EXTENDED else 0)
        length = flags & _NAME
        if length == _NAME:  # or longer
            length = index.index(b"\0", begins) - begins
        if modified >= second:
            found.append((position, index[begins : begins + length]))
        position += (begins - position + length + 8) & ~7
    return found, position


def set_times(index: bytearray, entry: Entry, changed: int, modified: int) -> None:
    """In whole seconds: git compares no more of them."""
    _TIMES.pack_into(index, entry[0], changed, 0, modified, 0)


def signed(content: bytes | bytearray) -> bytes:
    """With its checksum, which git takes as the index's name too."""
    return bytes(content) + hashlib.sha1(content, usedforsecurity=False).digest()


def unsigned(index: bytes) -> bytearray:
    return bytearray(index[:-_CHECKSUM])


def name_of(index: bytes) -> str:
    return index[-_CHECKSUM:].hex()


def on_top_of(index: bytes, end: int) -> bytes:
    """A small index that says: as `index`, whose entries end there. What git changes is written to
    the small one alone. It has the other's list of trees, which git does not look for there."""
    trees = b"".join(
        _EXTENSION.pack(name, len(content)) + content
        for name, content in _extensions(index, end)
        if name == _TREES
    )
    named = index[-_CHECKSUM:] + 2 * _NO_BITS  # none of its entries deleted, none replaced
    link = _EXTENSION.pack(b"link", len(named)) + named
    return signed(_HEADER.pack(b"DIRC", 2, 0) + link + trees)


def _extensions(index: bytes, position: int) -> Iterator[tuple[bytes, bytes]]:
    while position < len(index) - _CHECKSUM:
        name, size = _EXTENSION.unpack_from(index, position)
        position += _EXTENSION.size
        yield name, index[position : position + size]
        position += size

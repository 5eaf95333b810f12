"""Commits, packs and bundles as git has them: written here, since a process for each takes longer
than the writing, and `git bundle` looks through the whole of the base to find what is new."""

import hashlib
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

REF = "refs/parley/change"
SIGNATURE = b"# v2 git bundle\n"

_KINDS = {b"commit": 1, b"tree": 2, b"blob": 3}
_FAST = 1  # of zlib's levels


@dataclass(frozen=True, slots=True)
class Object:
    kind: bytes
    content: bytes = field(repr=False)

    @property
    def name(self) -> str:
        head = b"%s %d\0" % (self.kind, len(self.content))
        return hashlib.sha1(head + self.content, usedforsecurity=False).hexdigest()


def commit(tree: str, parent: str) -> Object:
    """One that depends on nothing else: the same tree on the same parent is the same commit."""
    who = "Parley <parley@localhost> 0 +0000"
    lines = (f"tree {tree}", f"parent {parent}", f"author {who}", f"committer {who}")
    return Object(b"commit", "\n".join((*lines, "", "Change", "")).encode())


def bundle(commit: Object, base: str, objects: Iterable[Object]) -> bytes:
    """With `commit`, whose parent is `base`, and the objects that `base` lacks."""
    head = f"-{base} \n{commit.name} {REF}\n\n".encode()
    return SIGNATURE + head + _pack([commit, *objects])


def _pack(objects: list[Object]) -> bytes:
    parts = [struct.pack(">4sII", b"PACK", 2, len(objects))]
    for each in objects:
        parts += (bytes(_head(each)), zlib.compress(each.content, _FAST))
    packed = b"".join(parts)
    return packed + hashlib.sha1(packed, usedforsecurity=False).digest()


def _head(each: Object) -> Iterator[int]:
    """Kind and size: four bits of the size beside the kind, then seven a byte."""
    size = len(each.content)
    byte = _KINDS[each.kind] << 4 | size & 15
    size >>= 4
    while size:
        yield byte | 128
        byte = size & 127
        size >>= 7
    yield byte

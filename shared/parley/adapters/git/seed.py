"""The index of a checkout, kept for the snapshots: so only files that changed since are read.

git takes a file for unchanged if its size and times are as in the index, and compares times by the
second only. A file that an agent changes within the second in which it was checked out would be
missed, unless the index is as old as the file: then git reads the file again. A big checkout ends
with thousands of such files, and every snapshot would read them all. So those of the last second
are dated back a little, here, where nobody else touches them yet.
"""

import os
import time
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

from parley.adapters.git import index_file

_CLOCK = 0.05  # seconds that a file system's clock may be behind ours


@dataclass(frozen=True, slots=True)
class Seed:
    """`whole` is the index as it was. A snapshot begins with `small`, which names it: git writes
    only what differs, and not ten times as much for nothing. They are the same for an index that
    cannot be shared so."""

    whole: bytes = b""
    small: bytes = b""

    @property
    def shared_name(self) -> str:
        """What git looks for in its folder; empty where `small` says everything."""
        return "" if self.small == self.whole else f"sharedindex.{index_file.name_of(self.whole)}"


NO_SEED = Seed()


def dated_back(index: bytes, tree: Path) -> Seed:
    """The index with the newest of its files dated back, in it and on the disk. Nobody but the
    caller may have access to `tree` yet."""
    if not index_file.readable(index):
        return Seed(index, index)
    newest = int(time.time() - _CLOCK)
    fresh, end = index_file.modified_since(index, newest)
    dated = index_file.unsigned(index)
    root = os.open(tree, os.O_RDONLY | os.O_DIRECTORY)
    try:
        times = (newest - 1, newest - 1)
        for _, path in fresh:
            os.utime(path, times, dir_fd=root, follow_symlinks=False)
        for entry, changed in zip(fresh, _seconds(root, fresh), strict=True):
            index_file.set_times(dated, entry, changed, newest - 1)
    finally:
        os.close(root)
    whole = index_file.signed(dated)
    return Seed(whole, index_file.on_top_of(whole, end))


def _seconds(root: int, entries: list[index_file.Entry]) -> Iterator[int]:
    """The second in which each was dated back, one after the other: so it has to be looked up only
    where it passes from one to the next."""

    def looked_up(entry: index_file.Entry) -> int:
        return os.stat(entry[1], dir_fd=root, follow_symlinks=False).st_ctime_ns // 10**9

    begin = 0
    while begin < len(entries):
        second = looked_up(entries[begin])
        end = bisect_right(entries, second, lo=begin, key=looked_up)
        yield from repeat(second, end - begin)
        begin = end

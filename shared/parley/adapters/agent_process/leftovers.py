"""What an agent left on the disk of a machine, for whoever runs there next."""

import os
import re
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

_LOCK = re.compile(r"[0-9]+\.lock", re.ASCII)
_REMOVAL_SECONDS = 120.0


def tidy(base: Path) -> None:
    """Make the folder that `base` is in as runners leave it: with nothing but `base`, in which are
    runners' folders and locks, in which there are folders. For a machine that is one runner's at a
    time, before it begins: whom agents share a user with, they could fill its disk for the next
    one, or put something else in the place of its folders. Raises OSError. On repeat: the same."""
    for path in [*_others(base), *_misplaced(base)]:
        for command in (["rm", "-rf"], ["chmod", "-R", "u+rwX"], ["rm", "-rf"]):
            if os.path.lexists(path):
                subprocess.run(
                    [*command, "--", path],
                    env={"PATH": os.defpath},
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    check=False,
                    timeout=_REMOVAL_SECONDS,
                )


def _others(base: Path) -> list[Path]:
    return [path for path in base.parent.iterdir() if path != base]


def _misplaced(base: Path) -> Iterator[Path]:
    """What is not of the kind that it has to be; nothing within such a one is looked at."""
    if os.path.lexists(base) and not _is(stat.S_ISDIR, base):
        yield base
        return
    for path in base.iterdir() if base.exists() else ():
        if _LOCK.fullmatch(path.name):
            if not _is(stat.S_ISREG, path):
                yield path
        elif not _is(stat.S_ISDIR, path):
            yield path
        else:
            yield from (each for each in path.iterdir() if not _is(stat.S_ISDIR, each))


def _is(kind: Callable[[int], bool], path: Path) -> bool:
    return kind(path.lstat().st_mode) and os.access(path, os.R_OK | os.W_OK)

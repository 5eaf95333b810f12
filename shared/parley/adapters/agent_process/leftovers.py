"""What an agent left on the disk of a machine, for whoever runs there next."""

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

_REMOVAL_SECONDS = 120.0


def tidy(base: Path) -> None:
    """Make the folder that `base` is in as runners leave it: with nothing but `base`, in which are
    runners' folders, in which there are folders. For a machine that is one runner's at a time,
    before it begins: an agent of its user could fill the disk for the next one, or put something
    else in the place of its folders and locks. Raises OSError, and TimeoutExpired where there is
    too much. On repeat: nothing is left to do."""
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
    if os.path.lexists(base) and not _is_folder(base):
        yield base
        return
    for path in base.iterdir() if base.exists() else ():
        if _is_folder(path):
            yield from (each for each in path.iterdir() if not _is_folder(each))
        else:
            yield path


def _is_folder(path: Path) -> bool:
    return stat.S_ISDIR(path.lstat().st_mode) and os.access(path, os.R_OK | os.W_OK | os.X_OK)

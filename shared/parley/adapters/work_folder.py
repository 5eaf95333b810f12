"""A folder of this machine for one runner at a time. On Lambda there is one runner; where a machine
has several, each has a folder, and an account for its agents, of its own."""

import fcntl
import os
import tempfile
from pathlib import Path

MOST = 64


class WorkFolder:
    """The first folder under `base` whose number no living process of this machine holds; held
    until `close`, or until this process ends, however it does, so that the next one finds there
    what it left. `number` is the folder's: a runner ends all that runs as its agents' account, so
    that it must be no other's, whatever folders that one works in. `locks` is where they are
    locked. Raises OSError."""

    def __init__(self, base: Path, locks: Path | None = None) -> None:
        base.mkdir(mode=0o711, parents=True, exist_ok=True)  # agents pass through it
        folder = _own(locks or Path(tempfile.gettempdir(), f"parley-runners-{os.geteuid()}"))
        for self.number in range(MOST):
            self._lock = _opened(folder / str(self.number))
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.close()
                continue
            self.path = base / str(self.number)
            return
        raise OSError(f"{MOST} runners are at work on this machine")

    def close(self) -> None:
        os.close(self._lock)


def _own(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise OSError(f"{folder} is somebody else's")
    return folder


def _opened(lock: Path) -> int:
    return os.open(lock, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)

"""A folder of this machine for one runner at a time. On Lambda there is one runner; where a machine
has several, each has a folder, and an account for its agents, of its own."""

import fcntl
import os
from pathlib import Path

MOST = 64


class WorkFolder:
    """The first folder under `base` that no living process holds; held until `close`, or until this
    process ends, however it does, so that the next one finds there what it left. `number` is the
    folder's."""

    def __init__(self, base: Path) -> None:
        base.mkdir(mode=0o711, parents=True, exist_ok=True)  # agents pass through it
        for self.number in range(MOST):
            self._lock = os.open(base / f"{self.number}.lock", os.O_CREAT | os.O_RDWR, 0o600)
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.close()
                continue
            self.path = base / str(self.number)
            return
        raise OSError(f"{MOST} runners are at work under {base}")

    def close(self) -> None:
        os.close(self._lock)

"""Where a running `make dev` can be found: .local/run.json, which exists as long as it runs."""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from local.emulator.process import ROOT

FOLDER = ROOT / ".local"
FILE = FOLDER / "run.json"


@contextlib.contextmanager
def announced(page: str) -> Iterator[None]:
    """Written for the time of the context. The folder ignores itself, and goes with its file."""
    FOLDER.mkdir(exist_ok=True)
    ignore = FOLDER / ".gitignore"
    ignore.write_text("*\n")
    FILE.write_text(json.dumps({"page": page, "pid": os.getpid()}) + "\n")
    try:
        yield
    finally:
        if _pid(FILE) == os.getpid():  # another runtime may have taken the place meanwhile
            FILE.unlink()
            ignore.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                FOLDER.rmdir()


def running_page() -> str | None:
    """The page of the runtime that runs now, if one does."""
    pid = _pid(FILE)
    if pid is None or not _alive(pid):
        return None
    page: str = json.loads(FILE.read_text())["page"]
    return page


def _pid(file: Path) -> int | None:
    try:
        return int(json.loads(file.read_text())["pid"])
    except (OSError, ValueError, KeyError):
        return None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

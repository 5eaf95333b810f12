"""Where a running `make dev` can be found: a file in .local/, which exists as long as it runs."""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from local.emulator.process import ROOT

FOLDER = ROOT / ".local"


@contextlib.contextmanager
def announced(page: str, folder: Path = FOLDER) -> Iterator[None]:
    """Written for the time of the context. The folder ignores itself, and goes with the last."""
    folder.mkdir(exist_ok=True)
    (folder / ".gitignore").write_text("*\n")
    mine = folder / f"run-{os.getpid()}.json"
    mine.write_text(json.dumps({"page": page, "pid": os.getpid()}) + "\n")
    try:
        yield
    finally:
        mine.unlink(missing_ok=True)
        _tidy(folder)


def running_page(folder: Path = FOLDER) -> str | None:
    """The page of the runtime that runs now; of several, of the one that started last."""
    _tidy(folder)
    newest = max(folder.glob("run-*.json"), key=lambda file: file.stat().st_mtime, default=None)
    return str(json.loads(newest.read_text())["page"]) if newest else None


def _tidy(folder: Path) -> None:
    """Forget those that were killed; the folder too once nothing runs."""
    for file in folder.glob("run-*.json"):
        if not _alive(int(file.stem.removeprefix("run-"))):
            file.unlink(missing_ok=True)
    if not any(folder.glob("run-*.json")):
        (folder / ".gitignore").unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            folder.rmdir()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

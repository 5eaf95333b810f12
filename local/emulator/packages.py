"""A function's package, unzipped once for all its processes. A mend to ministack 1.5.33.

It unzips more than a thousand files for each process that it starts, while holding up everything
else: a few conversations that begin at once would wait for each other for many seconds. In Lambda
the code cannot be written to either, so sharing it changes nothing for a function.
"""

import hashlib
import os
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

_lock = threading.Lock()


def share_packages(lambda_runtime: Any, folder: Path) -> None:
    """Put the mend into ministack's module. What is unzipped lies under `folder`."""

    class Shared(zipfile.ZipFile):
        def extractall(self, path: Any = None, members: Any = None, pwd: Any = None) -> None:
            unzipped = folder / hashlib.sha256(Path(str(self.filename)).read_bytes()).hexdigest()
            with _lock:
                if not unzipped.exists():
                    partly = unzipped.with_suffix(".part")
                    super().extractall(partly)
                    partly.rename(unzipped)
            for each in unzipped.iterdir():
                os.symlink(each, Path(path) / each.name)

    lambda_runtime.zipfile = SimpleNamespace(**{**vars(zipfile), "ZipFile": Shared})

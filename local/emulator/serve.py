"""The emulator's own process: serves ministack on loopback until its parent goes away.

Started by local.emulator.process, never by hand. Two work-arounds live here, others in
local.emulator.callbacks and local.emulator.packages:

- ministack's command binds every interface by default. Its ASGI application is served by hypercorn
  instead, on 127.0.0.1 only.
- It runs functions with `sys.executable`, which here is a virtualenv: what a function's zip lacks
  would be found there, and the zip's bytecode, compiled by Lambda's Python where the host has one,
  would be ignored. The bare interpreter named on the command line takes its place.
"""

import asyncio
import os
import shutil
import signal
import sys
import threading
from pathlib import Path

from hypercorn.asyncio import serve
from hypercorn.config import Config

from local.emulator.callbacks import mend_callbacks
from local.emulator.packages import share_packages


def main() -> None:
    port, function_python, workspace = sys.argv[1:4]
    _end_with_parent(Path(workspace))
    import ministack.app  # type: ignore[import-untyped,import-not-found,unused-ignore]
    from ministack.core import (  # type: ignore[import-untyped,import-not-found,unused-ignore]
        lambda_runtime,
    )
    from ministack.services import (  # type: ignore[import-untyped,import-not-found,unused-ignore]
        stepfunctions,
    )

    mend_callbacks(stepfunctions)
    share_packages(lambda_runtime, Path(workspace) / "packages")

    # Functions inherit this environment, and Powertools would take this for their log level.
    os.environ.pop("LOG_LEVEL")
    sys.executable = function_python
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.loglevel = "WARNING"
    config.keep_alive_timeout = 75
    config.graceful_timeout = 0.2
    asyncio.run(_serve(ministack.app.app, config))


async def _serve(app: object, config: Config) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await serve(app, config, shutdown_trigger=stop.wait)  # type: ignore[arg-type]


def _end_with_parent(workspace: Path) -> None:
    """Standard input is a pipe that nobody writes to: its end is the parent's, however it came."""

    def watch() -> None:
        sys.stdin.buffer.read()
        shutil.rmtree(workspace, ignore_errors=True)
        os.killpg(os.getpgrp(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()


if __name__ == "__main__":
    main()

"""An ASGI application on loopback, in a thread of this process."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

from local.quiet_loop import cut_quietly
from local.waiting import await_condition


@contextmanager
def serving(app: Any, port: int) -> Iterator[str]:
    """Serve `app` until the context ends; gives its address."""
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    failure: list[BaseException] = []

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.set_exception_handler(cut_quietly)
        try:
            loop.run_until_complete(serve(app, _config(port), shutdown_trigger=_trigger))
        except BaseException as error:
            failure.append(error)
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    async def _trigger() -> None:
        await stop.wait()

    thread = threading.Thread(target=run, daemon=True, name=f"serving-{port}")
    thread.start()
    try:
        await_condition(lambda: failure or _accepts(port), f"port {port}", seconds=10)
        if failure:
            raise RuntimeError(f"port {port} could not be served") from failure[0]
        yield f"http://127.0.0.1:{port}"
    finally:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)
        thread.join(timeout=5)


def _config(port: int) -> Config:
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.loglevel = "ERROR"
    config.graceful_timeout = 0.2  # the page's event stream never ends by itself
    config.shutdown_timeout = 1.0
    config.keep_alive_timeout = 60
    return config


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0

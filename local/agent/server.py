"""The scripted agent on loopback, in a thread of whoever wants to talk to it."""

import asyncio
import contextlib
import socket
import threading
from types import TracebackType

from hypercorn.asyncio import serve
from hypercorn.config import Config

from local.agent.agent import Agent
from local.agent.app import create_app
from local.agent.settings import Settings
from local.ports import loopback_port
from local.quiet_loop import cut_quietly
from local.waiting import await_condition

HOST = "127.0.0.1"


class AgentServer:
    """Start it, or use it as a context manager. `agent` may be read, but belongs to the server's
    thread.
    """

    def __init__(self, settings: Settings | None = None, *, port: int = 0) -> None:
        self.agent = Agent(settings)
        self._port = port or loopback_port()
        self._thread = threading.Thread(target=self._run, daemon=True, name="scripted-agent")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failure: BaseException | None = None
        self._door: Door | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._port}"

    @property
    def port(self) -> int:
        return self._port

    @property
    def token(self) -> str:
        return self.agent.settings.token

    def start(self) -> "AgentServer":
        self._thread.start()
        await_condition(
            lambda: self._failure or self._accepts(), f"{self.url} to listen", seconds=10
        )
        if self._failure:
            raise RuntimeError(f"{self.url} could not be served") from self._failure
        return self

    def stop(self) -> None:
        if self._thread.is_alive() and self._loop and self._door:
            self._loop.call_soon_threadsafe(self._door.close_for_good)
        if self._thread.ident is not None:
            self._thread.join(timeout=10)

    def __enter__(self) -> "AgentServer":
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # told to the thread that starts the server
            self._failure = error

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._door = Door(self.agent, self._port)
        await self._door.keep_open()

    def _accepts(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self._port)) == 0


class Door:
    """Listens, stays away for a while when told to, and listens again, on the same port."""

    def __init__(self, agent: Agent, port: int) -> None:
        self._agent = agent
        self._app = create_app(agent)
        self._port = port
        self._away = 0.0
        self._closed = False
        self._close = asyncio.Event()
        agent.go_away = self.stay_away

    def stay_away(self, seconds: float) -> None:
        self._away = seconds
        self._close.set()

    def close_for_good(self) -> None:
        self._closed = True
        self._agent.cancel_runs()
        self._agent.cut_streams()
        self._close.set()

    async def keep_open(self) -> None:
        asyncio.get_running_loop().set_exception_handler(cut_quietly)
        while not self._closed:
            await serve(self._app, _config(self._port), shutdown_trigger=self._wait)  # type: ignore[arg-type]
            self._close.clear()
            await self._pause()

    async def _pause(self) -> None:
        if not self._closed:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._close.wait(), self._away)

    async def _wait(self) -> None:
        await self._close.wait()
        # A server waits for its connections to end, and a stream never does by itself.
        self._agent.cut_streams()


def _config(port: int) -> Config:
    config = Config()
    config.bind = [f"{HOST}:{port}"]
    config.errorlog = None  # cut streams are meant to break
    config.graceful_timeout = 0.1
    config.shutdown_timeout = 1.0
    config.keep_alive_timeout = 60.0
    return config

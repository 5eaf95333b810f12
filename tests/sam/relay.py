"""Lets containers reach servers that listen on loopback only."""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Iterator

# On macOS and Windows the engine runs in a machine of its own, whose gateway is not ours to listen
# on; there this name leads to the host's loopback.
DESKTOP_HOST = "host.docker.internal"


@contextlib.contextmanager
def relayed(
    gateway: str, ports: dict[str, int], tls: ssl.SSLContext | None = None
) -> Iterator[dict[str, str]]:
    """Addresses (`host:port`) by which containers reach the given loopback ports, by name; over TLS
    where a context is given for it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True, name="relay")
    thread.start()
    try:
        opening = asyncio.run_coroutine_threadsafe(_open(gateway, ports, tls), loop)
        yield opening.result(timeout=10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)


async def _open(gateway: str, ports: dict[str, int], tls: ssl.SSLContext | None) -> dict[str, str]:
    addresses = {}
    for name, port in ports.items():
        try:
            server = await asyncio.start_server(_forwarding_to(port), gateway, 0, ssl=tls)
        except OSError:
            addresses[name] = f"{DESKTOP_HOST}:{port}"
        else:
            addresses[name] = f"{gateway}:{server.sockets[0].getsockname()[1]}"
    return addresses


class _forwarding_to:
    def __init__(self, port: int) -> None:
        self._port = port

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_copy(reader, back), _copy(there, writer))


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(65_536):
            target.write(data)
            await target.drain()
    with contextlib.suppress(OSError):
        target.close()
        await target.wait_closed()

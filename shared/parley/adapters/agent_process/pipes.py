"""A program's pipes, read and written by one thread without ever waiting for one of them alone."""

import os
import selectors
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import IO

TICK = 0.25  # seconds: how soon an exit is noticed where a grandchild holds the pipes
_CHUNK = 65_536
_MOST_LEFT = 16 * 1024 * 1024  # bytes, far more than a pipe holds


class Tail:
    """The last bytes of what may have no end."""

    def __init__(self, cap: int = 65_536) -> None:
        self._cap = cap
        self._kept = bytearray()

    def add(self, content: bytes) -> None:
        self._kept += content
        del self._kept[: -self._cap]

    def last(self, characters: int) -> str:
        """Text for people, as much of its end as that."""
        return self._kept.decode(errors="replace").strip()[-characters:].strip()


class Pipes:
    """Any number of files to read from, and one to write to. It closes none of them. `pid` is the
    program whose exit is to end the waiting as well."""

    def __init__(
        self, readers: Sequence[IO[bytes]], writer: IO[bytes] | None = None, pid: int = 0
    ) -> None:
        self._selector = selectors.DefaultSelector()
        self._exit = _exit_of(pid)
        if self._exit is not None:
            self._selector.register(self._exit, selectors.EVENT_READ)
        for reader in readers:
            os.set_blocking(reader.fileno(), False)
            self._selector.register(reader, selectors.EVENT_READ, reader)
        self._writer = writer
        self._unsent = bytearray()
        self.deaf = False  # the other side takes nothing any more
        if writer is not None:
            os.set_blocking(writer.fileno(), False)

    def close(self) -> None:
        self._forget_exit()
        self._selector.close()

    @property
    def unsent(self) -> int:
        """Bytes that the other side has not taken."""
        return len(self._unsent)

    def send(self, content: bytes) -> None:
        """As soon as the other side takes it. Nothing happens where it has closed its end, or ours
        is closed."""
        if self._writer is None or not content:
            return
        if not self._unsent:
            self._selector.register(self._writer, selectors.EVENT_WRITE)
        self._unsent += content

    def hang_up(self) -> None:
        """Close what is written to: the other side reads no more than it has. What was not sent is
        dropped."""
        if self._writer is not None:
            if self._unsent:
                self._selector.unregister(self._writer)
                self._unsent.clear()
            self._writer.close()
            self._writer = None

    def receive(self, timeout: float) -> list[tuple[IO[bytes], bytes]]:
        """What came, and from where: at once if something is there, else after `timeout` seconds at
        the latest. Empty bytes are a file's end; it is read no more."""
        came: list[tuple[IO[bytes], bytes]] = []
        for key, _ in self._selector.select(timeout):
            file: IO[bytes] | None = key.data
            if file is not None:
                with suppress(BlockingIOError):
                    came.append((file, self._read(file)))
            elif key.fd == self._exit:
                self._forget_exit()
            else:
                self._write()
        return came

    def rest(self) -> Iterator[tuple[IO[bytes], bytes]]:
        """What is there without waiting, once the program has ended: all that it wrote fits in its
        pipes, so that whoever inherited them and goes on writing is not listened to for ever."""
        self._forget_exit()
        self.hang_up()
        for _ in range(_MOST_LEFT // _CHUNK):
            came = self.receive(0)
            if not came:
                return
            yield from came

    def _read(self, file: IO[bytes]) -> bytes:
        try:
            content = os.read(file.fileno(), _CHUNK)
        except BlockingIOError:
            raise
        except OSError:  # a terminal whose other end is closed
            content = b""
        if not content:
            self._selector.unregister(file)
        return content

    def _forget_exit(self) -> None:
        if self._exit is not None:
            self._selector.unregister(self._exit)
            os.close(self._exit)
            self._exit = None

    def _write(self) -> None:
        if self._writer is None:
            return
        try:
            written = os.write(self._writer.fileno(), self._unsent[:_CHUNK])
        except BlockingIOError:
            return
        except OSError:  # it has closed its end: what it did not take, it does not want
            self._selector.unregister(self._writer)
            self._writer, self.deaf = None, True
            self._unsent.clear()
            return
        del self._unsent[:written]
        if not self._unsent:
            self._selector.unregister(self._writer)


def _exit_of(pid: int) -> int | None:
    """A file that can be read from once the process has ended, where the system has such files;
    elsewhere the exit is noticed at the next tick."""
    if not pid or not hasattr(os, "pidfd_open"):
        return None
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None

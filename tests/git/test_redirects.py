"""A credential is for the server that it was registered with, wherever that one points to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from parley.adapters.git.workbench import GitWorkbench
from parley.errors import WorkbenchError
from parley.ports.work import Source

SERVICE = b"001e# service=git-upload-pack\n0000"
OFFERS = b"000eversion 2\n000cls-refs\n0012fetch=shallow\n0000"


class _Quiet(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """The port that it is served on."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def somewhere_else(heard: list[str | None]) -> Iterator[int]:
    """A server that looks like git's, and notes what it is given to log in with."""

    class Elsewhere(_Quiet):
        def do_GET(self) -> None:
            heard.append(self.headers.get("Authorization"))
            self.send_response(200)
            self.send_header("Content-Type", "application/x-git-upload-pack-advertisement")
            self.end_headers()
            self.wfile.write(SERVICE + OFFERS)

        def do_POST(self) -> None:
            heard.append(self.headers.get("Authorization"))
            self.send_error(403)

    with serving(Elsewhere) as port:
        yield port


@contextmanager
def pointing_to(port: int) -> Iterator[str]:
    """The address of a repository whose server says that it is at another one."""

    class Moved(_Quiet):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", f"http://localhost:{port}{self.path}")
            self.end_headers()

    with serving(Moved) as moved:
        yield f"http://127.0.0.1:{moved}/owner/project"


def refused(folder: Path, address: str, credential: str) -> str:
    workbench = GitWorkbench(folder / "work")
    with pytest.raises(WorkbenchError) as error:
        workbench.prepare("t1", Source(address, "main", credential))
    return str(error.value)


def test_a_credential_does_not_follow_a_redirect(tmp_path: Path) -> None:
    heard: list[str | None] = []
    with somewhere_else(heard) as port, pointing_to(port) as address:
        told = refused(tmp_path, address, "t0ken")

    assert heard == []
    assert "has moved" in told


def test_without_a_credential_a_redirect_is_followed(tmp_path: Path) -> None:
    heard: list[str | None] = []
    with somewhere_else(heard) as port, pointing_to(port) as address:
        refused(tmp_path, address, "")

    assert heard == [None, None]

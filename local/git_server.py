"""Git repositories over HTTP on loopback, as a forge serves them: git http-backend behind a token.

    with GitServer(folder, token) as server:
        server.create("project", {"README.md": b"Hello\n"})
        server.url_of("project")  # http://127.0.0.1:PORT/project.git; OWNER/NAME is a name too

Reading takes the token too. Any user name goes with it.
"""

import base64
import hmac
import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

_NAME = re.compile(r"(?:(?![-.])[\w.-]{1,100}/)?(?![-.])[\w.-]{1,100}", re.ASCII)  # owner/name
_SPOOLED = 8_000_000  # bytes that are kept in memory
_BACKEND_SECONDS = 300
_CLIENT_SECONDS = 60

_ENVIRONMENT = {
    "PATH": os.defpath,
    "HOME": "/nonexistent",
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
}
_REPOSITORY = {
    "http.receivepack": "true",
    "uploadpack.allowAnySHA1InWant": "true",  # as the great forges do
    "uploadpack.allowFilter": "true",
    "gc.auto": "0",
}


def git_is_here() -> bool:
    return shutil.which("git", path=os.defpath) is not None


class GitServer:
    """Serves the repositories in `folder` until the context ends."""

    def __init__(self, folder: Path, token: str, port: int = 0) -> None:
        self._folder = folder
        self._server = _Server(("127.0.0.1", port), folder, token)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> "GitServer":
        self._folder.mkdir(parents=True, exist_ok=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def requests(self) -> int:
        """How many have been answered."""
        return self._server.answered

    def url_of(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}/{name}.git"

    def create(
        self, name: str, files: Mapping[str, bytes], modes: Mapping[str, str] | None = None
    ) -> str:
        """A new repository whose branch `main` has one commit with these files; its hash."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name for a repository")
        _git(self._folder, "init", "-q", "--bare", "--template=", "-b", "main", f"{name}.git")
        for key, value in _REPOSITORY.items():
            self._git(name, "config", key, value)
        return self.commit(name, files, message="Begin", modes=modes)

    def commit(
        self,
        name: str,
        files: Mapping[str, bytes | None] | Mapping[str, bytes],
        *,
        branch: str = "main",
        message: str = "Change",
        modes: Mapping[str, str] | None = None,
    ) -> str:
        """A commit on top of the branch, with these files written or, if None, removed. `modes`
        are those of all but plain files: 100755; 120000, a symlink, whose content is where it
        leads; 160000, a submodule, whose content is its commit."""
        told = [b"commit refs/heads/" + branch.encode(), _WHO, _data(message.encode())]
        head = self.branches(name).get(branch)
        if head:
            told.append(b"from " + head.encode())
        for path, content in files.items():
            mode = (modes or {}).get(path, "100644").encode()
            if content is None:
                told.append(b"D " + _quoted(path))
            elif mode == b"160000":
                told.append(b"M %s %s %s" % (mode, content, _quoted(path)))
            else:
                told += [b"M %s inline %s" % (mode, _quoted(path)), _data(content)]
        self._git(
            name, "fast-import", "--quiet", "--force", stdin=b"\n".join([*told, b"done", b""])
        )
        return self.branches(name)[branch]

    def branches(self, name: str) -> dict[str, str]:
        """The commits of the repository's branches, by their names."""
        told = self._git(
            name, "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads"
        )
        return dict(line.split(" ") for line in told.decode().splitlines())

    def file(self, name: str, ref: str, path: str) -> bytes:
        """Raises LookupError where there is none."""
        with suppress(subprocess.CalledProcessError):
            return self._git(name, "cat-file", "blob", f"{ref}:{path}")
        raise LookupError(f"{name} has no {path} at {ref}")

    def log(self, name: str, ref: str) -> list[str]:
        """The first lines of the messages of its commits, newest first."""
        return self._git(name, "log", "--format=%s", ref, "--").decode().splitlines()

    def path_of(self, name: str) -> Path:
        return self._folder / f"{name}.git"

    def _git(self, name: str, *arguments: str, stdin: bytes = b"") -> bytes:
        return _git(self.path_of(name), *arguments, stdin=stdin)


_WHO = b"committer Somebody <somebody@localhost> 1700000000 +0000"


def _data(content: bytes) -> bytes:
    return b"data %d\n%s" % (len(content), content)


def _quoted(path: str) -> bytes:
    return b'"' + b"".join(b"\\%03o" % byte for byte in os.fsencode(path)) + b'"'


def _git(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env=_ENVIRONMENT,
        input=stdin,
        check=True,
        capture_output=True,
        timeout=_BACKEND_SECONDS,
    )
    return done.stdout


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], folder: Path, token: str) -> None:
        super().__init__(address, _Handler)
        self.folder = folder.resolve()
        self.token = token
        self.answered = 0

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes is no fault of the server's."""


class _Handler(BaseHTTPRequestHandler):
    """Hands requests to `git http-backend`, as a CGI."""

    protocol_version = "HTTP/1.1"
    timeout = _CLIENT_SECONDS
    server: _Server

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None: ...

    def _answer(self) -> None:
        with tempfile.SpooledTemporaryFile(_SPOOLED) as body:
            for chunk in self._body():
                body.write(chunk)
            body.seek(0)
            if self._allowed():
                self._from_backend(body)
            else:
                self._send(401, {"WWW-Authenticate": 'Basic realm="git"'}, b"Who are you?\n")
        self.server.answered += 1

    def _body(self) -> Iterator[bytes]:
        """git sends what is short with its length, and what is long in chunks."""
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            yield self.rfile.read(int(self.headers.get("Content-Length") or 0))
            return
        while size := int(self.rfile.readline().split(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass  # trailers

    def _allowed(self) -> bool:
        kind, _, encoded = self.headers.get("Authorization", "").partition(" ")
        try:
            password = base64.b64decode(encoded).partition(b":")[2]
        except ValueError:
            return False
        return kind == "Basic" and hmac.compare_digest(password, self.server.token.encode())

    def _from_backend(self, body: IO[bytes]) -> None:
        body.seek(0, os.SEEK_END)
        environment = self._environment(body.tell())
        body.seek(0)
        with tempfile.TemporaryFile() as told:
            with tempfile.TemporaryFile() as asked:
                shutil.copyfileobj(body, asked)
                asked.seek(0)
                subprocess.run(
                    ["git", "http-backend"],
                    env=environment,
                    stdin=asked,
                    stdout=told,
                    stderr=subprocess.DEVNULL,
                    timeout=_BACKEND_SECONDS,
                    check=False,
                )
            told.seek(0)
            self._pass_on(told)

    def _environment(self, length: int) -> dict[str, str]:
        parts = urlsplit(self.path)
        passed = {
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        return {
            **_ENVIRONMENT,
            **{name: value for name, value in passed.items() if value},
            "GIT_PROJECT_ROOT": str(self.server.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": unquote(parts.path),
            "QUERY_STRING": parts.query,
            "REQUEST_METHOD": self.command,
            "CONTENT_LENGTH": str(length),
            "REMOTE_USER": "token",
            "REMOTE_ADDR": "127.0.0.1",
        }

    def _pass_on(self, told: IO[bytes]) -> None:
        status = 200
        headers = {}
        while line := told.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            if name.lower() == "status":
                status = int(value.split()[0])
            else:
                headers[name] = value.strip()
        if not headers:
            status = 500
        self._send(status, headers, told.read())

    def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

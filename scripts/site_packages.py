"""The locked run-time packages, installed for Lambda: fetched and compiled once, copied often."""

import csv
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.lock_file import canonical

MACHINES = {"arm64": "aarch64", "aarch64": "aarch64", "x86_64": "x86_64"}
GLIBC = ("manylinux_2_28", "manylinux_2_17", "manylinux2014")


@dataclass(frozen=True, slots=True)
class Bytecode:
    """Compiled files that hold whatever their sources' times say: zipping changes those."""

    python: Path
    tag: str

    @classmethod
    def of(cls, python: Path) -> "Bytecode":
        question = "import sys; print(sys.implementation.cache_tag)"
        answer = subprocess.run([python, "-I", "-c", question], capture_output=True, check=True)
        return cls(python, answer.stdout.decode().strip())

    def compile(self, folder: Path) -> None:
        """Tracebacks will show the paths that Lambda has, not this host's."""
        where = ["-s", str(folder), "-p", "/var/task", str(folder)]
        options = ["-f", "-q", "--invalidation-mode=unchecked-hash"]
        subprocess.run([self.python, "-I", "-m", "compileall", *options, *where], check=True)

    def beside(self, source: str) -> str:
        folder, _, name = source.rpartition("/")
        return f"{folder}/__pycache__/{name.removesuffix('.py')}.{self.tag}.pyc".lstrip("/")


def installed(lock: Path, cache: Path, architecture: str, version: str, bytecode: Bytecode) -> Path:
    """A folder with every package of the lock for this platform, with compiled files."""
    content = hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    site = cache / f"{architecture}-{version}-{bytecode.tag}-{content}"
    if site.is_dir():
        return site
    print(f"Installing {lock} for {architecture}, Python {version} ...", file=sys.stderr)
    cache.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=cache))
    try:
        _install(lock, fresh, architecture, version)
        bytecode.compile(fresh)
        fresh.chmod(0o755)
        os.rename(fresh, site)
    except OSError:
        if not site.is_dir():  # another build may have been first
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return site


def _install(lock: Path, into: Path, architecture: str, version: str) -> None:
    quiet = ["-q", "--disable-pip-version-check", "--no-input"]
    locked = ["--require-hashes", "--no-deps", "--no-compile", "-r", str(lock)]
    platforms = [f"--platform={glibc}_{MACHINES[architecture]}" for glibc in GLIBC]
    wheels = [
        "--only-binary=:all:",
        "--implementation=cp",
        f"--python-version={version}",
        *platforms,
    ]
    command = [sys.executable, "-m", "pip", "install", *quiet, *locked, *wheels, f"--target={into}"]
    subprocess.run(command, check=True)


def distributions(site: Path) -> dict[str, list[str]]:
    """Each installed package's files, as its own record tells."""
    return {
        canonical(record.parent.name.partition("-")[0]): list(_recorded(record))
        for record in site.glob("*.dist-info/RECORD")
    }


def _recorded(record: Path) -> Iterator[str]:
    for path, *_ in csv.reader(record.read_text().splitlines()):
        program = path.startswith("..") or path.startswith("bin/")
        bookkeeping = ".dist-info/" in path and not _tells_the_licence(path)
        if not (program or bookkeeping or path.endswith(".pyc")):
            yield path


def _tells_the_licence(path: str) -> bool:
    return path.endswith("/METADATA") or "licen" in path.lower() or "NOTICE" in path

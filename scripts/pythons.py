"""Finds interpreters on this host by version."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

LAMBDA_PYTHON = "3.13"
THIS_PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"


@cache
def find_python(version: str = LAMBDA_PYTHON) -> Path | None:
    """A working, bare interpreter of this minor version: on PATH, or among pyenv's."""
    for candidate in _candidates(f"python{version}"):
        real = _ask(candidate, version)
        if real:
            return real
    return None


def _candidates(name: str) -> Iterator[Path]:
    for folder in os.get_exec_path():
        yield Path(folder, name)
    for versions in _pyenv_versions():
        yield from sorted(versions.glob(f"*/bin/{name}"), reverse=True)


def _pyenv_versions() -> Iterator[Path]:
    if root := os.environ.get("PYENV_ROOT"):
        yield Path(root, "versions")
    if pyenv := shutil.which("pyenv"):
        answer = subprocess.run([pyenv, "root"], capture_output=True, text=True, check=False)
        yield Path(answer.stdout.strip(), "versions")
    if shim := shutil.which("python3"):  # pyenv may be on PATH by its shims only
        yield Path(shim).parent.parent / "versions"


def _ask(candidate: Path, version: str) -> Path | None:
    """Asked, not read from the name: a pyenv shim is on PATH even when it can start nothing."""
    if not candidate.is_file():
        return None
    question = (
        "import sys; print('%d.%d' % sys.version_info[:2], sys.prefix == sys.base_prefix);"
        "print(sys.executable)"
    )
    try:
        answer = subprocess.run(
            [candidate, "-I", "-c", question],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found, executable = answer.stdout.splitlines()
    return Path(executable) if found == f"{version} True" else None

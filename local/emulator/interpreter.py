"""Which interpreter runs the functions: a bare one, of Lambda's version where the host has it."""

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

LAMBDA_PYTHON = "3.13"


@cache
def function_interpreter() -> Path:
    """Lambda's version if one is found, else the interpreter behind this virtualenv.

    Never a virtualenv's own: what a function's package lacks must be missing here as it is in Lambda.
    """
    for candidate in _candidates():
        if _version(candidate) == LAMBDA_PYTHON:
            return candidate
    return Path(getattr(sys, "_base_executable", sys.executable)).resolve()


def _candidates() -> list[Path]:
    found = [Path(sys.base_prefix) / "bin" / f"python{LAMBDA_PYTHON}"]
    named = shutil.which(f"python{LAMBDA_PYTHON}")
    if named:
        found.append(Path(named))
    for versions in (Path.home() / ".pyenv" / "versions", Path(sys.base_prefix).parent):
        found += sorted(versions.glob(f"*{LAMBDA_PYTHON}*/bin/python{LAMBDA_PYTHON}"), reverse=True)
    return [path for path in found if path.is_file()]


def _version(python: Path) -> str | None:
    """Asked, not read from the name: a pyenv shim is on the path also when it can start nothing."""
    question = "import sys; print(f'{sys.version_info[0]}.{sys.version_info[1]}', sys.prefix == sys.base_prefix)"
    try:
        answer = subprocess.run(  # noqa: S603 - an interpreter found on this host, fixed arguments
            [python, "-I", "-c", question], capture_output=True, text=True, timeout=10, check=True
        ).stdout.split()
    except (OSError, subprocess.SubprocessError):
        return None
    return answer[0] if answer[1:] == ["True"] else None

"""Which interpreter runs the functions: a bare one, of Lambda's version where the host has it."""

import sys
from pathlib import Path

from scripts.pythons import find_python


def function_interpreter() -> Path:
    """The one that the packages are compiled for, else the one behind this virtualenv.

    Never a virtualenv's own: what a package lacks must be missing here as it is in Lambda.
    """
    found = find_python() or Path(getattr(sys, "_base_executable", sys.executable))
    return found.resolve()

"""The container's program is closed to its own user before a line of it has run."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from scripts.import_graph import ROOT

DOCKERFILE = (ROOT / "functions/worktree/Dockerfile").read_text()
NOBODY = 65_534
PROGRAM = Path("/bin/cat")
needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can give itself away")


def test_the_image_starts_a_program_that_nobody_may_read() -> None:
    (entry,) = re.findall(r"^ENTRYPOINT (.+)$", DOCKERFILE, re.MULTILINE)
    (made,) = re.findall(r'install -o 0 -g 0 -m (\d+) "\$real" "[^"]+"?[^/]*/([\w-]+)"', DOCKERFILE)

    assert made == ("0711", json.loads(entry)[0])


@needs_root
@pytest.mark.parametrize(("mode", "read"), [(0o755, True), (0o711, False)])
def test_what_its_user_may_not_read_has_an_environment_that_he_may_not(
    mode: int, read: bool
) -> None:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o711)  # pytest's own are closed to everybody else
        program = Path(shutil.copy(PROGRAM, name))
        program.chmod(mode)
        told = subprocess.run(
            [program, "/proc/self/environ"],
            env={"SECRET": "x"},
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
            capture_output=True,
            check=False,
        )

    assert (b"SECRET" in told.stdout) is read

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from parley.ports.work import Account
from tests.agent_process.acting import Stage

STRANGER = 50_000 + os.getpid() % 10_000  # nobody's, and no other test run's


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that other users may enter; pytest's own are not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def strangers(public: Path) -> Stage:
    """A stage whose agent has an account of its own, as where the runner is root."""
    if os.getuid() != 0:
        pytest.skip("only root can run an agent as somebody else")
    account = Account(STRANGER, STRANGER)
    stage = Stage(public, account)
    for path in (stage.worktree.path, stage.worktree.home):
        os.chown(path, account.uid, account.gid)
    return stage

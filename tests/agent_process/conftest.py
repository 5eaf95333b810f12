from pathlib import Path

import pytest

from tests.agent_process.acting import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)

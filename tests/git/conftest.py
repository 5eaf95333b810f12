"""Real git, a real server with a credential and, where tests run as root, an account for agents."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.git_server import GitServer, git_is_here
from parley.adapters.git.workbench import GitWorkbench
from tests.git.agent import AGENT, TOKEN, Marks, Project


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not git_is_here() and Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason="git is not on this machine"))


@pytest.fixture(name="ground", scope="session")
def place_that_agents_can_reach() -> Iterator[Path]:
    """Not pytest's own, which is closed to everybody else."""
    with tempfile.TemporaryDirectory(prefix="parley-git-") as name:
        ground = Path(name)
        ground.chmod(0o711)
        yield ground


@pytest.fixture(name="server", scope="session")
def running_server(ground: Path) -> Iterator[GitServer]:
    with GitServer(ground / "served", TOKEN) as server:
        yield server


@pytest.fixture(name="project")
def fresh_project(server: GitServer) -> Project:
    return Project.create(server)


@pytest.fixture(name="folder")
def fresh_folder(ground: Path) -> Path:
    folder = Path(tempfile.mkdtemp(dir=ground))
    folder.chmod(0o711)
    return folder / "work"


@pytest.fixture(name="workbench")
def fresh_workbench(folder: Path) -> GitWorkbench:
    return GitWorkbench(folder, AGENT)


@pytest.fixture(name="marks")
def fresh_marks(ground: Path) -> Marks:
    return Marks.made(ground)

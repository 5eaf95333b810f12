import fcntl
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.git_server import GitServer
from local.model_server.server import ModelServer, model_server
from parley.adapters.agent_process.runner import AgentProcesses
from parley.adapters.git.workbench import GitWorkbench
from parley.adapters.homes import TarHomes
from parley.ports.work import Account, Source
from scripts.build_image import CACHE, fetched
from tests.agents.scene import Scene

TOKEN = "token-of-the-forge"
MACHINES = {"x86_64": "x86_64", "aarch64": "arm64"}  # as Lambda calls them
LACKING = (
    "npm is not here (Debian: apt-get install nodejs npm); or name an opencode by PARLEY_OPENCODE"
)
# Nobody's, and this process's: an account's processes are ended with the agent.
ACCOUNT = 62_000 + os.getpid() % 3_000


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """Where the agent's account may go: pytest's own folders are closed to others."""
    made = Path(tempfile.mkdtemp(prefix="parley-agents-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="session")
def binary(folder: Path) -> Path:
    """The opencode that PARLEY_OPENCODE names, or the one that the image has, from npm."""
    named = os.environ.get("PARLEY_OPENCODE", "")
    return Path(shutil.copy(named or _fetched(), folder / "opencode"))


def _fetched() -> Path:
    """One of the processes that share the tests fetches it, the others wait."""
    if shutil.which("npm") is None:
        pytest.fail(LACKING)
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return fetched("opencode", MACHINES[platform.machine()]) / "bin/opencode"


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with model_server() as model:
        yield model


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[GitServer]:
    with GitServer(tmp_path / "forge", TOKEN) as server:
        server.create("project", {"a.txt": b"alpha\n", "src/b.py": b"print('b')\n"})
        yield server


@pytest.fixture
def scene(folder: Path, forge: GitServer, binary: Path, model: ModelServer) -> Iterator[Scene]:
    """Where the tests run as root, the agent has an account of its own, as in a container."""
    account = Account(ACCOUNT, ACCOUNT) if os.getuid() == 0 else None
    workbench = GitWorkbench(folder / "work", account)
    agents = AgentProcesses(account, time.monotonic)
    source = Source(forge.url_of("project"), "main", TOKEN)
    yield Scene(workbench, agents, TarHomes(account), source, binary, model)
    agents.sweep()
    workbench.clear()

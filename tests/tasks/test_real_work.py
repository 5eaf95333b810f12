"""Tasks on real git, real processes and a real server that asks for a token: only the table, the
bucket, the chat and the machine's clock are played."""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from local.git_server import GitServer, git_is_here
from parley.adapters.agent_process.runner import AgentProcesses
from parley.adapters.git.publisher import GitPublisher
from parley.adapters.git.workbench import GitWorkbench
from parley.adapters.homes import TarHomes
from parley.core.tasks.change import ChangeState, Ruling
from parley.core.tasks.coding_agent import CodingAgent
from parley.core.tasks.task import TaskState
from parley.ports.work import Account, Source
from tests.core.tasks.builders import PROJECT
from tests.tasks.simulation import TaskSimulation

pytestmark = pytest.mark.skipif(not git_is_here(), reason="git is not on this machine")

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "the forge's token"
CREDENTIAL = "/parley/projects/demo"
STRANGER = 40_000 + os.getpid() % 10_000  # nobody's, and no other test run's
FILES = {"README.md": b"Hello\n", "src/main.py": b"print('hello')\n"}


@dataclass
class Forge:
    server: GitServer
    folder: Path
    account: Account | None

    def simulation(self) -> TaskSimulation:
        """Whoever is root gives agents an account of their own."""
        simulation: Any = TaskSimulation(agents_known=(stub(),))
        simulation.bench = GitWorkbench(self.folder / "work", self.account)
        simulation.agents = AgentProcesses(self.account, time.monotonic)
        simulation.homes = TarHomes(self.account)
        simulation.secrets = {CREDENTIAL: TOKEN}
        project = replace(PROJECT, repository=self.server.url_of("demo"), credential=CREDENTIAL)
        simulation.store.registry.put_project(project)
        simulation.published = lambda change: self.publish(simulation, change)
        played: TaskSimulation = simulation
        return played

    def publish(self, simulation: TaskSimulation, change: str) -> None:
        snapshot = simulation.change(change).snapshot
        source = Source(self.server.url_of("demo"), snapshot.base_ref, TOKEN)
        bundle = simulation.depot.files[snapshot.bundle_key]
        merged = GitPublisher(self.folder / "publishing").publish(
            source,
            bundle,
            snapshot.commit,
            snapshot.base,
            snapshot.patch_sha256,
            f"parley/{change}",
            "A task's change",
        )
        simulation.store.changes.published(change, merged.branch, merged.commit, "")


def stub() -> CodingAgent:
    """By a Python that every account can run."""
    python = shutil.which("python3", path=os.defpath)
    if python is None:
        pytest.skip("there is no python3 that other accounts can run")
    return CodingAgent(
        "stub",
        supports_acp=True,
        command=(python, "-m", "local.stub_agent", "acp"),
        settings={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        keeps=(".local/share/stub-agent", ".stub-agent"),
    )


@pytest.fixture
def forge() -> Iterator[Forge]:
    account = Account(STRANGER, STRANGER) if os.getuid() == 0 else None
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to others
        folder = Path(name)
        folder.chmod(0o755)
        with GitServer(folder / "git", TOKEN) as server:
            server.create("demo", FILES)
            yield Forge(server, folder, account)


def scripted(*steps: dict[str, object]) -> str:
    return f"demo @stub do it SCRIPT={json.dumps(list(steps))}"


def test_an_agents_work_is_reviewed_and_pushed(forge: Forge) -> None:
    simulation = forge.simulation()

    simulation.ask(
        scripted(
            {"write": {"path": "src/new.py", "text": "print('new')\n"}},
            {"delete": "README.md"},
            {"say": "Done."},
        )
    )
    simulation.settle()
    simulation.rule("t1", Ruling.APPLY)
    simulation.settle()

    assert simulation.task().state is TaskState.COMPLETED, simulation.task().summary
    assert simulation.change_state() is ChangeState.APPLIED
    assert forge.server.file("demo", "parley/t1", "src/new.py") == b"print('new')\n"
    with pytest.raises(LookupError):
        forge.server.file("demo", "parley/t1", "README.md")


def test_the_agent_gets_no_credential(forge: Forge) -> None:
    simulation = forge.simulation()

    simulation.ask(scripted({"environment": True}, {"run": ["git", "config", "--list"]}))
    simulation.settle()

    told = json.dumps(simulation.depot.files[simulation.task().transcript].decode())
    assert simulation.task().state is TaskState.COMPLETED
    assert TOKEN not in told
    assert "extraheader" not in told.lower()


def test_a_failed_agents_work_is_kept(forge: Forge) -> None:
    simulation = forge.simulation()

    simulation.ask(scripted({"write": {"path": "half.txt", "text": "half"}}, {"crash": 3}))
    simulation.settle()

    assert simulation.task().state is TaskState.FAILED
    assert simulation.change().snapshot.partial
    assert [each.path for each in simulation.change().snapshot.files] == ["half.txt"]


def test_a_revision_goes_on_from_what_was_done(forge: Forge) -> None:
    simulation = forge.simulation()
    simulation.ask(scripted({"write": {"path": "a.txt", "text": "one\n"}}))
    simulation.settle()

    words = f"more SCRIPT={json.dumps([{'write': {'path': 'b.txt', 'text': 'two'}}])}"
    ruled = simulation.rule("t1", Ruling.REVISE, words)
    simulation.settle()

    assert ruled.task is not None
    files = simulation.change(ruled.task.id).snapshot.files
    assert [each.path for each in files] == ["a.txt", "b.txt"]


def test_nothing_is_left_of_a_task(forge: Forge) -> None:
    simulation = forge.simulation()

    simulation.ask(
        scripted({"write": {"path": "a.txt", "text": "one"}}, {"daemon": {"seconds": 60}})
    )
    simulation.settle()

    assert list((forge.folder / "work" / "tasks").iterdir()) == []

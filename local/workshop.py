"""What coding tasks are worked on here, and by whom: a repository behind a token, a stand-in for
GitHub, and scripted agents that are registered through the API as an operator registers them."""

import contextlib
import os
import secrets
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.emulator.process import ROOT
from local.git_server import GitServer, git_is_here
from local.github.app import GitHubStandIn, github_stand_in
from local.github.pulls import Pulls
from local.ports import loopback_port
from parley.command.api import ParleyApi

PROJECT, ACP, CLI = "demo", "stub", "stub-cli"
REPOSITORY = "parley/demo"
CREDENTIAL = "ssm:/parley/projects/demo/git"
FILES = {
    "README.md": b"# Demo\n\nA small repository for coding tasks to work on.\n",
    "greeting.py": b'def greeting(name: str) -> str:\n    return f"Hello, {name}"\n',
    "CHANGELOG.md": b"# Changelog\n",
}
# parley.composition.worktree.AGENTS, which cannot be imported here: Powertools is not installed.
AGENT_UID = 61_000
PASSAGE = 0o711  # agents, who are others than a runner that is root, go through
OLDEST_PYTHON = "import sys; sys.exit(sys.version_info < (3, 11))"


@dataclass(frozen=True, slots=True)
class Workshop:
    """`folder` is where worktrees are made; `api_token` is the operator's."""

    folder: Path
    git: GitServer
    github: GitHubStandIn
    api_token: str = field(repr=False)
    git_token: str = field(repr=False)
    agent: Path

    @property
    def secrets(self) -> dict[str, str]:
        """By the names that the registered project and the template's parameters have."""
        return {"ssm:/parley/api-token": self.api_token, CREDENTIAL: self.git_token}

    @property
    def parameters(self) -> dict[str, str]:
        """The template's, that lead to the stand-in."""
        return {"GitHubApiUrl": self.github.api_url}

    def api(self, url: str) -> ParleyApi:
        return ParleyApi.at(url, self.api_token)

    def open(self, url: str) -> None:
        """Register the agents and the project with the deployment at this address."""
        api = self.api(url)
        for name, document in self._agents().items():
            api.put("agents", name, body={"name": name, **document})
        api.put("projects", PROJECT, body=self._project())

    def _agents(self) -> Mapping[str, dict[str, Any]]:
        return {
            ACP: {
                "supports_acp": True,
                "command": [str(self.agent), "acp"],
                "keeps": [".local/share/stub-agent"],
            },
            CLI: {
                "supports_acp": False,
                "command": [str(self.agent), "run", "--format", "opencode"],
                "output": "opencode",
                "model": ["--model", "{}"],
                "mode": ["--mode", "{}"],
                "thinking": ["--effort", "{}"],
            },
        }

    def _project(self) -> dict[str, Any]:
        return {
            "id": PROJECT,
            "name": "Demo",
            "repository": self.git.url_of(REPOSITORY),
            "credential": CREDENTIAL,
            "agents": [ACP, CLI],
        }


def lacking() -> str:
    """What is missing here for coding tasks; empty if nothing is."""
    if not git_is_here():
        return "git is not installed"
    if _agents_python() is None:
        return "agents run as another user where Parley is root, and none of the Pythons is theirs"
    return ""


@contextlib.contextmanager
def workshop() -> Iterator[Workshop]:
    """Everything served; at the end nothing of it is left. Nothing may be lacking."""
    api_token, git_token = secrets.token_hex(32), secrets.token_hex(32)
    with contextlib.ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="parley-tasks-")))
        folder.chmod(PASSAGE)
        git = running.enter_context(GitServer(folder / "served", git_token))
        (folder / "served").chmod(stat.S_IRWXU)  # an agent gets at it by its token only
        git.create(REPOSITORY, FILES)
        pulls = Pulls({REPOSITORY}, head_of=lambda name, branch: git.branches(name).get(branch))
        github = running.enter_context(github_stand_in(loopback_port(), pulls, token=git_token))
        work = folder / "work"
        work.mkdir(mode=PASSAGE)
        yield Workshop(work, git, github, api_token, git_token, _installed(folder / "agent"))


def _installed(folder: Path) -> Path:
    """The scripted agent, where whoever agents run as can read it; its command."""
    library = folder / "local"
    without = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "local" / "stub_agent", library / "stub_agent", ignore=without)
    (library / "__init__.py").touch()
    command = folder / "stub-agent"
    python = shlex.quote(str(_agents_python()))
    run = f'PYTHONPATH={shlex.quote(str(folder))} exec {python} -m local.stub_agent "$@"'
    command.write_text(f"#!/bin/sh\n{run}\n")
    for each in (folder, *folder.rglob("*")):
        each.chmod(0o755 if each.is_dir() or each == command else 0o644)
    return command


def _agents_python() -> Path | None:
    """The first that agents may run: this one may be in the home of a root that lets nobody in."""
    this = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    found = shutil.which("python3", path="/usr/local/bin:/usr/bin:/bin")
    for python in (this, *([Path(found)] if found else [])):
        if _runs(python):
            return python
    return None


def _runs(python: Path) -> bool:
    who = AGENT_UID if os.getuid() == 0 else None
    try:
        done = subprocess.run(
            [python, "-I", "-c", OLDEST_PYTHON], cwd="/", user=who, timeout=20, check=False
        )
    except OSError:
        return False
    return done.returncode == 0

"""What coding tasks are worked on in the local runtime."""

import subprocess
from pathlib import Path

import pytest

from local import workshop
from local.workshop import REPOSITORY, lacking
from parley.composition.worktree import AGENTS

needs_git = pytest.mark.skipif(bool(lacking()), reason=lacking())


def test_agents_account_is_the_runners() -> None:
    assert AGENTS == workshop.AGENT_UID


@needs_git
def test_nothing_of_a_workshop_is_left() -> None:
    with workshop.workshop() as shop:
        folder = shop.folder.parent
        assert shop.git.branches(REPOSITORY).keys() == {"main"}
    assert not folder.exists()


@needs_git
def test_scripted_agent_needs_nothing_but_its_own_folder(tmp_path: Path) -> None:
    with workshop.workshop() as shop:
        done = subprocess.run(
            [shop.agent, "run", "Write a note"],
            cwd=tmp_path,
            env={"HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert "I wrote" in done.stdout


@needs_git
def test_secrets_have_the_names_that_the_template_and_the_project_give() -> None:
    with workshop.workshop() as shop:
        assert set(shop.secrets) == {"ssm:/parley/api-token", "ssm:/parley/projects/demo/git"}
        assert shop.git_token not in repr(shop)
        assert shop.api_token not in repr(shop)

import os
from dataclasses import replace
from pathlib import Path

import pytest

from local.git_server import GitServer
from parley.adapters.git.workbench import GitWorkbench
from parley.errors import WorkbenchError
from tests.git.agent import AGENT, Project, act, paths


def test_a_lost_runners_worktree_is_found_by_the_next(
    workbench: GitWorkbench, project: Project, folder: Path
) -> None:
    worktree = workbench.prepare("t1", project.source)
    act(worktree, "rm README.md; echo work > work.txt")
    told = workbench.diff(worktree)

    successor = GitWorkbench(folder, AGENT)
    successor.clear(keep="t1")
    left = successor.left("t1")

    assert left == replace(worktree, withheld=())
    assert left is not None
    assert successor.diff(left) == told


def test_a_lost_runners_follow_up_is_found_with_what_it_began_with(
    workbench: GitWorkbench, project: Project, folder: Path
) -> None:
    first = workbench.prepare("t1", project.source)
    act(first, "echo first > first")
    change = workbench.diff(first)
    on_top = (change.bundle, change.commit)
    second = workbench.prepare("t2", replace(project.source, base=first.base, on_top=on_top))
    act(second, "echo second > second")

    assert paths(GitWorkbench(folder, AGENT).diff(second)) == {"first": "A", "second": "A"}


@pytest.mark.parametrize("note", [b"", b"[]", b"{}", b'{"base": 1}', None])
def test_a_worktree_that_nothing_is_known_of_is_not_left(
    workbench: GitWorkbench, project: Project, folder: Path, note: bytes | None
) -> None:
    worktree = workbench.prepare("t1", project.source)
    if note is None:
        (folder / "notes/t1").unlink()
    else:
        (folder / "notes/t1").write_bytes(note)
    successor = GitWorkbench(folder, AGENT)

    assert successor.left("t1") is None
    assert successor.left("t2") is None
    with pytest.raises(WorkbenchError, match="Nothing is known"):
        successor.diff(worktree)


def test_clearing_removes_everything_but_what_is_kept(
    workbench: GitWorkbench, project: Project, folder: Path
) -> None:
    kept, other = (workbench.prepare(task, project.source) for task in ("t1", "t2"))
    deep = "/".join(["d" * 200] * 5)
    act(other, f"for i in 1 2 3 4; do mkdir -p {deep}; cd {deep}; done; chmod 0 ../..")
    act(kept, "echo work > work.txt")

    workbench.clear(keep="t1")

    assert os.listdir(folder / "tasks") == os.listdir(folder / "notes") == ["t1"]
    assert paths(workbench.diff(kept)) == {"work.txt": "A"}
    workbench.clear()
    assert os.listdir(folder / "tasks") == os.listdir(folder / "notes") == []
    assert os.listdir(folder / "snapshots") == []


def test_without_an_account_clearing_takes_the_mirrors_too(project: Project, folder: Path) -> None:
    workbench = GitWorkbench(folder, None)
    workbench.prepare("t1", project.source)

    workbench.clear()

    assert not (folder / "mirrors").exists()
    assert workbench.prepare("t1", project.source).base == project.head


@pytest.mark.skipif(AGENT is None, reason="needs root")
def test_with_an_account_mirrors_stay_and_are_shut(
    workbench: GitWorkbench, project: Project, server: GitServer, folder: Path
) -> None:
    other = Project.create(server)
    workbench.prepare("t1", project.source)
    workbench.clear()

    worktree = workbench.prepare("t2", other.source)

    act(worktree, "git log")
    shut = [
        path for path in (folder / "mirrors").glob("*/") if path.stat().st_mode & 0o777 == 0o700
    ]
    assert len(shut) == 1
    act(worktree, f"! ls {shut[0]}")

"""A machine's temporary files, as the agent of a runner's own user can leave them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from parley.adapters.agent_process.leftovers import tidy
from parley.adapters.work_folder import WorkFolder


def test_tidying_keeps_what_a_killed_runner_left(tmp_path: Path) -> None:
    base = tmp_path / "parley"
    kept = base / "0" / "tasks" / "t1" / "tree"
    kept.mkdir(parents=True)
    (kept / "file").write_text("half done")

    tidy(base)

    assert (kept / "file").read_text() == "half done"


def test_tidying_makes_room_on_the_disk(tmp_path: Path) -> None:
    closed = tmp_path / "filled" / "deep"
    closed.mkdir(parents=True)
    (closed / "file").write_bytes(bytes(1_000_000))
    closed.parent.chmod(0)
    (tmp_path / "link").symlink_to("/")

    tidy(tmp_path / "parley")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda base: base.write_text("a file"),
        lambda base: base.symlink_to("/etc"),
        lambda base: base.mkdir(mode=0),
        lambda base: (base / "0").parent.mkdir() or (base / "0").symlink_to("/etc"),
        lambda base: (base / "0").mkdir(parents=True) or (base / "0" / "tasks").symlink_to("/etc"),
    ],
    ids=["file", "link", "closed folder", "runner's folder is a link", "folder within is a link"],
)
def test_tidying_removes_what_stands_in_a_folders_place(
    tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    base = tmp_path / "parley"
    spoil(base)

    tidy(base)
    folder = WorkFolder(base, base.parent / "locks")
    folder.close()
    folder.path.mkdir(exist_ok=True)

    assert list(folder.path.iterdir()) == []
    assert Path("/etc/passwd").exists()

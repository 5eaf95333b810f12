"""Base + patch = the tree that the agent has, and the bundle has it too, for random trees."""

import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.git_server import GitServer
from parley.adapters.git.workbench import GitWorkbench
from parley.ports.work import Worktree
from tests.git.agent import AGENT, FILES, Clone, Project, act
from tests.properties import PROPERTY

Shared = tuple[GitWorkbench, Worktree, Clone]

NAMES = [*FILES, "src", "new", "src/new", "deep/er/file", "-x", 'quo"te\n', "ünï", "README.md/x"]
CONTENTS = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b"", b"\r\n", b"no end", b"a\r\nb\n", b"Hello\n", bytes(range(256)), b"x\n" * 500]
    ),
)


@dataclass(frozen=True)
class Step:
    name: str
    kind: str
    content: bytes

    def take(self, tree: Path) -> None:
        path = tree / self.name
        for parent in reversed(path.relative_to(tree).parents[:-1]):
            if (tree / parent).is_symlink() or (tree / parent).is_file():
                (tree / parent).unlink()
        _remove(path)
        if self.kind == "gone":
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.kind == "link":
            path.symlink_to(os.fsdecode(self.content.replace(b"\0", b"")[:90] or b"x"))
        elif self.kind == "moved":
            source = tree / "README.md"
            if source.is_file() and not source.is_symlink():
                source.rename(path)
        else:
            path.write_bytes(self.content)
            path.chmod(0o755 if self.kind == "program" else 0o644)


STEPS = st.builds(
    Step,
    st.sampled_from(NAMES),
    st.sampled_from(["file", "file", "program", "link", "gone", "moved"]),
    CONTENTS,
)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@pytest.fixture(name="shared", scope="module")
def one_worktree(server: GitServer, ground: Path) -> Shared:
    project = Project.create(server)
    folder = ground / "round" / "work"
    folder.parent.mkdir()
    folder.parent.chmod(0o711)
    workbench = GitWorkbench(folder, AGENT)
    return workbench, workbench.prepare("t1", project.source), Clone(project, folder.parent)


@settings(
    PROPERTY,
    max_examples=20,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(STEPS, max_size=8), commits=st.booleans())
def test_any_tree_goes_through(shared: Shared, steps: list[Step], commits: bool) -> None:
    workbench, worktree, clone = shared
    tree = Path(worktree.path)
    _hand_over(tree)
    act(worktree, "git reset -q --hard $BASE; git clean -qffdx")
    for step in steps:
        step.take(tree)
    _hand_over(tree)

    diff = workbench.diff(worktree)
    theirs = act(
        worktree,
        "git add -A; git commit -qm mine --allow-empty; git rev-parse 'HEAD^{tree}'"
        if commits
        else "git add -A; git write-tree",
    )

    assert diff.tree == theirs.strip()
    assert workbench.diff(worktree) == diff  # whatever was committed meanwhile
    if not diff.empty:
        assert clone.applied(diff, worktree.base) == diff.tree
        assert clone.bundled(diff, worktree.base) == diff.tree


def _hand_over(tree: Path) -> None:
    """What the test wrote as root is the agent's."""
    if AGENT is None:
        return
    for parent, folders, files in os.walk(tree):
        for name in (*folders, *files):
            path = os.path.join(parent, name)
            os.chown(path, AGENT.uid, AGENT.gid, follow_symlinks=False)
            assert stat.S_ISLNK(os.lstat(path).st_mode) or os.lstat(path).st_uid == AGENT.uid

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from parley.adapters.git.publisher import GitPublisher
from parley.adapters.git.workbench import GitWorkbench
from parley.errors import WorkbenchError
from parley.ports.work import Diff, Merged, Source, Worktree
from tests.git.agent import TOKEN, Project, act

BRANCH = "parley/t1"
REF = f"refs/heads/{BRANCH}"
Publish = Callable[..., Merged]


@pytest.fixture(name="change")
def a_change(workbench: GitWorkbench, project: Project) -> tuple[Worktree, Diff]:
    worktree = workbench.prepare("t1", project.source)
    act(worktree, "echo work > work.txt; rm src/old.py; sed -i s/three/drei/ notes/todo.txt")
    return worktree, workbench.diff(worktree)


@pytest.fixture(name="publish")
def publish_the_change(project: Project, folder: Path, change: tuple[Worktree, Diff]) -> Publish:
    worktree, diff = change
    publisher = GitPublisher(folder.parent / "publishing", "Some Body", "some@body")

    def publish(
        source: Source = project.source,
        bundle: bytes = diff.bundle,
        commit: str = diff.commit,
        patch_sha256: str = diff.patch_sha256,
        branch: str = BRANCH,
        message: str = "Do it\n\nAs reviewed.",
    ) -> Merged:
        return publisher.publish(
            source, bundle, commit, worktree.base, patch_sha256, branch, message
        )

    return publish


def test_a_change_becomes_a_branch_of_one_commit(
    project: Project, publish: Publish, change: tuple[Worktree, Diff]
) -> None:
    merged = publish()

    server = project.server
    assert (merged.branch, merged.moved, merged.conflicts) == (BRANCH, False, ())
    assert server.branches(project.name) == {"main": project.head, BRANCH: merged.commit}
    assert server.log(project.name, BRANCH) == ["Do it", "Begin"]
    assert project.git("rev-parse", f"{BRANCH}^{{tree}}") == change[1].tree


def test_a_change_is_merged_with_what_came_since(project: Project, publish: Publish) -> None:
    server = project.server
    files = {"notes/todo.txt": b"ONE\ntwo\nthree\n", "other.txt": b"other\n"}
    project.grow(3)
    server.commit(project.name, files, message="Since")

    merged = publish()

    assert (merged.branch, merged.moved) == (BRANCH, True)
    assert server.log(project.name, BRANCH)[:2] == ["Do it", "Since"]
    assert server.file(project.name, BRANCH, "notes/todo.txt") == b"ONE\ntwo\ndrei\n"
    assert server.file(project.name, BRANCH, "other.txt") == b"other\n"
    assert server.file(project.name, BRANCH, "work.txt") == b"work\n"
    with pytest.raises(LookupError):
        server.file(project.name, BRANCH, "src/old.py")


def test_what_does_not_merge_is_told_by_file_and_nothing_is_pushed(
    project: Project, publish: Publish
) -> None:
    files = {"notes/todo.txt": b"one\ntwo\nTHREE\n", "src/old.py": b"old = 2\n"}
    project.server.commit(project.name, files)

    merged = publish()

    assert set(merged.conflicts) == {"notes/todo.txt", "src/old.py"}
    assert (merged.branch, merged.commit) == ("", "")
    assert set(project.server.branches(project.name)) == {"main"}


def test_a_branch_that_was_rewritten_is_merged_with_as_well(
    project: Project, publish: Publish
) -> None:
    project.rewrite({"README.md": b"rewritten\n", "notes/todo.txt": b"one\ntwo\nthree\n"})

    merged = publish()

    assert merged.moved
    assert project.server.file(project.name, BRANCH, "README.md") == b"rewritten\n"
    assert project.server.file(project.name, BRANCH, "notes/todo.txt") == b"one\ntwo\ndrei\n"


def test_a_repeat_is_the_same_branch_also_when_the_base_moved_meanwhile(
    project: Project, publish: Publish
) -> None:
    first = publish()
    assert publish() == first

    project.server.commit(project.name, {"notes/todo.txt": b"one\ntwo\nTHREE\n"})
    assert publish() == first
    assert project.server.branches(project.name)[BRANCH] == first.commit


@pytest.mark.parametrize("files", [{"other": b"other\n"}, {"notes/todo.txt": b"else\n"}])
def test_a_branch_with_something_else_is_not_written_over(
    project: Project, publish: Publish, files: dict[str, bytes]
) -> None:
    there = project.server.commit(project.name, files, branch=BRANCH)

    with pytest.raises(WorkbenchError, match="something else on it"):
        publish()
    assert project.server.branches(project.name)[BRANCH] == there


def test_a_branch_that_appears_meanwhile_is_not_written_over(
    project: Project, publish: Publish
) -> None:
    """Its absence was seen; the push itself has to find out."""
    there = project.server.commit(project.name, {"other": b"other\n"}, branch=BRANCH)
    project.remove(BRANCH)
    project.hook("pre-receive", f"unset GIT_QUARANTINE_PATH; git update-ref {REF} {there}")

    with pytest.raises(WorkbenchError, match="could not be pushed"):
        publish()
    assert project.server.branches(project.name)[BRANCH] == there


def test_a_push_whose_answer_was_lost_counts(project: Project, publish: Publish) -> None:
    project.hook("post-receive", "kill -9 $PPID")

    merged = publish()

    assert project.server.branches(project.name)[BRANCH] == merged.commit


def test_a_change_that_the_branch_has_already_is_said_to_be_there(
    project: Project, publish: Publish
) -> None:
    project.server.commit(
        project.name,
        {"work.txt": b"work\n", "src/old.py": None, "notes/todo.txt": b"one\ntwo\ndrei\n"},
    )

    with pytest.raises(WorkbenchError, match="`main` has this change already"):
        publish()


def test_another_patch_than_the_reviewed_one_is_not_published(
    project: Project, publish: Publish, workbench: GitWorkbench
) -> None:
    worktree = workbench.prepare("t2", project.source)
    act(worktree, "echo evil > work.txt")
    other = workbench.diff(worktree)

    with pytest.raises(WorkbenchError, match="not the one that was reviewed"):
        publish(bundle=other.bundle, commit=other.commit)
    with pytest.raises(WorkbenchError):
        publish(bundle=other.bundle)
    with pytest.raises(WorkbenchError, match="damaged"):
        publish(bundle=b"")
    assert set(project.server.branches(project.name)) == {"main"}


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ({"credential": "wrong-t0ken"}, "refuses the credential"),
        ({"branch": "nowhere"}, "no branch `nowhere`"),
        ({"repository": "http://127.0.0.1:9/gone.git"}, "can't be reached"),
    ],
)
def test_what_cannot_be_published_says_why_and_no_secret(
    project: Project, publish: Publish, source: dict[str, Any], reason: str
) -> None:
    with pytest.raises(WorkbenchError, match=reason) as caught:
        publish(source=replace(project.source, **source))

    assert not any(secret in str(caught.value) for secret in (TOKEN, "wrong-t0ken"))


@pytest.mark.parametrize("branch", ["--all", "a b", "a:b", "+x", ""])
def test_a_branch_has_a_name_that_is_no_option(publish: Publish, branch: str) -> None:
    with pytest.raises(WorkbenchError, match="no name of a branch"):
        publish(branch=branch)


def test_nothing_stays_behind(publish: Publish, folder: Path) -> None:
    publish()

    left = [path for path in (folder.parent / "publishing").rglob("*") if path.is_file()]
    assert left == []

import os
from hashlib import sha256
from pathlib import Path

import pytest

from local.git_server import GitServer
from parley.adapters.git.workbench import GitWorkbench
from parley.core.tasks.task import FileStat, Flag, FlagKind
from parley.errors import WorkbenchError
from parley.ports.work import Worktree
from tests.git.agent import AGENT, Clone, Project, act, paths


def test_nothing_changed_is_an_empty_difference(workbench: GitWorkbench, project: Project) -> None:
    diff = workbench.diff(workbench.prepare("t1", project.source))

    assert diff.empty
    assert (diff.patch, diff.bundle, diff.files, diff.flags) == (b"", b"", (), ())
    assert not diff.only_ignored


def test_patch_and_bundle_lead_to_the_same_tree(
    workbench: GitWorkbench, project: Project, folder: Path
) -> None:
    worktree = workbench.prepare("t1", project.source)
    act(
        worktree,
        "mv src/main.py src/moved.py; chmod -x bin/run; printf '\\000\\377' > data.bin; "
        "ln -s README.md link; mkdir -p a/b; echo c > a/b/c; rm -r notes; echo f > notes",
    )

    diff = workbench.diff(worktree)

    assert sha256(diff.patch).hexdigest() == diff.patch_sha256
    assert Clone(project, folder.parent).applied(diff, worktree.base) == diff.tree
    assert Clone(project, folder.parent).bundled(diff, worktree.base) == diff.tree


def test_lines_are_counted_and_binaries_have_none(
    workbench: GitWorkbench, project: Project
) -> None:
    worktree = workbench.prepare("t1", project.source)
    act(worktree, "printf 'one\\n2\\nthree\\nfour\\n' > notes/todo.txt; printf '\\0' > data.bin")

    assert workbench.diff(worktree).files == (
        FileStat("data.bin", "M", None, None),
        FileStat("notes/todo.txt", "M", 2, 1),
    )


def test_the_first_files_are_listed_and_all_are_counted(
    workbench: GitWorkbench, project: Project
) -> None:
    worktree = workbench.prepare("t1", project.source)
    act(worktree, "for i in $(seq 250); do echo $i > new$i; done")

    diff = workbench.diff(worktree)

    assert (len(diff.files), diff.count) == (200, 250)


def test_the_same_difference_is_the_same_bytes(workbench: GitWorkbench, project: Project) -> None:
    first, second = (workbench.prepare(task, project.source) for task in ("t1", "t2"))
    for worktree in (first, second):
        act(worktree, "echo new > new")

    assert workbench.diff(first) == workbench.diff(second)


def test_a_second_difference_sees_what_came_since(
    workbench: GitWorkbench, project: Project
) -> None:
    worktree = workbench.prepare("t1", project.source)
    act(worktree, "echo new > new")
    workbench.diff(worktree)

    act(worktree, "rm new; echo newer > README.md")

    assert paths(workbench.diff(worktree)) == {"README.md": "M"}


@pytest.mark.parametrize(
    ("script", "flags"),
    [
        ("mkdir -p .github/actions; echo > .github/actions/a", {".github/actions/a": "workflow"}),
        ("echo '* @me' > CODEOWNERS", {"CODEOWNERS": "workflow"}),
        ("echo A=b > .env", {".env": "credential"}),
        ("echo A=b > .env.example", {}),
        ("echo x > server.pem", {"server.pem": "credential"}),
        ("echo 'key = AKIAABCDEFGHIJKLMNOP' >> README.md", {"README.md": "credential"}),
        ("echo 'password: \"correct-horse-battery\"' > a; echo token > b", {"a": "credential"}),
        ("printf 'if (x \\342\\200\\256)' > a; printf 'x\\303\\251\\r\\n' > b", {"a": "hidden"}),
        ("printf 'evil\\033[2K\\rfine\\n' >> README.md", {"README.md": "hidden"}),
        ("ln -sf x README.md; echo '-----BEGIN RSA PRIVATE KEY-----' > z", {"z": "credential"}),
        ("head -c 1100000 /dev/zero | tr '\\0' 'a' > long.txt", {"long.txt": "large"}),
        ("printf '\\0\\1' > image", {"image": "binary"}),
        ("echo > uv.lock", {"uv.lock": "lockfile"}),
        ("chmod +x src/main.py", {"src/main.py": "mode"}),
        ("echo x > new; chmod +x new", {"new": "mode"}),
        ("echo y >> bin/run", {}),
    ],
)  # fmt: skip
def test_what_a_reviewer_has_to_know_is_flagged(
    workbench: GitWorkbench, project: Project, script: str, flags: dict[str, str]
) -> None:
    worktree = workbench.prepare("t1", project.source)
    act(worktree, script)

    assert {flag.path: flag.kind.value for flag in workbench.diff(worktree).flags} == flags


def test_flags_of_a_kind_end_somewhere(workbench: GitWorkbench, project: Project) -> None:
    worktree = workbench.prepare("t1", project.source)
    act(worktree, "for i in $(seq 60); do echo > new$i; chmod +x new$i; done")

    assert len(workbench.diff(worktree).flags) == 20


@pytest.mark.parametrize("times", [1, 10], ids=["too large a file", "too much altogether"])
def test_a_file_that_forges_would_not_take_is_left_out_and_told(
    project: Project, folder: Path, times: int
) -> None:
    most = 1_000_000
    workbench = GitWorkbench(folder, AGENT, most_file=most)
    worktree = workbench.prepare("t1", project.source)
    size = times * most + 1
    act(worktree, f"truncate -s {size} huge; truncate -s {size} README.md; echo work > work.txt")

    diff = workbench.diff(worktree)

    assert paths(diff) == {"work.txt": "A"}
    assert diff.flags == (
        Flag(FlagKind.LEFT_OUT, "README.md"),
        Flag(FlagKind.LEFT_OUT, "huge"),
    )


def test_ignored_files_are_no_change_but_are_told(
    workbench: GitWorkbench, server: GitServer
) -> None:
    project = Project.create(server, {".gitignore": b"*.log\nbuild/\n"})
    worktree = workbench.prepare("t1", project.source)
    act(worktree, "mkdir empty")
    assert not workbench.diff(worktree).only_ignored

    act(worktree, "mkdir build; echo x > build/x; echo y > y.log")
    diff = workbench.diff(worktree)
    assert (diff.empty, diff.only_ignored) == (True, True)

    act(worktree, "echo work > work.txt")
    diff = workbench.diff(worktree)
    assert (paths(diff), diff.only_ignored) == ({"work.txt": "A"}, False)


def test_a_difference_is_taken_while_the_agent_works(
    workbench: GitWorkbench, project: Project
) -> None:
    worktree = workbench.prepare("t1", project.source)
    busy = "while [ ! -e stop ]; do for i in 1 2 3 4 5; do echo $i > f$i; rm -f f$i; done; done"
    act(worktree, f"echo work > work.txt; ({busy}; touch ~/stopped) >/dev/null 2>&1 &")
    try:
        changes = [paths(workbench.diff(worktree)) for _ in range(5)]
    finally:
        # Not by its process: somebody who adopted it may not have buried it yet.
        act(worktree, "touch stop; while [ ! -e ~/stopped ]; do :; done; rm stop")

    assert all(change["work.txt"] == "A" for change in changes)


@pytest.mark.skipif(AGENT is None, reason="needs root")
def test_what_only_the_runner_may_read_is_not_read_for_an_agent(
    workbench: GitWorkbench, project: Project, folder: Path
) -> None:
    secret = folder.parent / "secret"
    secret.write_text("of the runner\n")
    secret.chmod(0o600)
    worktree = workbench.prepare("t1", project.source)
    os.link(secret, Path(worktree.path, "linked"))  # as if it had come there some other way

    diff = workbench.diff(worktree)

    assert b"of the runner" not in diff.patch + diff.bundle
    assert diff.flags == (Flag(FlagKind.LEFT_OUT, "linked"),)


def test_a_worktree_that_is_gone_is_said_to_be(workbench: GitWorkbench, project: Project) -> None:
    worktree = workbench.prepare("t1", project.source)
    gone = Worktree("t9", worktree.path, worktree.home, worktree.base, "main")
    workbench.clear()

    for missing in (worktree, gone):
        with pytest.raises(WorkbenchError):
            workbench.diff(missing)

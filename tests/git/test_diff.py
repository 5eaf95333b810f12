import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from local.git_server import GitServer
from parley.adapters.git.workbench import GitWorkbench
from parley.core.tasks.task import FileStat, Flag, FlagKind
from parley.errors import WorkbenchError
from parley.ports.work import Worktree
from tests.git.agent import AGENT, Clone, Project, act, content, paths

CONFIGURATION = {
    ".opencode/plugin/evil.js": b"run()",
    "opencode.json": b"{}",
    "deep/er/opencode.jsonc": b"{}",
    "deep/.claude/settings.json": b"{}",
    ".mcp.json": b"{}",
    ".codex/config.toml": b"",
    ".gemini/settings.json": b"{}",
    ".cursor/mcp.json": b"{}",
    ".aider.conf.yml": b"",
}
HARMLESS = {
    "AGENTS.md": b"Be kind.\n",
    ".claude.md": b"",
    "my.opencode/x": b"",
    "not-opencode.json": b"",
}


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


@pytest.fixture(name="configured")
def project_with_configuration(server: GitServer) -> Project:
    return Project.create(server, {**CONFIGURATION, **HARMLESS})


def test_configuration_of_agents_is_withheld_and_not_missed(
    workbench: GitWorkbench, configured: Project
) -> None:
    worktree = workbench.prepare("t1", configured.source)

    assert set(worktree.withheld) == set(CONFIGURATION)
    assert not set(CONFIGURATION) & set(content(worktree))
    assert set(HARMLESS) <= set(content(worktree))
    assert act(worktree, "git status --porcelain") == ""
    assert workbench.diff(worktree).empty


def test_what_agents_leave_under_such_names_is_not_in_the_difference(
    workbench: GitWorkbench, configured: Project
) -> None:
    worktree = workbench.prepare("t1", configured.source)
    act(
        worktree,
        "mkdir -p .claude sub/.opencode deep/.claude; echo x > .claude/settings.local.json; "
        "echo x > sub/.opencode/y; echo other > deep/.claude/settings.json; "
        "mkdir opencode.json; echo x > opencode.json/x; echo x > .aider.chat.history.md",
    )
    diff = workbench.diff(worktree)
    assert (diff.empty, diff.only_ignored) == (True, True)

    act(worktree, "echo work > work.txt")
    assert paths(workbench.diff(worktree)) == {"work.txt": "A"}


def test_not_even_where_the_repository_says_they_are_not_ignored(
    workbench: GitWorkbench, server: GitServer
) -> None:
    project = Project.create(server, {".gitignore": b"!.opencode/\n!.claude\n"})
    worktree = workbench.prepare("t1", project.source)
    act(worktree, "mkdir .opencode; echo x > .opencode/x")

    assert workbench.diff(worktree).empty


def test_a_project_may_bring_its_configuration(
    workbench: GitWorkbench, configured: Project
) -> None:
    worktree = workbench.prepare("t1", replace(configured.source, brings_configuration=True))
    assert worktree.withheld == ()
    assert set(CONFIGURATION) <= set(content(worktree))

    act(worktree, "echo more >> opencode.json; echo x > .claude.local; rm .mcp.json")

    changed = {".claude.local": "A", ".mcp.json": "D", "opencode.json": "M"}
    assert paths(workbench.diff(worktree)) == changed


def test_a_lost_runners_worktree_is_found_by_the_next(
    workbench: GitWorkbench, configured: Project, folder: Path
) -> None:
    worktree = workbench.prepare("t1", configured.source)
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


def test_a_difference_is_taken_while_the_agent_works(
    workbench: GitWorkbench, project: Project
) -> None:
    worktree = workbench.prepare("t1", project.source)
    busy = "while [ ! -e stop ]; do for i in 1 2 3 4 5; do echo $i > f$i; rm -f f$i; done; done"
    act(worktree, f"echo work > work.txt; ({busy}) >/dev/null 2>&1 & echo $! > ~/pid")
    try:
        changes = [paths(workbench.diff(worktree)) for _ in range(5)]
    finally:
        act(worktree, "touch stop; while kill -0 $(cat ~/pid) 2>/dev/null; do :; done; rm stop")

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

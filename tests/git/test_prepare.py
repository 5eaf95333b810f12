import os
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from local.git_server import GitServer
from parley.adapters.git.workbench import GitWorkbench
from parley.errors import WorkbenchError
from tests.git.agent import AGENT, FILES, TOKEN, Project, act, content, paths

NO_ACCOUNT = None


def test_a_worktree_is_the_branchs_present_commit(
    workbench: GitWorkbench, project: Project
) -> None:
    worktree = workbench.prepare("t1", project.source)

    assert (worktree.base, worktree.base_ref) == (project.head, "main")
    assert content(worktree) == {path: text.decode("latin-1") for path, text in FILES.items()}
    assert os.stat(Path(worktree.path, "bin/run")).st_mode & stat.S_IXUSR


def test_the_agent_finds_it_clean_detached_and_without_a_remote(
    workbench: GitWorkbench, project: Project
) -> None:
    worktree = workbench.prepare("t1", project.source)

    assert act(worktree, "git status --porcelain --ignored") == ""
    assert act(worktree, "git symbolic-ref -q HEAD", code=1) == ""
    assert act(worktree, "git rev-parse HEAD").strip() == project.head
    assert act(worktree, "git remote; git branch --list -a; git tag") in (
        "",
        "* (no branch)\n",
        f"* (HEAD detached at {project.head[:7]})\n",
    )


def test_the_agent_sees_some_history_and_can_commit(
    workbench: GitWorkbench, project: Project
) -> None:
    for number in range(3):
        project.server.commit(project.name, {"README.md": b"%d\n" % number}, message=str(number))
    worktree = workbench.prepare("t1", project.source)

    act(worktree, "echo new > new; git add -A; git commit -qm mine")

    assert act(worktree, "git log --format=%s").split() == ["mine", "2", "1", "0", "Begin"]


def test_history_is_cut_off_where_it_is_long(workbench: GitWorkbench, project: Project) -> None:
    project.grow(60)
    worktree = workbench.prepare("t1", project.source)

    assert act(worktree, "git rev-list --count HEAD").strip() == "50"


def test_home_lies_outside_of_the_tree_and_is_empty(
    workbench: GitWorkbench, project: Project
) -> None:
    worktree = workbench.prepare("t1", project.source)

    assert worktree.path not in worktree.home.parents
    assert os.listdir(worktree.home) == []


@pytest.mark.skipif(AGENT is None, reason="needs root")
def test_tree_and_home_are_the_agents_and_all_else_is_not(
    workbench: GitWorkbench, project: Project, folder: Path
) -> None:
    worktree = workbench.prepare("t1", project.source)

    owners = {Path(worktree.path, path).stat().st_uid for path in ("", ".git", "src/main.py")}
    assert AGENT is not None
    assert owners == {AGENT.uid}
    act(worktree, "touch written ~/written")
    for place in (folder, folder / "mirrors", folder / "tasks", folder / "tasks/t1"):
        act(worktree, f"! touch {place}/written; ! ls {place}")
    act(worktree, f"! cat {folder}/notes/t1")
    objects = Path(act(worktree, "cat .git/objects/info/alternates").strip())
    act(worktree, f"! touch {objects}/written; ! chmod u+w {objects}/*; ls {objects}")


def test_a_moved_branch_is_fetched(workbench: GitWorkbench, project: Project) -> None:
    workbench.prepare("t1", project.source)
    head = project.server.commit(project.name, {"README.md": b"moved\n"})

    worktree = workbench.prepare("t2", project.source)

    assert worktree.base == head
    assert Path(worktree.path, "README.md").read_text() == "moved\n"


def test_nothing_is_fetched_that_is_here(
    workbench: GitWorkbench, project: Project, server: GitServer
) -> None:
    def requests() -> int:
        before = server.requests
        workbench.prepare("t1", project.source)
        return server.requests - before

    first, second = requests(), requests()

    assert second == 2 < first  # what the server can, and the branch


def test_a_base_that_is_named_is_fetched_though_the_branch_went_on(
    workbench: GitWorkbench, project: Project
) -> None:
    project.server.commit(project.name, {"README.md": b"moved\n"})

    worktree = workbench.prepare("t1", replace(project.source, base=project.head))

    assert worktree.base == project.head
    assert Path(worktree.path, "README.md").read_text() == "Hello\n"


def test_again_is_a_new_one(workbench: GitWorkbench, project: Project) -> None:
    first = workbench.prepare("t1", project.source)
    act(first, "echo rest > rest; rm README.md; echo rest > ~/rest; mkdir shut; chmod 0 shut")

    again = workbench.prepare("t1", project.source)

    assert again == first
    assert set(content(again)) == set(FILES)
    assert os.listdir(again.home) == []


def test_many_at_once_share_one_mirror(
    workbench: GitWorkbench, project: Project, folder: Path
) -> None:
    with ThreadPoolExecutor(4) as threads:
        tasks = [f"t{number}" for number in range(4)]
        made = list(threads.map(lambda task: workbench.prepare(task, project.source), tasks))

    assert {worktree.base for worktree in made} == {project.head}
    assert [set(content(worktree)) for worktree in made] == 4 * [set(FILES)]
    assert len([path for path in (folder / "mirrors").iterdir() if path.is_dir()]) == 1


def test_what_a_killed_fetch_left_does_not_stop_the_next(
    workbench: GitWorkbench, project: Project, folder: Path
) -> None:
    workbench.prepare("t1", project.source)
    mirror = next(path for path in (folder / "mirrors").iterdir() if path.is_dir())
    head = project.server.commit(project.name, {"README.md": b"moved\n"})
    (mirror / "shallow.lock").touch()
    (mirror / f"refs/parley/{head}.lock").touch()

    assert workbench.prepare("t2", project.source).base == head


def test_a_task_goes_on_from_a_change(workbench: GitWorkbench, project: Project) -> None:
    first = workbench.prepare("t1", project.source)
    act(first, "echo first > first; rm src/old.py")
    change = workbench.diff(first)
    project.server.commit(project.name, {"README.md": b"moved\n"})
    workbench.clear()

    on_top = (change.bundle, change.commit)
    second = workbench.prepare("t2", replace(project.source, base=first.base, on_top=on_top))

    assert second.base == first.base
    assert act(second, "git status --porcelain; git rev-parse HEAD").strip() == change.commit
    assert workbench.diff(second) == change
    act(second, "echo second > second")
    assert paths(workbench.diff(second)) == {"first": "A", "second": "A", "src/old.py": "D"}


def test_the_credential_stays_in_no_file(
    workbench: GitWorkbench, project: Project, folder: Path
) -> None:
    worktree = workbench.prepare("t1", project.source)
    act(worktree, "echo new > new")
    workbench.diff(worktree)

    for secret in (TOKEN, "eC1hY2Nlc3MtdG9rZW46"):  # the latter is how the header begins
        found = subprocess.run(["grep", "-rlF", secret, folder], capture_output=True, check=False)
        assert (found.returncode, found.stdout) == (1, b"")


def test_without_an_account_a_mirror_that_was_touched_is_not_used_again(
    project: Project, folder: Path
) -> None:
    workbench = GitWorkbench(folder, NO_ACCOUNT)
    workbench.prepare("t1", project.source)
    workbench.prepare("t2", project.source)
    mirrors = [path for path in (folder / "mirrors").iterdir() if path.is_dir()]
    assert len(mirrors) == 1
    about = (mirrors[0] / "config").stat()
    (mirrors[0] / "config").write_text((mirrors[0] / "config").read_text())
    os.utime(mirrors[0] / "config", ns=(about.st_atime_ns, about.st_mtime_ns))

    workbench.prepare("t3", project.source)

    assert len([path for path in (folder / "mirrors").iterdir() if path.is_dir()]) == 2


def test_without_an_account_another_process_does_not_believe_the_mirror(
    project: Project, folder: Path
) -> None:
    GitWorkbench(folder, NO_ACCOUNT).prepare("t1", project.source)
    GitWorkbench(folder, NO_ACCOUNT).prepare("t2", project.source)

    assert len([path for path in (folder / "mirrors").iterdir() if path.is_dir()]) == 2


def test_a_folder_that_is_somebody_elses_is_not_worked_in(
    project: Project, folder: Path, ground: Path
) -> None:
    folder.symlink_to(ground)

    with pytest.raises(WorkbenchError, match="not the runner's own"):
        GitWorkbench(folder, NO_ACCOUNT).prepare("t1", project.source)


def test_tasks_of_one_session_have_one_place_in_turn(
    workbench: GitWorkbench, project: Project
) -> None:
    shared = replace(project.source, place="session1")
    first = workbench.prepare("t1", shared)
    Path(first.path, "left.txt").write_text("by the first")
    second = workbench.prepare("t2", shared)

    assert (second.path, second.home) == (first.path, first.home)
    assert not Path(second.path, "left.txt").exists()
    assert workbench.diff(second).empty


def test_what_another_task_left_in_the_same_place_is_nobodys_salvage(
    workbench: GitWorkbench, project: Project
) -> None:
    workbench.prepare("t1", replace(project.source, place="session1"))

    workbench.clear(keep="t2")

    assert workbench.left("t2") is None
    assert workbench.left("t1") is None


def test_a_worktree_in_a_sessions_place_is_found_again(
    workbench: GitWorkbench, project: Project
) -> None:
    made = workbench.prepare("t1", replace(project.source, place="session1"))
    Path(made.path, "half.txt").write_text("half")

    workbench.clear(keep="t1")
    left = workbench.left("t1")

    assert left is not None
    assert left.path == made.path
    assert [each.path for each in workbench.diff(left).files] == ["half.txt"]

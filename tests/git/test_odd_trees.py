"""Trees that are hard on whoever looks at them: nothing is followed, run or lost silently."""

from pathlib import Path

import pytest

from local.git_server import GitServer
from parley.adapters.git.workbench import GitWorkbench
from parley.core.tasks.task import Flag, FlagKind
from parley.errors import WorkbenchError
from tests.git.agent import Clone, Marks, Project, act, paths

NESTED = {
    "with a commit": "git init -q sub; cd sub; git config user.name a; git config user.email a@b; "
    "echo lost > lost; git add -A; git commit -qm m; git config core.fsmonitor $PAYLOAD",
    "without a commit": "git init -q sub; echo lost > sub/lost; "
    "git -C sub config core.fsmonitor $PAYLOAD",
}


@pytest.mark.parametrize("name", NESTED)
def test_a_repository_within_is_told_and_the_rest_is_kept(
    workbench: GitWorkbench, project: Project, marks: Marks, name: str
) -> None:
    worktree = workbench.prepare("t1", project.source)
    act(worktree, f"echo work > work.txt; echo z > z.txt; {NESTED[name]}", marks)
    marks.forget()

    diff = workbench.diff(worktree)

    assert paths(diff) == {"work.txt": "A", "z.txt": "A"}
    assert diff.flags == (Flag(FlagKind.NESTED, "sub"),)
    assert marks.left == []


def test_only_a_repository_within_is_no_change_but_told(
    workbench: GitWorkbench, project: Project, marks: Marks
) -> None:
    worktree = workbench.prepare("t1", project.source)
    act(worktree, NESTED["with a commit"], marks)

    diff = workbench.diff(worktree)

    assert (diff.empty, diff.flags) == (True, (Flag(FlagKind.NESTED, "sub"),))


@pytest.mark.parametrize(
    "git",
    [
        "mkdir sub/.git",
        "echo garbage > sub/.git",
        "echo gitdir: /nowhere > sub/.git",
        "ln -s / sub/.git",
    ],
)
def test_what_only_looks_like_a_repository_is_a_folder(
    workbench: GitWorkbench, project: Project, git: str
) -> None:
    worktree = workbench.prepare("t1", project.source)
    act(worktree, f"mkdir sub; echo kept > sub/kept; {git}")

    diff = workbench.diff(worktree)

    assert (paths(diff), diff.flags) == ({"sub/kept": "A"}, ())


MODULE = "1" * 40
MODULES = {
    "untouched": ("true", {}, ()),
    "with files": ("echo lost > sub/lost", {}, ("sub",)),
    "with a repository": (
        f"git init -q sub; git -C sub config core.fsmonitor $PAYLOAD;echo {MODULE} > sub/.git/HEAD",
        {},
        ("sub",),
    ),
    "removed": ("rmdir sub", {"sub": "D"}, ()),
    "replaced by a file": ("rmdir sub; echo file > sub", {"sub": "T"}, ()),
    "replaced by a link": ("rmdir sub; ln -s src sub", {"sub": "T"}, ()),
}


@pytest.mark.parametrize("name", MODULES)
def test_submodules_stay_empty_and_are_not_entered(
    workbench: GitWorkbench, server: GitServer, marks: Marks, name: str
) -> None:
    script, changed, flagged = MODULES[name]
    modules = f'[submodule "sub"]\n\tpath = sub\n\turl = ext::{marks.payload}\n'
    project = Project.create(
        server, {".gitmodules": modules.encode(), "sub": MODULE.encode()}, {"sub": "160000"}
    )
    worktree = workbench.prepare("t1", project.source)
    assert act(worktree, "git status --porcelain; ls -A sub") == ""
    act(worktree, f"echo work > work.txt; {script}", marks)
    marks.forget()

    diff = workbench.diff(worktree)

    assert paths(diff) == {"work.txt": "A", **changed}
    assert [flag.path for flag in diff.flags] == list(flagged)
    assert marks.left == []


def test_a_repository_whose_submodules_run_programs_is_refused(
    workbench: GitWorkbench, server: GitServer
) -> None:
    modules = b'[submodule "sub"]\n\tpath = sub\n\turl = ./sub\n\tupdate = !program\n'
    project = Project.create(server, {".gitmodules": modules})

    with pytest.raises(WorkbenchError, match="disallowed submodule update"):
        workbench.prepare("t1", project.source)


def test_links_are_kept_as_links_and_flagged_where_they_lead_out(
    workbench: GitWorkbench, project: Project, folder: Path
) -> None:
    worktree = workbench.prepare("t1", project.source)
    act(
        worktree,
        "ln -s /etc/passwd passwd; ln -s ../../x up; ln -s ../src/main.py notes/in; rm -r src; "
        "ln -s /etc src; ln -s .git git; ln -s nowhere dangling",
    )

    diff = workbench.diff(worktree)

    assert b"root:" not in diff.patch
    flagged = {flag.path for flag in diff.flags if flag.kind is FlagKind.SYMLINK}
    assert flagged == {"passwd", "up", "src", "git"}
    assert paths(diff)["notes/in"] == paths(diff)["dangling"] == "A"
    assert Clone(project, folder.parent).applied(diff, worktree.base) == diff.tree


def test_names_that_are_not_stored_are_told(workbench: GitWorkbench, project: Project) -> None:
    worktree = workbench.prepare("t1", project.source)
    act(worktree, "mkdir .GIT; echo x > .GIT/config; echo y > 'git~1'; echo work > work.txt")

    diff = workbench.diff(worktree)

    assert paths(diff) == {"work.txt": "A"}
    assert {(flag.kind, flag.path) for flag in diff.flags} == {
        (FlagKind.LEFT_OUT, ".GIT/config"),
        (FlagKind.LEFT_OUT, "git~1"),
    }


def test_a_pipe_in_a_files_place_is_told(workbench: GitWorkbench, project: Project) -> None:
    worktree = workbench.prepare("t1", project.source)
    act(worktree, "rm README.md; mkfifo README.md pipe; echo work > work.txt")

    diff = workbench.diff(worktree)

    assert (paths(diff), diff.flags) == (
        {"work.txt": "A"},
        (Flag(FlagKind.LEFT_OUT, "README.md"),),
    )


def test_files_that_cannot_be_read_are_read(workbench: GitWorkbench, project: Project) -> None:
    worktree = workbench.prepare("t1", project.source)
    act(
        worktree, "echo a > shut; chmod 0 shut; mkdir d; echo b > d/b; chmod 0 d; chmod 0 README.md"
    )

    diff = workbench.diff(worktree)

    assert (paths(diff), diff.flags) == ({"d/b": "A", "shut": "A"}, ())


ODD = [
    "new\nline",
    'quo"te',
    "-rf",
    "--help",
    " ",
    "tab\t",
    "back\\slash",
    "ünï",
    "\udcff\udc80",
    "$(x)",
]


def test_odd_names_go_through(workbench: GitWorkbench, server: GitServer, folder: Path) -> None:
    project = Project.create(server, {f"base/{name}": b"base\n" for name in ODD})
    worktree = workbench.prepare("t1", project.source)
    act(worktree, 'for file in base/*; do echo more >> "$file"; cp "$file" ./; done')

    diff = workbench.diff(worktree)

    assert diff.count == 2 * len(ODD)
    assert Clone(project, folder.parent).applied(diff, worktree.base) == diff.tree
    "".join(paths(diff)).encode()  # nothing that JSON or a table would choke on
    assert paths(diff)["\\xff\\x80"] == "A"


def test_line_ends_are_as_the_repository_says(
    workbench: GitWorkbench, server: GitServer, folder: Path
) -> None:
    attributes = b"*.txt text\n*.bat text eol=crlf\n*.raw -text\n*.id ident\n"
    files = {"a.txt": b"a\n", "b.bat": b"b\n", "c.raw": b"c\r\n", "d.id": b"$Id$\n"}
    project = Project.create(server, {".gitattributes": attributes, **files})
    worktree = workbench.prepare("t1", project.source)
    assert Path(worktree.path, "b.bat").read_bytes() == b"b\r\n"
    assert workbench.diff(worktree).empty

    act(
        worktree,
        "printf 'a\\r\\nx\\r\\n' > a.txt; printf 'b\\r\\nx\\r\\n' > b.bat; "
        "printf 'c\\r\\nx\\r\\n' > c.raw; printf 'no end' > e.raw; touch b.bat d.id",
    )
    diff = workbench.diff(worktree)

    assert paths(diff) == {"a.txt": "M", "b.bat": "M", "c.raw": "M", "e.raw": "A"}
    assert b"+x\r\n" in diff.patch
    assert Clone(project, folder.parent).applied(diff, worktree.base) == diff.tree


def test_a_text_that_is_not_in_its_encoding_is_kept_as_it_is(
    workbench: GitWorkbench, project: Project
) -> None:
    worktree = workbench.prepare("t1", project.source)
    act(worktree, "echo '*.rc working-tree-encoding=UTF-16' > .gitattributes; echo abc > a.rc")

    assert paths(workbench.diff(worktree)) == {".gitattributes": "A", "a.rc": "A"}


def test_filters_of_the_repository_do_not_run_and_pointers_stay_pointers(
    workbench: GitWorkbench, server: GitServer, marks: Marks
) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    project = Project.create(
        server, {".gitattributes": b"*.psd filter=lfs diff=lfs merge=lfs -text\n", "a.psd": pointer}
    )
    worktree = workbench.prepare("t1", project.source)
    assert Path(worktree.path, "a.psd").read_bytes() == pointer

    act(worktree, "cp a.psd b.psd")

    assert paths(workbench.diff(worktree)) == {"b.psd": "A"}
    assert marks.left == []


def test_a_worktree_that_became_a_link_is_not_followed(
    workbench: GitWorkbench, project: Project
) -> None:
    worktree = workbench.prepare("t1", project.source)
    tree = Path(worktree.path)
    tree.rename(tree.with_name("moved"))
    tree.symlink_to("/etc")

    with pytest.raises(WorkbenchError, match="The worktree is gone"):
        workbench.diff(worktree)

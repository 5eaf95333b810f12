"""Nothing that a repository or an agent brings runs in the runner's git, nor hides anything.

Each case tampers as an agent would, in the agent's own processes. What those run themselves is
forgotten; then the runner takes the difference, and makes another task's worktree.
"""

from pathlib import Path

import pytest

from parley.adapters.git.workbench import GitWorkbench
from tests.git.agent import FILES, Marks, Project, act, content, paths

CONFIGURATIONS = {
    "fsmonitor": "git config core.fsmonitor $PAYLOAD",
    "clean filter": """
        git config filter.evil.clean $PAYLOAD; git config filter.evil.smudge $PAYLOAD
        git config filter.evil.required true; echo '* filter=evil' > .git/info/attributes""",
    "process filter": """
        git config filter.evil.process $PAYLOAD; echo '* filter=evil' > .git/info/attributes""",
    "hooks": """
        mkdir -p .git/hooks
        for hook in pre-commit post-index-change post-checkout reference-transaction
        do cp $PAYLOAD .git/hooks/$hook; done""",
    "hooks elsewhere": """
        mkdir ~/hooks; cp $PAYLOAD ~/hooks/post-index-change
        git config core.hooksPath ~/hooks""",
    "external diff": "git config diff.external $PAYLOAD",
    "textconv": """
        git config diff.evil.textconv $PAYLOAD; git config diff.evil.command $PAYLOAD
        echo '* diff=evil' > .git/info/attributes""",
    "included configuration": """
        printf '[core]\\nfsmonitor = %s\\n' $PAYLOAD > ~/included
        git config includeIf.gitdir:/.path ~/included; git config include.path ~/included""",
    "configuration of the home": """
        printf '[core]\\nfsmonitor = %s\\nhooksPath = /\\n' $PAYLOAD > ~/.gitconfig
        mkdir -p ~/.config/git; cp ~/.gitconfig ~/.config/git/config
        echo '*' > ~/.config/git/ignore""",
    "work elsewhere": "mkdir ~/else; git config core.worktree ~/else",
    "configuration of worktrees": """
        git config extensions.worktreeConfig true
        git config --worktree core.fsmonitor $PAYLOAD""",
    "programs": """
        for key in pager editor sshCommand askPass gitProxy; do git config core.$key $PAYLOAD; done
        git config gpg.program $PAYLOAD; git config commit.gpgSign true
        git config uploadpack.packObjectsHook $PAYLOAD; git config merge.evil.driver $PAYLOAD""",
    "no git folder": "rm -rf .git",
    "another git folder": """
        rm -rf .git; git init -q .; git config core.fsmonitor $PAYLOAD
        git add -A; git -c user.name=a -c user.email=a@b commit -qm mine""",
    "a git file": """
        mv .git ~/moved; GIT_DIR=~/moved git config core.fsmonitor $PAYLOAD
        echo "gitdir: $HOME/moved" > .git""",
    "a link for a git folder": """
        mv .git ~/moved; ln -s ~/moved .git; git config core.fsmonitor $PAYLOAD""",
    "no objects": "rm -rf .git/objects",
    "objects of its own": """
        mkdir -p ~/evil; git init -q --bare ~/evil/o
        echo ~/evil/o/objects > .git/objects/info/alternates""",
    "no index": "rm .git/index",
    "an index of garbage": "echo garbage > .git/index",
    "an index without files": "git read-tree --empty",
    "an ignored file": "echo work.txt > .git/info/exclude",
    "a replaced object": """
        git replace $(git rev-parse HEAD:README.md) $(git rev-parse HEAD:src/old.py)""",
    "another history": "echo $BASE > .git/shallow; echo $BASE > .git/info/grafts",
}
CHANGE = "rm src/old.py; echo work > work.txt; chmod +x src/main.py; echo more >> README.md"
CHANGED = {"README.md": "M", "src/main.py": "M", "src/old.py": "D", "work.txt": "A"}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_what_an_agent_does_to_its_git_changes_nothing(
    workbench: GitWorkbench, project: Project, marks: Marks, name: str
) -> None:
    worktree = workbench.prepare("t1", project.source)
    act(worktree, CONFIGURATIONS[name] + "\n" + CHANGE, marks)
    marks.forget()

    diff = workbench.diff(worktree)
    other = workbench.prepare("t2", project.source)

    assert paths(diff) == CHANGED
    assert content(other) == {path: text.decode("latin-1") for path, text in FILES.items()}
    assert marks.left == []


def test_the_payload_would_leave_a_mark(
    workbench: GitWorkbench, project: Project, marks: Marks
) -> None:
    worktree = workbench.prepare("t1", project.source)

    act(worktree, CONFIGURATIONS["fsmonitor"] + "; git status", marks)

    assert marks.left != []


def test_a_file_that_is_said_to_be_unchanged_is_read_all_the_same(
    workbench: GitWorkbench, project: Project
) -> None:
    worktree = workbench.prepare("t1", project.source)

    act(worktree, "git update-index --assume-unchanged README.md; echo more >> README.md")

    assert paths(workbench.diff(worktree)) == {"README.md": "M"}


def test_a_file_changed_at_once_to_one_as_long_is_seen(
    workbench: GitWorkbench, project: Project
) -> None:
    worktree = workbench.prepare("t1", project.source)

    Path(worktree.path, "README.md").write_text("Hullo\n")

    assert paths(workbench.diff(worktree)) == {"README.md": "M"}


def test_what_an_agent_committed_is_in_the_difference(
    workbench: GitWorkbench, project: Project
) -> None:
    worktree = workbench.prepare("t1", project.source)

    act(worktree, CHANGE + "; git add -A; git commit -qm mine; git branch x; echo more > late")

    assert paths(workbench.diff(worktree)) == {**CHANGED, "late": "A"}

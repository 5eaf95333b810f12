from dataclasses import replace

import pytest

from local.git_server import GitServer
from parley.adapters.git.workbench import GitWorkbench
from tests.git.agent import Project, act, content, paths

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

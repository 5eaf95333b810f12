"""What a task runs with: named by the task, by its project, by the stage."""

from dataclasses import replace

import pytest

from parley.core.tasks.choosing import Choice, Impossible, choose
from parley.core.tasks.coding_agent import CodingAgent
from parley.core.tasks.project import Compute, Fallback
from parley.core.tasks.task import ExecutionPath, Session
from tests.core.tasks.builders import PROJECT, STUB, task

CLI = CodingAgent("cli", supports_acp=False, command=("cli",))
AGENTS = {"stub": STUB, "cli": CLI}
BOTH = replace(PROJECT, agents=("stub", "cli"))


def test_no_agent_named_means_native() -> None:
    assert choose(task(), PROJECT, AGENTS, None, None) == Choice(ExecutionPath.NATIVE)


@pytest.mark.parametrize(
    ("agent", "path"), [("stub", ExecutionPath.ACP), ("cli", ExecutionPath.PTY)]
)
def test_a_named_agent_runs_outside_by_the_way_it_speaks(agent: str, path: ExecutionPath) -> None:
    assert choose(task(agent=agent), BOTH, AGENTS, None, None) == Choice(path, agent)


def test_the_projects_agent_stands_in_for_one_that_is_not_named() -> None:
    project = replace(PROJECT, default_agent="stub")

    assert choose(task(), project, AGENTS, None, None) == Choice(ExecutionPath.ACP, "stub")


def test_native_can_be_named_where_the_project_has_an_agent() -> None:
    project = replace(PROJECT, default_agent="stub")

    assert choose(task(agent="native"), project, AGENTS, None, None) == Choice(ExecutionPath.NATIVE)


@pytest.mark.parametrize(
    ("named", "projects", "stages", "chosen"),
    [("a", "b", "c", "a"), ("", "b", "c", "b"), ("", "", "c", "c"), ("", "", None, "")],
)
def test_the_nearest_model_is_taken(
    named: str, projects: str, stages: str | None, chosen: str
) -> None:
    project = replace(PROJECT, default_model=projects)

    choice = choose(task(model=named), project, AGENTS, None, stages)

    assert choice == Choice(ExecutionPath.NATIVE, model=chosen)


def test_the_stages_model_is_the_agent_servers_and_no_external_agents() -> None:
    choice = choose(task(agent="stub"), PROJECT, AGENTS, None, "the-servers")

    assert choice == Choice(ExecutionPath.ACP, "stub", "")


def test_an_external_task_runs_where_its_project_says() -> None:
    project = replace(PROJECT, compute=Compute.FARGATE)

    choice = choose(task(agent="stub"), project, AGENTS, None, None)

    assert isinstance(choice, Choice)
    assert choice.compute is Compute.FARGATE


def test_an_external_task_without_a_repository_is_impossible() -> None:
    project = replace(PROJECT, repository="")

    choice = choose(task(agent="stub"), project, AGENTS, None, None)

    assert choice == Impossible(
        "The project has no repository, so no worktree can be made for an external agent"
    )


@pytest.mark.parametrize("named", ["nobody", "cli"])
def test_an_agent_that_is_unknown_or_not_allowed_is_never_replaced_in_silence(named: str) -> None:
    choice = choose(task(agent=named), PROJECT, AGENTS, None, None)

    assert choice == Impossible(f"`{named}` is no agent of project `demo` (its agents: `stub`)")


def test_a_project_may_let_the_agent_server_stand_in_and_the_task_says_so() -> None:
    project = replace(PROJECT, fallback=Fallback.NATIVE)

    choice = choose(task(agent="nobody"), project, AGENTS, None, None)

    assert isinstance(choice, Choice)
    assert choice.path is ExecutionPath.NATIVE
    assert choice.note.startswith("`nobody` is no agent of project `demo`")


def test_a_session_goes_on_with_its_own_agent() -> None:
    session = Session("t0", "demo", "cli", ExecutionPath.PTY)

    assert choose(task(), BOTH, AGENTS, session, None) == Choice(ExecutionPath.PTY, "cli")


def test_a_native_session_does_not_go_on_with_another_agent() -> None:
    session = Session("t0", "demo", path=ExecutionPath.NATIVE)

    choice = choose(task(agent="stub"), BOTH, AGENTS, session, None)

    assert isinstance(choice, Impossible)


def test_an_agents_session_does_not_go_on_natively() -> None:
    session = Session("t0", "demo", "cli", ExecutionPath.PTY)

    choice = choose(task(agent="native"), BOTH, AGENTS, session, None)

    assert isinstance(choice, Impossible)


def test_options_that_the_agent_server_does_not_know_are_not_dropped_in_silence() -> None:
    choice = choose(task(mode="plan"), PROJECT, AGENTS, None, None)

    assert isinstance(choice, Choice)
    assert "no mode and no thinking option" in choice.note

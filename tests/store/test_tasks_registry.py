"""Projects and agents, as an operator registers them."""

from dataclasses import replace

from parley.core.tasks.coding_agent import ChatCommand, CodingAgent, Output, Permissions, PromptBy
from parley.core.tasks.project import Compute, Fallback, Project
from tests.store.desk import Desk

WEB = Project(
    id="web",
    name="The web site",
    repository="https://git.test/web.git",
    default_branch="trunk",
    path="/srv/web",
    credential="git-token",
    default_agent="opencode",
    agents=("opencode", "claude"),
    default_model="fake/one",
    fallback=Fallback.NATIVE,
    limit=2,
    minutes=7,
    setup="make setup",
    compute=Compute.FARGATE,
    brings_configuration=True,
)
OPENCODE = CodingAgent(
    name="opencode",
    supports_acp=True,
    command=("opencode", "acp"),
    model=("--model", "{}"),
    mode=("--agent", "{}"),
    thinking=("--variant", "{}"),
    prompt_by=PromptBy.ARGUMENT,
    output=Output.OPENCODE,
    permissions=Permissions.NONE,
    commands=(ChatCommand("init", "Begin"), ChatCommand("review")),
    environment={"OPENAI_API_KEY": "model-key"},
    settings={"OPENCODE_DISABLE_AUTOUPDATE": "1"},
    keeps=(".local/share/opencode",),
)
BARE_PROJECT = Project("bare", "Bare")
BARE_AGENT = CodingAgent("bare", False, ("bare",))


def test_projects_are_found_as_they_were_put(desk: Desk) -> None:
    for project in (WEB, BARE_PROJECT):
        desk.registry.put_project(project)
        assert desk.registry.project(project.id) == project
    assert desk.registry.projects() == [BARE_PROJECT, WEB]


def test_agents_are_found_as_they_were_put(desk: Desk) -> None:
    for agent in (OPENCODE, BARE_AGENT):
        desk.registry.put_agent(agent)
        assert desk.registry.agent(agent.name) == agent
    assert desk.registry.agents() == [BARE_AGENT, OPENCODE]


def test_nothing_is_registered_at_first(desk: Desk) -> None:
    assert (desk.registry.project("web"), desk.registry.agent("opencode")) == (None, None)
    assert (list(desk.registry.projects()), list(desk.registry.agents())) == ([], [])


def test_putting_replaces(desk: Desk) -> None:
    desk.registry.put_project(WEB)
    desk.registry.put_project(replace(BARE_PROJECT, id="web"))
    assert desk.registry.projects() == [replace(BARE_PROJECT, id="web")]
    desk.registry.put_agent(OPENCODE)
    desk.registry.put_agent(replace(BARE_AGENT, name="opencode"))
    assert desk.registry.agents() == [replace(BARE_AGENT, name="opencode")]


def test_a_project_is_removed_once_and_its_tasks_stay(desk: Desk) -> None:
    desk.registry.put_project(WEB)
    desk.registry.put_project(BARE_PROJECT)
    waiting = desk.pending()
    assert [desk.registry.remove_project("web"), desk.registry.remove_project("web")] == [
        True,
        False,
    ]
    assert desk.registry.projects() == [BARE_PROJECT]
    assert desk.task() == waiting


def test_an_agent_is_removed_once(desk: Desk) -> None:
    desk.registry.put_agent(OPENCODE)
    assert [desk.registry.remove_agent("opencode"), desk.registry.remove_agent("opencode")] == [
        True,
        False,
    ]
    assert desk.registry.agent("opencode") is None

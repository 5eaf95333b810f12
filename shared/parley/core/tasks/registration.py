"""Projects and agents as an operator writes them: JSON documents, read strictly."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields

from parley.core.document import Problems, Section, Slip
from parley.core.tasks.agent_keys import (
    AGENT_KEYS,
    COMMAND,
    COMMANDS,
    ENVIRONMENT,
    KEEPS,
    MODE,
    MODEL,
    OUTPUT,
    PERMISSIONS,
    PROMPT_BY,
    SETTINGS,
    SUPPORTS_ACP,
    THINKING,
)
from parley.core.tasks.choosing import NATIVE
from parley.core.tasks.coding_agent import CodingAgent
from parley.core.tasks.project import MINUTES_ON_LAMBDA, Compute, Project
from parley.core.tasks.project_keys import (
    AGENTS,
    AT_ONCE,
    BRINGS_CONFIGURATION,
    COMPUTE,
    CREDENTIAL,
    DEFAULT_AGENT,
    DEFAULT_BRANCH,
    DEFAULT_MODEL,
    FALLBACK,
    MINUTES,
    NAME,
    PATH,
    PROJECT_KEYS,
    REPOSITORY,
    SETUP,
)
from parley.core.tasks.registered_values import agent_name, identifier, read_document

PROJECT_ID = "id"
AGENT_ID = "name"


def parse_project(text: str, id: str) -> Project:
    """The project that a document says. Its `id` may be left out; where it stands there, it has to
    be the one given. Raises BadRequest, which tells all that is wrong, a line for each."""
    names = [PROJECT_ID, *(key.name for key in PROJECT_KEYS)]
    return read_document(
        text, names, lambda top: _project(top, _own(top, PROJECT_ID, id, identifier))
    )


def parse_agent(text: str, name: str) -> CodingAgent:
    """The same for an agent, whose `name` is its id."""
    names = [AGENT_ID, *(key.name for key in AGENT_KEYS)]
    return read_document(
        text, names, lambda top: _agent(top, _own(top, AGENT_ID, name, agent_name))
    )


def project_document(project: Project) -> dict[str, object]:
    """All of its keys, as `parse_project` takes them."""
    return asdict(project)


def agent_document(agent: CodingAgent) -> dict[str, object]:
    """All of its keys, as `parse_agent` takes them. Secrets are in it by name only."""
    document = {each.name: getattr(agent, each.name) for each in fields(agent)}
    document["commands"] = [asdict(command) for command in agent.commands]
    document["environment"], document["settings"] = dict(agent.environment), dict(agent.settings)
    return document


def _own(top: Section, key: str, given: str, read: Callable[[object], str]) -> str:
    try:
        if read(given) != top.entries.get(key, given):
            raise Slip(f' is not "{given}", which is put')
    except Slip as slip:
        top.problems.add(key, slip)
    return given


def _project(top: Section, id: str) -> Project:
    project = Project(
        id=id,
        name=top.take(NAME) or id,
        repository=top.take(REPOSITORY),
        default_branch=top.take(DEFAULT_BRANCH),
        path=top.take(PATH),
        credential=top.take(CREDENTIAL),
        agents=top.take(AGENTS),
        default_agent=top.take(DEFAULT_AGENT),
        default_model=top.take(DEFAULT_MODEL),
        fallback=top.take(FALLBACK),
        limit=top.take(AT_ONCE),
        minutes=top.take(MINUTES),
        setup=top.take(SETUP),
        compute=top.take(COMPUTE),
        brings_configuration=top.take(BRINGS_CONFIGURATION),
    )
    _agree(project, top.problems)
    return project


def _agree(project: Project, problems: Problems) -> None:
    """What keys say together has to make sense, too."""
    default = project.default_agent
    if default not in ("", NATIVE) and not project.allows(default):
        problems.add(DEFAULT_AGENT.name, Slip(f' is "{default}", which is none of agents'))
    if project.compute is Compute.LAMBDA and project.minutes > MINUTES_ON_LAMBDA:
        told = f" is {project.minutes}; on lambda it must be at most {MINUTES_ON_LAMBDA}"
        problems.add(MINUTES.name, Slip(told))
    if project.credential and not project.repository:
        problems.add(CREDENTIAL.name, Slip(" is for a repository, and there is none"))


def _agent(top: Section, name: str) -> CodingAgent:
    agent = CodingAgent(
        name=name,
        supports_acp=top.take(SUPPORTS_ACP),
        command=top.need(COMMAND, ()),
        model=top.take(MODEL),
        mode=top.take(MODE),
        thinking=top.take(THINKING),
        prompt_by=top.take(PROMPT_BY),
        output=top.take(OUTPUT),
        permissions=top.take(PERMISSIONS),
        commands=top.take(COMMANDS),
        environment=top.take(ENVIRONMENT),
        settings=top.take(SETTINGS),
        keeps=top.take(KEEPS),
    )
    _refuse_twice(agent.environment, agent.settings, top.problems)
    return agent


def _refuse_twice(
    environment: Mapping[str, str], settings: Mapping[str, str], problems: Problems
) -> None:
    for name in settings:
        if name in environment:
            problems.add(f"{SETTINGS.name}.{name}", Slip(" stands in environment, too"))
